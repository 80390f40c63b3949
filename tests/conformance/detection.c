/* A peer that keep-alive finds dead, one that has forgotten the connection, and one that acknowledges no data: which
 * call hears what, and what the calls behind it hear (K-28, K-52, K-90 to K-92, K-76). All rows wait at the same time.
 * labels: net realtime */
#include <string.h>

#include "suite/conformance.h"
#include "suite/host.h"

/* One second of silence and ten probes: at the earliest after 1600 ms. N is 5 before Vista, and then more
 * probes go out by the 500 ms rule: never before 1500 ms (K-52). */
enum { IDLE = 1000, INTERVAL = 60, EARLIEST = 1480, LATEST = 30000 };

enum fate { DIES, FORGETS, UNACKNOWLEDGED };

static const char* doomed(int fate, SOCKET* s) {
  const char* const denied = fate == FORGETS ? host_forgetful_peer(s) : host_dead_peer(s);
  if (denied) return denied;
  if (fate == UNACKNOWLEDGED) {
    set_option(*s, IPPROTO_TCP, TCP_MAXRT, 1);
    keep_alive_values(*s, 1, IDLE, INTERVAL);
    send(*s, "x", 1, 0);
    return NULL;
  }
  return keep_alive_values(*s, 1, IDLE, INTERVAL) == 0 ? NULL : "no SIO_KEEPALIVE_VALS";
}

/* Until the socket has something to say; it uses nothing up. */
static int wait_for_end(SOCKET s) { return wait_readable(s, LATEST); }

static int heard_by_recv(SOCKET s) {
  char octet;
  const int got = recv(s, &octet, 1, 0);
  return got == SOCKET_ERROR ? WSAGetLastError() : -1;
}

static int heard_by_send(SOCKET s) {
  return send(s, "x", 1, 0) == SOCKET_ERROR ? WSAGetLastError() : -1;
}

enum sending { NO_SEND, SEND, WSA_SEND };

static int heard_by_set(SOCKET s, int on) {
  return set_keep_alive(s, on) == 0 ? 0 : WSAGetLastError();
}

enum receive { RECV, WSA_RECV, RECVFROM, WSA_RECVFROM, PEEK };
static int received(int call, SOCKET s) {
  char octet;
  WSABUF buffer = {1, &octet};
  DWORD bytes = 0;
  DWORD flags = 0;
  switch (call) {
    case WSA_RECV:
      return WSARecv(s, &buffer, 1, &bytes, &flags, NULL, NULL);
    case RECVFROM:
      return recvfrom(s, &octet, 1, 0, NULL, NULL);
    case WSA_RECVFROM:
      return WSARecvFrom(s, &buffer, 1, &bytes, &flags, NULL, NULL, NULL, NULL);
    case PEEK:
      return recv(s, &octet, 1, MSG_PEEK);
    default:
      return recv(s, &octet, 1, 0);
  }
}

/* a: enum fate, b: enum receive. A blocked call hears the first code, later calls the second. */
static void blocked_recv(const struct row* row, struct outcome* seen) {
  const DWORD begin = GetTickCount();
  SOCKET s = INVALID_SOCKET;
  DWORD took;
  if (skip(seen, doomed(row->with.a, &s))) return;
  ATTEMPT(seen, received(row->with.b, s));
  took = GetTickCount() - begin;
  effect_error(seen, "then recv", heard_by_recv(s));
  effect_error(seen, "send", heard_by_send(s));
  if (row->with.a == DIES && took < EARLIEST) effect(seen, "too early: %d ms", (int)took);
  if (took > LATEST) effect(seen, "too late");
}

static DWORD WINAPI wait_in_recv(LPVOID argument) {
  const SOCKET* const s = argument;
  return (DWORD)heard_by_recv(*s);
}

/* Every call that was in progress hears it, not only the first. */
static void two_blocked(const struct row* row, struct outcome* seen) {
  SOCKET s = INVALID_SOCKET;
  HANDLE other;
  if (skip(seen, doomed(row->with.a, &s))) return;
  other = spawn(wait_in_recv, &s);
  ATTEMPT(seen, received(RECV, s));
  effect_error(seen, "the other", join(other));
  effect_error(seen, "then recv", heard_by_recv(s));
}

static int sent(int call, SOCKET s) {
  char octet = 'x';
  WSABUF buffer = {1, &octet};
  DWORD bytes = 0;
  return call == WSA_SEND ? WSASend(s, &buffer, 1, &bytes, 0, NULL, NULL) : send(s, &octet, 1, 0);
}

