/* What accept, WSAAccept and AcceptEx hand down from a listener (K-41, K-112). */
#include <string.h>

#include "suite/conformance.h"
#include "suite/host.h"

enum way { ACCEPT, WSA_ACCEPT };

static SOCKET accept_by(int way, SOCKET from) {
  return way == ACCEPT ? accept(from, NULL, NULL) : WSAAccept(from, NULL, NULL, NULL, 0);
}

/* A connection that is queued at the listener. */
static SOCKET knock(SOCKET from) {
  const struct sockaddr_in address = name_of(from);
  const SOCKET s = tcp();
  connect_to(s, &address);
  return s;
}

static void describe(SOCKET s, struct outcome* seen) {
  struct in_force now;
  effect(seen, "reads %d", keep_alive(s));
  if (host_in_force(s, &now) == NULL) effect(seen, "T %u I %u", now.idle, now.interval);
}

/* a: enum way, b: the ioctl on the listener, c: 1 after the connection was made. */
static void keep_alive_of(const struct row* row, struct outcome* seen) {
  const SOCKET from = listener();
  if (row->with.c) knock(from);
  if (row->with.b) {
    keep_alive_values(from, 1, 1500, 300);
  } else {
    set_keep_alive(from, 1);
  }
  if (!row->with.c) knock(from);
  {
    const SOCKET s = accept_by(row->with.a, from);
    effect(seen, "reads %d", keep_alive(s));
  }
}

static void timing_of(const struct row* row, struct outcome* seen) {
  const SOCKET from = listener();
  struct in_force now;
  keep_alive_values(from, 1, 1500, 300);
  knock(from);
  {
    const SOCKET s = accept_by(row->with.a, from);
    if (skip(seen, host_in_force(s, &now))) return;
    describe(s, seen);
    effect(seen, "from the socket: %d", now.from_socket);
  }
}

static void off_stays_off(const struct row* row, struct outcome* seen) {
  const SOCKET from = listener();
  knock(from);
  effect(seen, "reads %d", keep_alive(accept_by(row->with.a, from)));
}

/* What is set on the accepted socket does not change the listener. */
static void not_upwards(const struct row* row, struct outcome* seen) {
  const SOCKET from = listener();
  (void)row;
  knock(from);
  set_keep_alive(accept_by(ACCEPT, from), 1);
  effect(seen, "listener reads %d", keep_alive(from));
}

/* The listener's next connection by AcceptEx, to its end. While it waits the switch is set, or left where that is -1. */
static void accept_ex_to(SOCKET from, SOCKET s, int on) {
  char buffer[2 * (sizeof(struct sockaddr_in) + 16)];
  OVERLAPPED overlapped;
  DWORD bytes = 0;
  DWORD flags = 0;
  memset(&overlapped, 0, sizeof overlapped);
  overlapped.hEvent = CreateEvent(NULL, TRUE, FALSE, NULL);
  AcceptEx(from, s, buffer, 0, sizeof buffer / 2, sizeof buffer / 2, &bytes, &overlapped);
  if (on != -1) set_keep_alive(s, on);
  knock(from);
  WSAGetOverlappedResult(from, &overlapped, &bytes, TRUE, &flags);
  CloseHandle(overlapped.hEvent);
}

/* AcceptEx: the switch is the accepting socket's own (a: as it was set; b: while it waits) until the context is updated. */
static void accept_ex(const struct row* row, struct outcome* seen) {
  const SOCKET from = listener();
  const SOCKET s = tcp();
  set_keep_alive(from, !row->with.a);
  if (!row->with.b) set_keep_alive(s, row->with.a);
  accept_ex_to(from, s, row->with.b ? row->with.a : -1);
  effect(seen, "before %d", keep_alive(s));
  ATTEMPT(seen,
          setsockopt(s, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, (const char*)&from, sizeof from));
  effect(seen, "after %d", keep_alive(s));
}

