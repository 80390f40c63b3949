/* WSAEventSelect and WSAEnumNetworkEvents: FD_CLOSE with its code when a connection has ended (K-93), and which
 * calls it leaves the code to (K-90); FD_CONNECT and FD_WRITE (K-101); what accepted sockets inherit (K-112).
 * All rows wait at the same time.
 * labels: net realtime */
#include <string.h>

#include "suite/conformance.h"
#include "suite/host.h"

enum {
  PATIENCE = 30000,
  QUIET = 150
}; /* Milliseconds: until something must come, and in which nothing may. */

static const long kAll = FD_READ | FD_WRITE | FD_OOB | FD_ACCEPT | FD_CONNECT | FD_CLOSE;

static const struct event_name {
  int bit;
  const char* name;
} kEvents[] = {{FD_READ_BIT, "FD_READ"},       {FD_WRITE_BIT, "FD_WRITE"},
               {FD_OOB_BIT, "FD_OOB"},         {FD_ACCEPT_BIT, "FD_ACCEPT"},
               {FD_CONNECT_BIT, "FD_CONNECT"}, {FD_CLOSE_BIT, "FD_CLOSE"}};

static WSAEVENT selected_on(SOCKET s, long events) {
  const WSAEVENT event = WSACreateEvent();
  WSAEventSelect(s, event, events);
  return event;
}

/* What is recorded by now; the event object is reset. */
static void tell(SOCKET s, WSAEVENT event, struct outcome* seen) {
  WSANETWORKEVENTS found;
  int told = 0;
  size_t i;
  memset(&found, 0, sizeof found);
  ATTEMPT(seen, WSAEnumNetworkEvents(s, event, &found));
  for (i = 0; i < sizeof kEvents / sizeof *kEvents; ++i) {
    const int code = found.iErrorCode[kEvents[i].bit];
    if (!(found.lNetworkEvents & 1L << kEvents[i].bit)) continue;
    told = 1;
    if (code) {
      effect_error(seen, kEvents[i].name, code);
    } else {
      effect(seen, "%s", kEvents[i].name);
    }
  }
  if (!told) effect(seen, "nothing");
}

/* The same once the event object is signaled. */
static void tell_next(SOCKET s, WSAEVENT event, struct outcome* seen) {
  if (WaitForSingleObject(event, PATIENCE) != WAIT_OBJECT_0) effect(seen, "no signal");
  tell(s, event, seen);
}

static void stays_quiet(WSAEVENT event, struct outcome* seen) {
  if (WaitForSingleObject(event, QUIET) == WAIT_OBJECT_0) effect(seen, "signaled again");
}

/* Until all of `wanted` has been told, in whatever number of steps. */
static void tell_all(SOCKET s, WSAEVENT event, long wanted, struct outcome* seen) {
  WSANETWORKEVENTS found;
  long told = 0;
  while ((told & wanted) != wanted && WaitForSingleObject(event, PATIENCE) == WAIT_OBJECT_0) {
    WSAEnumNetworkEvents(s, event, &found);
    told |= found.lNetworkEvents;
  }
  effect(seen, (told & wanted) == wanted ? "all told" : "told %ld", told);
}

static int heard_by_recv(SOCKET s) {
  char octet;
  const int got = recv(s, &octet, 1, 0);
  return got == SOCKET_ERROR ? WSAGetLastError() : -1;
}

enum fate { DIES, FORGETS, RESETS, UNACKNOWLEDGED };

/* A connection that will end by itself, from now on. */
static const char* doomed(int fate, SOCKET* s) {
  const struct linger at_once = {1, 0};
  struct pair pair;
  const char* denied = NULL;
  if (fate == RESETS) {
    pair = connected();
    *s = pair.client;
    setsockopt(pair.server, SOL_SOCKET, SO_LINGER, (const char*)&at_once, sizeof at_once);
    closesocket(pair.server);
    return NULL;
  }
  denied = fate == FORGETS ? host_forgetful_peer(s) : host_dead_peer(s);
  if (denied) return denied;
  if (fate == UNACKNOWLEDGED) {
    set_option(*s, IPPROTO_TCP, TCP_MAXRT, 1);
    send(*s, "x", 1, 0);
    return NULL;
  }
  return keep_alive_values(*s, 1, 1000, 60) == 0 ? NULL : "no SIO_KEEPALIVE_VALS";
}

/* a: enum fate. FD_CLOSE comes with the code, and leaves it to the first call that receives. */
static void close_told(const struct row* row, struct outcome* seen) {
  SOCKET s = INVALID_SOCKET;
  WSAEVENT event;
  if (skip(seen, doomed(row->with.a, &s))) return;
  event = selected_on(s, FD_READ | FD_CLOSE);
  tell_next(s, event, seen);
  stays_quiet(event, seen);
  effect_error(seen, "recv", heard_by_recv(s));
}

