/* WSARecvMsg and WSASendMsg, on the sockets that have messages: what they move, that their pointers are checked like
 * all others (K-20 to K-26), and that they end with a time-out (K-111). Keep-alive's connections have none: there
 * both are WSAEINVAL (K-117). */
#include <string.h>

#include "suite/conformance.h"
#include "suite/host.h"

/* WSARecvMsg is reached by its GUID alone (K-117). */
static LPFN_WSARECVMSG receiver(SOCKET s) {
  GUID id = WSAID_WSARECVMSG;
  LPFN_WSARECVMSG function = NULL;
  DWORD size = 0;
  WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, (void*)&function, sizeof function,
           &size, NULL, NULL);
  return function;
}

struct exchange {
  SOCKET from, to;
  struct sockaddr_in address, sender;
  char octets[16];
  WSABUF buffers[2];
  WSAMSG message;
  LPFN_WSARECVMSG receive;
};

/* Two sockets, and a message of two buffers for the address of the second. */
static void prepare(struct exchange* made, char* first, ULONG first_size, char* second,
                    ULONG second_size) {
  memset(made, 0, sizeof *made);
  made->from = bound_udp();
  made->to = bound_udp();
  made->address = name_of(made->to);
  made->receive = receiver(made->to);
  made->buffers[0].buf = first;
  made->buffers[0].len = first_size;
  made->buffers[1].buf = second;
  made->buffers[1].len = second_size;
  made->message.lpBuffers = made->buffers;
  made->message.dwBufferCount = 2;
}

static void send_it(struct exchange* made) {
  sendto(made->from, "hello", 5, 0, (const struct sockaddr*)&made->address, sizeof made->address);
}

/* a: octets of room. */
static void received(const struct row* row, struct outcome* seen) {
  struct exchange made;
  char first[2] = {0};
  char second[16] = {0};
  DWORD bytes = 77;
  prepare(&made, first, 2, second, (ULONG)row->with.a - 2);
  made.message.name = (struct sockaddr*)&made.sender;
  made.message.namelen = sizeof made.sender;
  send_it(&made);
  ATTEMPT(seen, made.receive(made.to, &made.message, &bytes, NULL, NULL));
  effect(seen, "%d octets, %.2s then %.3s", (int)bytes, first, second);
  effect(seen,
         made.sender.sin_port == name_of(made.from).sin_port ? "from its sender" : "from nobody");
  effect(seen, made.message.dwFlags & MSG_TRUNC ? "cut" : "whole");
}

static void sent(const struct row* row, struct outcome* seen) {
  struct exchange made;
  char first[] = "he";
  char second[] = "llo";
  char got[16] = {0};
  DWORD bytes = 77;
  (void)row;
  prepare(&made, first, 2, second, 3);
  made.message.name = (struct sockaddr*)&made.address;
  made.message.namelen = sizeof made.address;
  ATTEMPT(seen, WSASendMsg(made.from, &made.message, 0, &bytes, NULL, NULL));
  effect(seen, "%d octets", (int)bytes);
  effect(seen, "received %d: %s", recv(made.to, got, sizeof got - 1, 0), got);
}

enum call { RECEIVE, SEND };
enum fault { NOTHING, MESSAGE_NULL, MESSAGE_NOWHERE, COUNT_NULL, BUFFERS_NULL };

/* a: enum call, b: enum kind, c: enum fault. */
static void refused(const struct row* row, struct outcome* seen) {
  struct exchange made;
  char octet[2] = "x";
  DWORD bytes = 77;
  WSAMSG* message = &made.message;
  DWORD* count = row->with.c == COUNT_NULL ? NULL : &bytes;
  SOCKET s = INVALID_SOCKET;
  prepare(&made, octet, 1, octet, 1);
  s = row->with.b == UDP4
          ? bound_udp()
          : of_kind(row->with.b); /* Last: a closed one's number may be had again. */
  if (row->with.a == SEND) {
    made.message.name = (struct sockaddr*)&made.address;
    made.message.namelen = sizeof made.address;
  }
  if (row->with.c == MESSAGE_NULL) message = NULL;
  if (row->with.c == MESSAGE_NOWHERE) message = (WSAMSG*)(void*)NOWHERE;
  if (row->with.c == BUFFERS_NULL) made.message.lpBuffers = NULL;
  if (row->with.a == SEND) {
    ATTEMPT(seen, WSASendMsg(s, message, 0, count, NULL, NULL));
  } else {
    ATTEMPT(seen, made.receive(s, message, count, NULL, NULL));
  }
  effect(seen, bytes == 77 ? "count kept" : "count written");
}