/* The timing comes with the update as well: the accepting socket had none of its own. */
static void accept_ex_timing(const struct row* row, struct outcome* seen) {
  const SOCKET from = listener();
  const SOCKET s = tcp();
  struct in_force now;
  (void)row;
  if (skip(seen, host_in_force(s, &now))) return;
  keep_alive_values(from, 1, 1500, 300);
  accept_ex_to(from, s, -1);
  describe(s, seen);
  ATTEMPT(seen,
          setsockopt(s, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, (const char*)&from, sizeof from));
  describe(s, seen);
}

struct handed {
  int level, name, value;
};
static const struct handed kHanded[] = {
    {SOL_SOCKET, SO_OOBINLINE, 1},   {SOL_SOCKET, SO_RCVBUF, 32768},
    {SOL_SOCKET, SO_SNDBUF, 32768},  {SOL_SOCKET, SO_RCVTIMEO, 1500},
    {SOL_SOCKET, SO_SNDTIMEO, 2500}, {IPPROTO_TCP, TCP_NODELAY, 1},
    {SOL_SOCKET, SO_KEEPALIVE, 1},   {IPPROTO_TCP, TCP_KEEPALIVE, 77},
    {IPPROTO_TCP, TCP_KEEPINTVL, 7}, {IPPROTO_TCP, TCP_KEEPCNT, 3},
    {IPPROTO_TCP, TCP_MAXRT, 7},
};

/* a: enum way, b: of kHanded. A connection that is there already does not change with its listener. */
static void option(const struct row* row, struct outcome* seen) {
  const struct handed handed = kHanded[row->with.b];
  const SOCKET from = listener();
  SOCKET s = INVALID_SOCKET;
  set_option(from, handed.level, handed.name, handed.value);
  knock(from);
  s = accept_by(row->with.a, from);
  effect(seen, "reads %d", option_of(s, handed.level, handed.name));
  set_option(from, handed.level, handed.name, handed.value == 1 ? 0 : handed.value + 1);
  if (option_of(s, handed.level, handed.name) != handed.value)
    effect(seen, "changes with its listener");
}

static void linger(const struct row* row, struct outcome* seen) {
  const SOCKET from = listener();
  struct linger value = {1, 7};
  int size = sizeof value;
  setsockopt(from, SOL_SOCKET, SO_LINGER, (const char*)&value, sizeof value);
  knock(from);
  memset(&value, 0, sizeof value);
  getsockopt(accept_by(row->with.a, from), SOL_SOCKET, SO_LINGER, (char*)&value, &size);
  effect(seen, "%d, %d s", value.l_onoff, value.l_linger);
}

/* SO_REUSEADDR must stand before bind. */
static void reuse(const struct row* row, struct outcome* seen) {
  const struct sockaddr_in any_port = loopback(0);
  const SOCKET from = tcp();
  set_option(from, SOL_SOCKET, SO_REUSEADDR, 1);
  bind(from, (const struct sockaddr*)&any_port, sizeof any_port);
  listen(from, 5);
  knock(from);
  effect(seen, "reads %d", option_of(accept_by(row->with.a, from), SOL_SOCKET, SO_REUSEADDR));
}

/* A non-blocking listener's connections do not block either. */
static void non_blocking(const struct row* row, struct outcome* seen) {
  const SOCKET from = listener();
  SOCKET s = INVALID_SOCKET;
  char octet;
  never_block(from);
  knock(from);
  wait_readable(from, 5000);
  s = accept_by(row->with.a, from);
  set_option(s, SOL_SOCKET, SO_RCVTIMEO, 300);
  ATTEMPT(seen, recv(s, &octet, 1, 0));
  effect_error(seen, "the listener's next",
               accept_by(row->with.a, from) == INVALID_SOCKET ? WSAGetLastError() : 0);
}