/* None was in progress: the first later one hears it. b: enum receive, or c: enum sending. */
static void first_later(const struct row* row, struct outcome* seen) {
  SOCKET s = INVALID_SOCKET;
  if (skip(seen, doomed(row->with.a, &s))) return;
  never_block(s);
  if (wait_for_end(s) != 1) effect(seen, "no end");
  if (row->with.c != NO_SEND) {
    ATTEMPT(seen, sent(row->with.c, s));
  } else {
    ATTEMPT(seen, received(row->with.b, s));
  }
  effect_error(seen, "then recv", heard_by_recv(s));
  effect_error(seen, "send", heard_by_send(s));
}

/* select, WSAPoll, getsockopt and setsockopt use nothing up. */
static void nothing_used_up(const struct row* row, struct outcome* seen) {
  WSAPOLLFD item;
  char octet;
  SOCKET s = INVALID_SOCKET;
  if (skip(seen, doomed(row->with.a, &s))) return;
  wait_for_end(s);
  item.fd = s;
  item.events = POLLRDNORM;
  item.revents = 0;
  WSAPoll(&item, 1, 0);
  effect_error(seen, "SO_ERROR", option_of(s, SOL_SOCKET, SO_ERROR));
  effect_error(seen, "set", heard_by_set(s, 1));
  effect(seen, "SO_KEEPALIVE %d", keep_alive(s));
  ATTEMPT(seen, recv(s, &octet, 1, 0));
}

/* K-28: a set on a connection that keep-alive found dead, twice; b: the value. */
static void set_on_dead(const struct row* row, struct outcome* seen) {
  SOCKET s = INVALID_SOCKET;
  if (skip(seen, doomed(row->with.a, &s))) return;
  heard_by_recv(s);
  ATTEMPT(seen, set_keep_alive(s, row->with.b));
  effect_error(seen, "again", heard_by_set(s, row->with.b));
}

/* K-28: the peer has reset while keep-alive was on (a); b: no call has heard of it. */
static void set_on_reset(const struct row* row, struct outcome* seen) {
  const struct linger at_once = {1, 0};
  const struct pair pair = connected();
  if (row->with.a) set_keep_alive(pair.client, 1);
  setsockopt(pair.server, SOL_SOCKET, SO_LINGER, (const char*)&at_once, sizeof at_once);
  closesocket(pair.server);
  if (row->with.b) {
    wait_for_end(pair.client);
  } else {
    heard_by_recv(pair.client);
  }
  ATTEMPT(seen, set_keep_alive(pair.client, 1));
  effect(seen, "reads %d", keep_alive(pair.client));
  if (!row->with.a) return;
  effect_error(seen, "again", heard_by_set(pair.client, 1));
  effect_error(seen, "off", heard_by_set(pair.client, 0));
  effect(seen, "reads %d", keep_alive(pair.client));
}

/* Overlapped calls in progress end with the code, too. */
static void overlapped_recv(const struct row* row, struct outcome* seen) {
  OVERLAPPED overlapped;
  char octet;
  WSABUF buffer = {1, &octet};
  DWORD bytes = 0;
  DWORD flags = 0;
  SOCKET s = INVALID_SOCKET;
  memset(&overlapped, 0, sizeof overlapped);
  overlapped.hEvent = CreateEvent(NULL, TRUE, FALSE, NULL);
  if (skip(seen, doomed(row->with.a, &s))) return;
  WSARecv(s, &buffer, 1, NULL, &flags, &overlapped, NULL);
  ATTEMPT(seen, WSAGetOverlappedResult(s, &overlapped, &bytes, TRUE, &flags));
  effect_error(seen, "then recv", heard_by_recv(s));
}

static DWORD routine_error; /* One row alone has a routine. */
static void CALLBACK routine(DWORD error, DWORD bytes, LPWSAOVERLAPPED which, DWORD flags) {
  (void)bytes;
  (void)which;
  (void)flags;
  routine_error = error;
}

/* A completion routine gets the code. */
static void routine_recv(const struct row* row, struct outcome* seen) {
  OVERLAPPED overlapped;
  char octet;
  WSABUF buffer = {1, &octet};
  DWORD flags = 0;
  SOCKET s = INVALID_SOCKET;
  memset(&overlapped, 0, sizeof overlapped);
  if (skip(seen, doomed(row->with.a, &s))) return;
  WSARecv(s, &buffer, 1, NULL, &flags, &overlapped, routine);
  effect(seen, SleepEx(LATEST, TRUE) == WAIT_IO_COMPLETION ? "called" : "not called");
  effect_error(seen, "with", (int)routine_error);
  effect_error(seen, "then recv", heard_by_recv(s));
}