static void timeout(const struct row* row, struct outcome* seen) {
  struct exchange made;
  char octet[2];
  DWORD bytes = 77;
  (void)row;
  prepare(&made, octet, 1, octet, 1);
  set_option(made.to, SOL_SOCKET, SO_RCVTIMEO, 100);
  ATTEMPT(seen, made.receive(made.to, &made.message, &bytes, NULL, NULL));
}

static void not_started(const struct row* row, struct outcome* seen) {
  struct exchange made;
  char octet[2] = "x";
  DWORD bytes = 77;
  (void)row;
  prepare(&made, octet, 1, octet, 1);
  WSACleanup();
  ATTEMPT(seen, WSASendMsg(made.from, &made.message, 0, &bytes, NULL, NULL));
}

static const struct row kRows[] = {
    // clang-format off
    {"received",            "K-117", ALL, BOTH, received, {10, 0, 0},                   0, ANY_ERROR, "5 octets, he then llo, from its sender, whole"},
    {"longer_than_room",    "K-117", ALL, BOTH, received, {4, 0, 0},                    -1, WSAEMSGSIZE, "4 octets, he then ll, from its sender, cut"},
    {"sent",                "K-117", FROM(VISTA), BOTH, sent, {0, 0, 0},                 0, ANY_ERROR, "5 octets, received 5: hello"},

    {"send_not_started",    "K-20", FROM(VISTA), BOTH, not_started, {0, 0, 0},         -1, WSANOTINITIALISED, NULL},
    {"receive_closed",      "K-23", ALL, BOTH, refused, {RECEIVE, CLOSED, MESSAGE_NULL}, -1, WSAENOTSOCK, "count kept"},
    {"send_closed",         "K-23", FROM(VISTA), BOTH, refused, {SEND, CLOSED, MESSAGE_NULL}, -1, WSAENOTSOCK, "count kept"},
    {"receive_null",        "K-26", ALL, BOTH, refused, {RECEIVE, UDP4, MESSAGE_NULL}, -1, WSAEFAULT, "count kept"},
    {"receive_nowhere",     "K-26", ALL, BOTH, refused, {RECEIVE, UDP4, MESSAGE_NOWHERE}, -1, WSAEFAULT, "count kept"},
    {"receive_no_count",    "K-26", ALL, BOTH, refused, {RECEIVE, UDP4, COUNT_NULL},   -1, WSAEFAULT, "count kept"},
    {"receive_no_buffers",  "K-26", ALL, BOTH, refused, {RECEIVE, UDP4, BUFFERS_NULL}, -1, WSAEFAULT, "count kept"},
    {"send_null",           "K-26", FROM(VISTA), BOTH, refused, {SEND, UDP4, MESSAGE_NULL}, -1, WSAEFAULT, "count kept"},
    {"send_nowhere",        "K-26", FROM(VISTA), BOTH, refused, {SEND, UDP4, MESSAGE_NOWHERE}, -1, WSAEFAULT, "count kept"},
    {"send_no_count",       "K-26", FROM(VISTA), BOTH, refused, {SEND, UDP4, COUNT_NULL}, -1, WSAEFAULT, "count kept"},
    {"send_no_buffers",     "K-26", FROM(VISTA), BOTH, refused, {SEND, UDP4, BUFFERS_NULL}, -1, WSAEFAULT, "count kept"},
    {"receive_on_stream",   "K-117", ALL, BOTH, refused, {RECEIVE, CONNECTED, NOTHING}, -1, WSAEINVAL, "count kept"},
    {"send_on_stream",      "K-117", FROM(VISTA), BOTH, refused, {SEND, CONNECTED, NOTHING}, -1, WSAEINVAL, "count kept"},
    {"receive_time_out",    "K-111", ALL, BOTH, timeout, {0, 0, 0},                    -1, WSAETIMEDOUT, NULL},
    // clang-format on
};

RUN_TOPIC(EACH_ROW, kRows)
