/* A connection request without an answer ends after about 21 seconds (K-116), or with the limit that the program
 * has set (K-76). All rows wait at the same time.
 * labels: net realtime slow */
#include <string.h>

#include "suite/conformance.h"
#include "suite/host.h"

enum { PATIENCE = 30000 }; /* Milliseconds; the test does not wait longer. */

/* "about 21 s": the two retransmissions and their waits, 3 + 6 + 12, or a little less where a timer is coarse. */
static const char* about(DWORD took) {
  if (took < 14000) return "too early";
  return took < 24000 ? "about 21 s" : "too late";
}

/* a: TCP_MAXRT, or 0. Not blocking, so that an end that does not come costs no more than the patience. */
static void not_blocking(const struct row* row, struct outcome* seen) {
  const DWORD begin = GetTickCount();
  struct timeval wait = {PATIENCE / 1000, 0};
  fd_set failed;
  DWORD took;
  SOCKET s = INVALID_SOCKET;
  struct sockaddr_in deaf;
  if (skip(seen, host_deaf_address(&deaf))) return;
  s = tcp();
  never_block(s);
  if (row->with.a) set_option(s, IPPROTO_TCP, TCP_MAXRT, row->with.a);
  connect_to(s, &deaf);
  FD_ZERO(&failed);
  FD_SET(s, &failed);
  seen->result = select(0, NULL, NULL, &failed, &wait);
  took = GetTickCount() - begin;
  effect_error(seen, "SO_ERROR", option_of(s, SOL_SOCKET, SO_ERROR));
  if (row->with.a) {
    effect(seen, took < 5000 ? "soon" : "late");
  } else {
    effect(seen, "%s", about(took));
  }
}

struct request {
  SOCKET s;
  struct sockaddr_in deaf;
  struct outcome* seen;
};
static DWORD WINAPI connect_blocking(LPVOID argument) {
  struct request* const request = argument;
  ATTEMPT(request->seen, connect_to(request->s, &request->deaf));
  return 0;
}

/* The blocking call, which is ended from outside if it takes too long. */
static void blocking(const struct row* row, struct outcome* seen) {
  struct request request;
  HANDLE thread;
  DWORD begin, took;
  (void)row;
  if (skip(seen, host_deaf_address(&request.deaf))) return;
  request.s = tcp();
  request.seen = seen;
  begin = GetTickCount();
  thread = spawn(connect_blocking, &request);
  if (WaitForSingleObject(thread, PATIENCE) != WAIT_OBJECT_0) closesocket(request.s);
  join(thread);
  took = GetTickCount() - begin;
  effect_error(seen, "SO_ERROR", option_of(request.s, SOL_SOCKET, SO_ERROR));
  if (took >= 20000 && took <= 22000) {
    effect(seen, "21 s");
  } else {
    effect(seen, "%d ms", (int)took);
  }
}

static const struct row kRows[] = {
    // clang-format off
    {"connect",              "K-116", ALL, BOTH, blocking, {0, 0, 0},         -1, WSAETIMEDOUT, "SO_ERROR WSAETIMEDOUT, 21 s"},
    {"non_blocking_connect", "K-116", ALL, BOTH, not_blocking, {0, 0, 0},      1, ANY_ERROR, "SO_ERROR WSAETIMEDOUT, about 21 s"},
    {"limited_connect",      "K-76", FROM(VISTA), BOTH, not_blocking, {2, 0, 0}, 1, ANY_ERROR, "SO_ERROR WSAETIMEDOUT, soon"},
    // clang-format on
};

RUN_TOPIC(TOGETHER, kRows)