/* A selection that comes after the end tells it, and each new one again. */
static void close_told_again(const struct row* row, struct outcome* seen) {
  SOCKET s = INVALID_SOCKET;
  WSAEVENT event;
  if (skip(seen, doomed(row->with.a, &s))) return;
  wait_readable(s, PATIENCE);
  event = selected_on(s, FD_CLOSE);
  tell_next(s, event, seen);
  WSAEventSelect(s, event, FD_CLOSE);
  tell_next(s, event, seen);
}

/* The event of an orderly end comes after the data. */
static void orderly(const struct row* row, struct outcome* seen) {
  const struct pair pair = connected();
  const WSAEVENT event = selected_on(pair.client, FD_READ | FD_CLOSE);
  char octets[8];
  (void)row;
  send(pair.server, "abcd", 4, 0);
  closesocket(pair.server);
  tell_next(pair.client, event, seen);
  stays_quiet(event, seen);
  recv(pair.client, octets, sizeof octets, 0);
  tell_next(pair.client, event, seen);
}

static void own_shutdown(const struct row* row, struct outcome* seen) {
  const struct pair pair = connected();
  const WSAEVENT event = selected_on(pair.client, FD_READ | FD_CLOSE);
  (void)row;
  shutdown(pair.client, SD_SEND);
  stays_quiet(event, seen);
  tell(pair.client, event, seen);
}

/* a: 1 selected before the request, 0 after its end. */
static void connect_made(const struct row* row, struct outcome* seen) {
  const SOCKET from = listener();
  const struct sockaddr_in address = name_of(from);
  const SOCKET s = tcp();
  WSAEVENT event;
  if (row->with.a) {
    event = selected_on(s, FD_CONNECT | FD_WRITE);
    connect_to(s, &address);
  } else {
    connect_to(s, &address);
    event = selected_on(s, FD_CONNECT | FD_WRITE);
  }
  tell_all(s, event, FD_CONNECT | FD_WRITE, seen);
  WSAEventSelect(s, event, FD_CONNECT | FD_WRITE); /* The request's end has been told by now. */
  tell_next(s, event, seen);
}

/* Each request has an event, with its code. */
static void connect_refused(const struct row* row, struct outcome* seen) {
  const struct sockaddr_in nobody = refused_address();
  const SOCKET s = tcp();
  const WSAEVENT event = selected_on(s, FD_CONNECT | FD_WRITE);
  (void)row;
  connect_to(s, &nobody);
  tell_next(s, event, seen);
  stays_quiet(event, seen);
  connect_to(s, &nobody);
  tell_next(s, event, seen);
}

static void accepted_has_none(const struct row* row, struct outcome* seen) {
  const struct pair pair = connected();
  (void)row;
  tell_next(pair.server, selected_on(pair.server, kAll), seen);
}

/* FD_WRITE comes with the connection, and again when there is room behind a send that found none. */
static void write_again(const struct row* row, struct outcome* seen) {
  static char much[1 << 16];
  static char room[1 << 16];
  const struct pair pair = connected();
  const WSAEVENT event = selected_on(pair.client, FD_WRITE);
  (void)row;
  tell_next(pair.client, event, seen);
  send(pair.client, "x", 1, 0);
  stays_quiet(event, seen);
  while (send(pair.client, much, sizeof much, 0) > 0) continue;
  effect_error(seen, "send", WSAGetLastError());
  while (wait_readable(pair.server, QUIET) == 1 && recv(pair.server, room, sizeof room, 0) > 0)
    continue;
  tell_next(pair.client, event, seen);
}

enum way { ACCEPT, WSA_ACCEPT };

/* a: enum way. The accepted socket has the listener's selection, and its event object; it cannot block. */
static void inherited(const struct row* row, struct outcome* seen) {
  const SOCKET from = listener();
  const struct sockaddr_in address = name_of(from);
  const WSAEVENT event = selected_on(from, FD_ACCEPT | FD_READ | FD_CLOSE);
  const SOCKET client = tcp();
  SOCKET s = INVALID_SOCKET;
  connect_to(client, &address);
  tell_next(from, event, seen);
  s = row->with.a == ACCEPT ? accept(from, NULL, NULL) : WSAAccept(from, NULL, NULL, NULL, 0);
  effect_error(seen, "recv", heard_by_recv(s));
  send(client, "x", 1, 0);
  tell_next(s, event, seen);
  heard_by_recv(s);
  closesocket(client);
  tell_next(s, event, seen);
}