static const struct row kRows[] = {
    // clang-format off
    {"accept_switch",        "K-41", ALL, BOTH, keep_alive_of, {ACCEPT, 0, 0},     0, ANY_ERROR, "reads 1"},
    {"wsaaccept_switch",     "K-41", ALL, BOTH, keep_alive_of, {WSA_ACCEPT, 0, 0}, 0, ANY_ERROR, "reads 1"},
    {"accept_ioctl_switch",  "K-41", ALL, BOTH, keep_alive_of, {ACCEPT, 1, 0},     0, ANY_ERROR, "reads 1"},
    {"accept_timing",        "K-41", ALL, BOTH, timing_of, {ACCEPT, 0, 0},         0, ANY_ERROR, "reads 1, T 1500 I 300, from the socket: 3"},
    {"wsaaccept_timing",     "K-41", ALL, BOTH, timing_of, {WSA_ACCEPT, 0, 0},     0, ANY_ERROR, "reads 1, T 1500 I 300, from the socket: 3"},
    {"off_stays_off",        "K-41", ALL, BOTH, off_stays_off, {ACCEPT, 0, 0},     0, ANY_ERROR, "reads 0"},
    {"not_upwards",          "K-41", ALL, BOTH, not_upwards, {0, 0, 0},            0, ANY_ERROR, "listener reads 0"},
    {"acceptex_off_then_on", "K-41", ALL, BOTH, accept_ex, {0, 0, 0},              0, BY_K14, "before 0, after 1"},
    {"acceptex_on_then_off", "K-41", ALL, BOTH, accept_ex, {1, 0, 0},              0, BY_K14, "before 1, after 0"},
    {"acceptex_set_meanwhile", "K-41", ALL, BOTH, accept_ex, {1, 1, 0},            0, BY_K14, "before 1, after 0"},
    {"acceptex_timing",      "K-41", ALL, BOTH, accept_ex_timing, {0, 0, 0},       0, BY_K14, "reads 0, T 7200000 I 1000, reads 1, T 1500 I 300"},

    {"oob_inline",           "K-112", ALL, BOTH, option, {ACCEPT, 0, 0},           0, ANY_ERROR, "reads 1"},
    {"receive_buffer",       "K-112", ALL, BOTH, option, {ACCEPT, 1, 0},           0, ANY_ERROR, "reads 32768"},
    {"send_buffer",          "K-112", ALL, BOTH, option, {ACCEPT, 2, 0},           0, ANY_ERROR, "reads 32768"},
    {"receive_timeout",      "K-112", ALL, BOTH, option, {ACCEPT, 3, 0},           0, ANY_ERROR, "reads 1500"},
    {"send_timeout",         "K-112", ALL, BOTH, option, {WSA_ACCEPT, 4, 0},       0, ANY_ERROR, "reads 2500"},
    {"no_delay",             "K-112", ALL, BOTH, option, {WSA_ACCEPT, 5, 0},       0, ANY_ERROR, "reads 1"},
    {"keep_alive",           "K-41", ALL, BOTH, option, {ACCEPT, 6, 0},            0, ANY_ERROR, "reads 1"},
    {"idle",                 "K-41", FROM(VISTA), BOTH, option, {ACCEPT, 7, 0},    0, ANY_ERROR, "reads 77"},
    {"interval",             "K-41", FROM(WIN10_1709), BOTH, option, {ACCEPT, 8, 0}, 0, ANY_ERROR, "reads 7"},
    {"count",                "K-41", FROM(WIN10_1703), BOTH, option, {ACCEPT, 9, 0}, 0, ANY_ERROR, "reads 3"},
    {"max_rt",               "K-76", FROM(VISTA), BOTH, option, {WSA_ACCEPT, 10, 0}, 0, ANY_ERROR, "reads 7"},
    {"linger",               "K-112", ALL, BOTH, linger, {ACCEPT, 0, 0},           0, ANY_ERROR, "1, 7 s"},
    {"reuse_address",        "K-112", ALL, BOTH, reuse, {ACCEPT, 0, 0},            0, ANY_ERROR, "reads 1"},
    {"non_blocking",         "K-112", ALL, BOTH, non_blocking, {ACCEPT, 0, 0},    -1, WSAEWOULDBLOCK, "the listener's next WSAEWOULDBLOCK"},
    {"non_blocking_wsaaccept", "K-112", ALL, BOTH, non_blocking, {WSA_ACCEPT, 0, 0}, -1, WSAEWOULDBLOCK, "the listener's next WSAEWOULDBLOCK"},
    // clang-format on
};

RUN_TOPIC(EACH_ROW, kRows)
