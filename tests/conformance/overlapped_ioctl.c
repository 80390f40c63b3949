/* SIO_KEEPALIVE_VALS overlapped: it completes at once and tells its end all the same, by event, completion
 * packet or routine (K-67); pointers are checked as always (K-64). */
#include <string.h>

#include "suite/conformance.h"

static OVERLAPPED overlapped; /* Outlives the call of each row. */
static struct tcp_keepalive values = {1, 1000, 1000};

static int call(SOCKET s, DWORD* count, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine) {
  return WSAIoctl(s, SIO_KEEPALIVE_VALS, &values, sizeof values, NULL, 0, count, &overlapped,
                  routine);
}

static void by_event(const struct row* row, struct outcome* seen) {
  const SOCKET s = tcp();
  DWORD bytes = 77;
  DWORD flags = 0;
  (void)row;
  memset(&overlapped, 0, sizeof overlapped);
  overlapped.hEvent = CreateEvent(NULL, TRUE, FALSE, NULL);
  ATTEMPT(seen, call(s, &bytes, NULL));
  effect(seen, "%d bytes", (int)bytes);
  effect(seen,
         WaitForSingleObject(overlapped.hEvent, 5000) == WAIT_OBJECT_0 ? "event" : "no event");
  bytes = 77;
  effect(seen, WSAGetOverlappedResult(s, &overlapped, &bytes, FALSE, &flags) ? "done" : "not done");
  effect(seen, "with %d bytes", (int)bytes);
  effect(seen, "reads %d", keep_alive(s));
  CloseHandle(overlapped.hEvent);
}

static void by_packet(const struct row* row, struct outcome* seen) {
  const HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
  const SOCKET s = tcp();
  OVERLAPPED* ended = NULL;
  ULONG_PTR key = 0;
  DWORD bytes = 77;
  (void)row;
  memset(&overlapped, 0, sizeof overlapped);
  CreateIoCompletionPort((HANDLE)s, port, 7, 0);
  ATTEMPT(seen, call(s, &bytes, NULL));
  bytes = 77;
  effect(seen, GetQueuedCompletionStatus(port, &bytes, &key, &ended, 0) ? "success" : "failure");
  effect(seen, ended == &overlapped && key == 7 ? "its packet" : "no packet");
  effect(seen, "%d bytes", (int)bytes);
  ended = NULL;
  GetQueuedCompletionStatus(port, &bytes, &key, &ended, 0);
  effect(seen, ended ? "another" : "no other");
  effect(seen, "reads %d", keep_alive(s));
  CloseHandle(port);
}

/* A refused call tells nothing. */
static void refused_packet(const struct row* row, struct outcome* seen) {
  const HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
  const SOCKET s = tcp();
  OVERLAPPED* ended = NULL;
  ULONG_PTR key = 0;
  DWORD bytes = 77;
  (void)row;
  memset(&overlapped, 0, sizeof overlapped);
  CreateIoCompletionPort((HANDLE)s, port, 7, 0);
  ATTEMPT(seen, WSAIoctl(s, SIO_KEEPALIVE_VALS, NULL, 0, NULL, 0, &bytes, &overlapped, NULL));
  GetQueuedCompletionStatus(port, &bytes, &key, &ended, 50);
  effect(seen, ended ? "a packet" : "no packet");
  effect(seen, "reads %d", keep_alive(s));
  CloseHandle(port);
}

static int routine_calls;
static DWORD routine_error;
static DWORD routine_bytes;
static void CALLBACK routine(DWORD error, DWORD bytes, LPWSAOVERLAPPED which, DWORD flags) {
  (void)flags;
  if (which == &overlapped) ++routine_calls;
  routine_error = error;
  routine_bytes = bytes;
}

static void by_routine(const struct row* row, struct outcome* seen) {
  const SOCKET s = tcp();
  DWORD bytes = 77;
  (void)row;
  memset(&overlapped, 0, sizeof overlapped);
  routine_calls = 0;
  ATTEMPT(seen, call(s, &bytes, routine));
  effect(seen, "%d before the wait", routine_calls);
  SleepEx(0, TRUE);
  effect(seen, "%d in it", routine_calls);
  effect(seen, "error %d, %d bytes", (int)routine_error, (int)routine_bytes);
}

enum fault { COUNT_NULL, COUNT_NOWHERE, OVERLAPPED_NOWHERE, OVERLAPPED_SHORT, INPUT_SHORT };
static void faults(const struct row* row, struct outcome* seen) {
  const HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
  const SOCKET s = tcp();
  OVERLAPPED* ended = NULL;
  ULONG_PTR key = 0;
  DWORD none = 0;
  DWORD bytes = 77;
  DWORD* count = &bytes;
  LPWSAOVERLAPPED how = &overlapped;
  DWORD size = sizeof values;
  memset(&overlapped, 0, sizeof overlapped);
  CreateIoCompletionPort((HANDLE)s, port, 7, 0);
  if (row->with.a == COUNT_NULL) count = NULL;
  if (row->with.a == COUNT_NOWHERE) count = (DWORD*)(void*)NOWHERE;
  if (row->with.a == OVERLAPPED_NOWHERE) how = (LPWSAOVERLAPPED)(void*)NOWHERE;
  if (row->with.a == OVERLAPPED_SHORT) how = (LPWSAOVERLAPPED)(void*)before_the_end(8);
  if (row->with.a == INPUT_SHORT) size = 8;
  ATTEMPT(seen, WSAIoctl(s, SIO_KEEPALIVE_VALS, &values, size, NULL, 0, count, how, NULL));
  GetQueuedCompletionStatus(port, &none, &key, &ended, 0);
  if (ended) effect(seen, "a packet");
  CloseHandle(port);
  effect(seen, "reads %d", keep_alive(s));
  if (how != &overlapped) effect(seen, "%d bytes", (int)bytes); /* Left alone: it is overlapped. */
}

static const struct row kRows[] = {
    // clang-format off
    {"event",               "K-67", ALL, BOTH, by_event, {0, 0, 0},                   0, BY_K14, "0 bytes, event, done, with 0 bytes, reads 1"},
    {"packet",              "K-67", ALL, BOTH, by_packet, {0, 0, 0},                  0, BY_K14, "success, its packet, 0 bytes, no other, reads 1"},
    {"routine",             "K-67", ALL, BOTH, by_routine, {0, 0, 0},                 0, BY_K14, "0 before the wait, 1 in it, error 0, 0 bytes"},
    {"refused_packet",      "K-64", ALL, BOTH, refused_packet, {0, 0, 0},            -1, WSAEFAULT, "no packet, reads 0"},
    {"count_null",          "K-64", ALL, BOTH, faults, {COUNT_NULL, 0, 0},           -1, WSAEFAULT, "reads 0"},
    {"count_nowhere",       "K-64", ALL, BOTH, faults, {COUNT_NOWHERE, 0, 0},        -1, WSAEFAULT, "reads 0"},
    {"overlapped_nowhere",  "K-64", ALL, BOTH, faults, {OVERLAPPED_NOWHERE, 0, 0},   -1, WSAEFAULT, "reads 0, 77 bytes"},
    {"overlapped_page_ends", "K-64", ALL, BOTH, faults, {OVERLAPPED_SHORT, 0, 0},    -1, WSAEFAULT, "reads 0, 77 bytes"},
    {"input_short",         "K-64", ALL, BOTH, faults, {INPUT_SHORT, 0, 0},          -1, WSAEFAULT, "reads 0"},
    // clang-format on
};

RUN_TOPIC(EACH_ROW, kRows)