/* In a completion port the code is Win32's. */
static void port_recv(const struct row* row, struct outcome* seen) {
  const HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
  OVERLAPPED overlapped;
  OVERLAPPED* ended = NULL;
  char octet;
  WSABUF buffer = {1, &octet};
  ULONG_PTR key = 0;
  DWORD bytes = 0;
  DWORD flags = 0;
  SOCKET s = INVALID_SOCKET;
  memset(&overlapped, 0, sizeof overlapped);
  if (skip(seen, doomed(row->with.a, &s))) return;
  CreateIoCompletionPort((HANDLE)s, port, 7, 0);
  WSARecv(s, &buffer, 1, NULL, &flags, &overlapped, NULL);
  ATTEMPT(seen, GetQueuedCompletionStatus(port, &bytes, &key, &ended, LATEST));
  effect(seen, ended == &overlapped && key == 7 ? "its packet" : "no packet");
}

/* TCP_MAXRT is about retransmission: keep-alive's end comes at its own instant, though the limit is shorter. */
static void limit_beside(const struct row* row, struct outcome* seen) {
  const DWORD begin = GetTickCount();
  SOCKET s = INVALID_SOCKET;
  if (skip(seen, host_dead_peer(&s))) return;
  set_option(s, IPPROTO_TCP, TCP_MAXRT, 1);
  keep_alive_values(s, 1, IDLE, (u_long)row->with.a);
  ATTEMPT(seen, received(RECV, s));
  if (GetTickCount() - begin < IDLE + (DWORD)row->with.a * 10 - 20) effect(seen, "too early");
}

/* A peer that comes back before the last probe is not given up: one missing answer ends nothing (K-59). */
static void comes_back(const struct row* row, struct outcome* seen) {
  struct in_force now;
  SOCKET s = INVALID_SOCKET;
  (void)row;
  if (skip(seen, host_dead_peer(&s))) return;
  keep_alive_values(s, 1, IDLE, 1000);
  Sleep(IDLE + 1300); /* Two probes are lost. */
  if (skip(seen, host_mend(s))) return;
  Sleep(IDLE + 1200);
  if (skip(seen, host_in_force(s, &now))) return;
  ATTEMPT(seen, send(s, "x", 1, 0));
  effect(seen, now.give_up_in > 0 ? "alive" : "given up");
}