/* SO_UPDATE_ACCEPT_CONTEXT hands no selection down. */
static void not_by_update(const struct row* row, struct outcome* seen) {
  const SOCKET from = listener();
  const struct sockaddr_in address = name_of(from);
  const SOCKET client = tcp();
  const SOCKET s = tcp();
  char buffer[2 * (sizeof(struct sockaddr_in) + 16)];
  OVERLAPPED overlapped;
  WSANETWORKEVENTS found;
  WSAEVENT event;
  DWORD bytes = 0;
  DWORD flags = 0;
  (void)row;
  memset(&overlapped, 0, sizeof overlapped);
  overlapped.hEvent = WSACreateEvent();
  AcceptEx(from, s, buffer, 0, sizeof buffer / 2, sizeof buffer / 2, &bytes, &overlapped);
  connect_to(client, &address);
  WSAGetOverlappedResult(from, &overlapped, &bytes, TRUE, &flags);
  event = selected_on(from, FD_READ | FD_CLOSE);
  setsockopt(s, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, (const char*)&from, sizeof from);
  send(client, "x", 1, 0);
  wait_readable(s, PATIENCE);
  stays_quiet(event, seen);
  memset(&found, 0, sizeof found);
  ATTEMPT(seen, WSAEnumNetworkEvents(s, NULL, &found));
  effect(seen, found.lNetworkEvents ? "something" : "nothing");
}

static const struct row kRows[] = {
    // clang-format off
    {"close_of_dead",            "K-93", ALL, BOTH, close_told, {DIES, 0, 0},            0, ANY_ERROR, "FD_CLOSE WSAENETRESET, recv WSAENETRESET"},
    {"close_uses_nothing_up",    "K-90", ALL, BOTH, close_told, {DIES, 0, 0},            0, ANY_ERROR, "FD_CLOSE WSAENETRESET, recv WSAENETRESET"},
    {"close_of_forgotten",       "K-93", ALL, BOTH, close_told, {FORGETS, 0, 0},         0, ANY_ERROR, "FD_CLOSE WSAECONNRESET, recv WSAECONNRESET"},
    {"close_of_reset",           "K-93", ALL, BOTH, close_told, {RESETS, 0, 0},          0, ANY_ERROR, "FD_CLOSE WSAECONNRESET, recv WSAECONNRESET"},
    {"close_of_unacknowledged",  "K-93", FROM(VISTA), BOTH, close_told, {UNACKNOWLEDGED, 0, 0}, 0, ANY_ERROR, "FD_CLOSE WSAETIMEDOUT, recv WSAETIMEDOUT"},
    {"close_of_dead_again",      "K-93", ALL, BOTH, close_told_again, {DIES, 0, 0},      0, ANY_ERROR, "FD_CLOSE WSAENETRESET, FD_CLOSE WSAENETRESET"},
    {"close_of_forgotten_again", "K-93", ALL, BOTH, close_told_again, {FORGETS, 0, 0},   0, ANY_ERROR, "FD_CLOSE WSAECONNRESET, FD_CLOSE WSAECONNRESET"},
    {"close_behind_data",        "K-93", ALL, BOTH, orderly, {0, 0, 0},                  0, ANY_ERROR, "FD_READ, FD_CLOSE"},
    {"own_shutdown_is_no_close", "K-93", ALL, BOTH, own_shutdown, {0, 0, 0},             0, ANY_ERROR, "nothing"},

    {"connect_is_told_once",     "K-101", ALL, BOTH, connect_made, {1, 0, 0},            0, ANY_ERROR, "all told, FD_WRITE"},
    {"connect_told_later",       "K-101", ALL, BOTH, connect_made, {0, 0, 0},            0, ANY_ERROR, "all told, FD_WRITE"},
    {"connect_refused",          "K-101", ALL, BOTH, connect_refused, {0, 0, 0},         0, ANY_ERROR, "FD_CONNECT WSAECONNREFUSED, FD_CONNECT WSAECONNREFUSED"},
    {"accepted_has_no_connect",  "K-101", ALL, BOTH, accepted_has_none, {0, 0, 0},       0, ANY_ERROR, "FD_WRITE"},
    {"write_again",              "K-101", ALL, BOTH, write_again, {0, 0, 0},             0, ANY_ERROR, "FD_WRITE, send WSAEWOULDBLOCK, FD_WRITE"},

    {"accept_inherits",          "K-112", ALL, BOTH, inherited, {ACCEPT, 0, 0},          0, ANY_ERROR, "FD_ACCEPT, recv WSAEWOULDBLOCK, FD_READ, FD_CLOSE"},
    {"wsaaccept_inherits",       "K-112", ALL, BOTH, inherited, {WSA_ACCEPT, 0, 0},      0, ANY_ERROR, "FD_ACCEPT, recv WSAEWOULDBLOCK, FD_READ, FD_CLOSE"},
    {"update_hands_down_none",   "K-112", ALL, BOTH, not_by_update, {0, 0, 0},           0, ANY_ERROR, "nothing"},
    // clang-format on
};

RUN_TOPIC(TOGETHER, kRows)