static const struct row kRows[] = {
    // clang-format off
    {"dead_blocked_recv",      "K-90", ALL, BOTH, blocked_recv, {DIES, RECV, 0},     -1, WSAENETRESET, "then recv WSAECONNRESET, send WSAECONNRESET"},
    {"dead_blocked_wsarecv",   "K-90", ALL, BOTH, blocked_recv, {DIES, WSA_RECV, 0}, -1, WSAENETRESET, "then recv WSAECONNRESET, send WSAECONNRESET"},
    {"dead_blocked_recvfrom",  "K-90", ALL, BOTH, blocked_recv, {DIES, RECVFROM, 0}, -1, WSAENETRESET, "then recv WSAECONNRESET, send WSAECONNRESET"},
    {"dead_blocked_wsarecvfrom", "K-90", ALL, BOTH, blocked_recv, {DIES, WSA_RECVFROM, 0}, -1, WSAENETRESET, "then recv WSAECONNRESET, send WSAECONNRESET"},
    {"dead_two_blocked",       "K-90", ALL, BOTH, two_blocked, {DIES, 0, 0},         -1, WSAENETRESET, "the other WSAENETRESET, then recv WSAECONNRESET"},
    {"dead_not_too_early",     "K-52", ALL, BOTH, blocked_recv, {DIES, RECV, 0},     -1, WSAENETRESET, "then recv WSAECONNRESET, send WSAECONNRESET"},
    {"dead_first_later_recv",  "K-90", ALL, BOTH, first_later, {DIES, RECV, NO_SEND}, -1, WSAENETRESET, "then recv WSAECONNRESET, send WSAECONNRESET"},
    {"dead_first_later_wsarecv", "K-90", ALL, BOTH, first_later, {DIES, WSA_RECV, NO_SEND}, -1, WSAENETRESET, "then recv WSAECONNRESET, send WSAECONNRESET"},
    {"dead_first_later_send",  "K-90", ALL, BOTH, first_later, {DIES, 0, SEND},      -1, WSAENETRESET, "then recv WSAECONNRESET, send WSAECONNRESET"},
    {"dead_first_later_wsasend", "K-90", ALL, BOTH, first_later, {DIES, 0, WSA_SEND}, -1, WSAENETRESET, "then recv WSAECONNRESET, send WSAECONNRESET"},
    {"dead_nothing_used_up",   "K-90", ALL, BOTH, nothing_used_up, {DIES, 0, 0},     -1, WSAENETRESET, "SO_ERROR no error, set WSAENETRESET, SO_KEEPALIVE 1"},
    {"dead_overlapped",        "K-90", ALL, BOTH, overlapped_recv, {DIES, 0, 0},      0, WSAENETRESET, "then recv WSAECONNRESET"},
    {"dead_port",              "K-90", ALL, BOTH, port_recv, {DIES, 0, 0},            0, ERROR_NETNAME_DELETED, "its packet"},
    {"dead_routine",           "K-90", ALL, BOTH, routine_recv, {DIES, 0, 0},         0, ANY_ERROR, "called, with WSAENETRESET, then recv WSAECONNRESET"},
    {"dead_set",               "K-28", ALL, BOTH, set_on_dead, {DIES, 1, 0},         -1, WSAENETRESET, "again WSAENETRESET"},
    {"dead_set_off",           "K-28", ALL, BOTH, set_on_dead, {DIES, 0, 0},         -1, WSAENETRESET, "again WSAENETRESET"},
    {"reset_set",              "K-28", ALL, BOTH, set_on_reset, {1, 0, 0},           -1, WSAENOTCONN, "reads 1, again WSAENOTCONN, off WSAENOTCONN, reads 1"},
    {"reset_set_unheard",      "K-28", ALL, BOTH, set_on_reset, {1, 1, 0},           -1, WSAENOTCONN, "reads 1, again WSAENOTCONN, off WSAENOTCONN, reads 1"},
    {"reset_set_was_off",      "K-28", ALL, BOTH, set_on_reset, {0, 0, 0},            0, BY_K14, "reads 1"},
    {"reset_set_was_off_unheard", "K-28", ALL, BOTH, set_on_reset, {0, 1, 0},         0, BY_K14, "reads 1"},
    {"forgot_blocked_recv",    "K-92", ALL, BOTH, blocked_recv, {FORGETS, 0, 0},     -1, WSAECONNRESET, "then recv WSAECONNRESET, send WSAECONNRESET"},
    {"forgot_first_later",     "K-92", ALL, BOTH, first_later, {FORGETS, 0, SEND},   -1, WSAECONNRESET, "then recv WSAECONNRESET, send WSAECONNRESET"},
    {"forgot_overlapped",      "K-92", ALL, BOTH, overlapped_recv, {FORGETS, 0, 0},   0, WSAECONNRESET, "then recv WSAECONNRESET"},
    {"forgot_port",            "K-92", ALL, BOTH, port_recv, {FORGETS, 0, 0},         0, ERROR_NETNAME_DELETED, "its packet"},
    {"unacknowledged_blocked", "K-91", FROM(VISTA), BOTH, blocked_recv, {UNACKNOWLEDGED, RECV, 0}, -1, WSAETIMEDOUT, "then recv WSAETIMEDOUT, send WSAETIMEDOUT"},
    {"unacknowledged_later",   "K-91", FROM(VISTA), BOTH, first_later, {UNACKNOWLEDGED, RECV, NO_SEND}, -1, WSAETIMEDOUT, "then recv WSAETIMEDOUT, send WSAETIMEDOUT"},
    {"unacknowledged_overlapped", "K-91", FROM(VISTA), BOTH, overlapped_recv, {UNACKNOWLEDGED, 0, 0}, 0, WSAETIMEDOUT, "then recv WSAETIMEDOUT"},
    {"maxrt_ends_no_silence",  "K-76", FROM(VISTA), BOTH, limit_beside, {100, 0, 0}, -1, WSAENETRESET, NULL},
    {"one_lost_answer",        "K-59", ALL, BOTH, comes_back, {0, 0, 0},              1, KEPT, "alive"},
    // clang-format on
};

RUN_TOPIC(TOGETHER, kRows)
