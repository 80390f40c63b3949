/* select and WSAPoll: sets that are counted arrays (K-108), and what they say of a connection that has ended
 * (K-93). All rows wait at the same time.
 * labels: net realtime */
#include <string.h>

#include "suite/conformance.h"
#include "suite/host.h"

enum fate { DIES, FORGETS, RESETS };

/* A connection that has ended: by keep-alive, or by the peer's reset, in answer to a probe or without one. */
static const char* ended(int fate, SOCKET* s) {
  const struct linger at_once = {1, 0};
  const char* denied = NULL;
  if (fate == RESETS) {
    const struct pair pair = connected();
    *s = pair.client;
    setsockopt(pair.server, SOL_SOCKET, SO_LINGER, (const char*)&at_once, sizeof at_once);
    closesocket(pair.server);
    wait_readable(*s, 30000);
    return NULL;
  }
  denied = fate == DIES ? host_dead_peer(s) : host_forgetful_peer(s);
  if (denied) return denied;
  keep_alive_values(*s, 1, 1000, 60);
  wait_readable(*s, 30000);
  return NULL;
}

static void selected(const struct row* row, struct outcome* seen) {
  SOCKET s = INVALID_SOCKET;
  fd_set sets[3];
  struct timeval at_once = {0, 0};
  int i;
  if (skip(seen, ended(row->with.a, &s))) return;
  for (i = 0; i < 3; ++i) {
    FD_ZERO(&sets[i]);
    FD_SET(s, &sets[i]);
  }
  seen->result = select(0, &sets[0], &sets[1], &sets[2], &at_once);
  effect(seen, FD_ISSET(s, &sets[0]) ? "readable" : "not readable");
  effect(seen, FD_ISSET(s, &sets[1]) ? "writable" : "not writable");
  effect(seen, FD_ISSET(s, &sets[2]) ? "exceptional" : "not exceptional");
}

/* select and WSAPoll use nothing up, and say the same when the calls have heard of the end. */
static void uses_nothing_up(const struct row* row, struct outcome* seen) {
  SOCKET s = INVALID_SOCKET;
  WSAPOLLFD item;
  char octet;
  if (skip(seen, ended(row->with.a, &s))) return;
  item.fd = s;
  item.events = POLLRDNORM;
  WSAPoll(&item, 1, 0);
  effect_error(seen, "recv", recv(s, &octet, 1, 0) == SOCKET_ERROR ? WSAGetLastError() : 0);
  effect_error(seen, "recv", recv(s, &octet, 1, 0) == SOCKET_ERROR ? WSAGetLastError() : 0);
  effect_error(seen, "send", send(s, "x", 1, 0) == SOCKET_ERROR ? WSAGetLastError() : 0);
  effect(seen, "readable %d", wait_readable(s, 0));
  item.revents = 0;
  seen->result = WSAPoll(&item, 1, 0);
  effect(seen, item.revents == (POLLERR | POLLHUP) ? "as before" : "otherwise");
}

/* Nothing that is asked for can come: the time runs out. A call that does not end is ended by the suite. */
static void exceptional_alone(const struct row* row, struct outcome* seen) {
  SOCKET s = INVALID_SOCKET;
  struct timeval wait = {0, 20000};
  fd_set set;
  if (skip(seen, ended(row->with.a, &s))) return;
  FD_ZERO(&set);
  FD_SET(s, &set);
  seen->result = select(0, NULL, NULL, &set, &wait);
  effect(seen, "%d left", (int)set.fd_count);
}

/* b: the events asked for. */
static void polled(const struct row* row, struct outcome* seen) {
  SOCKET s = INVALID_SOCKET;
  WSAPOLLFD item;
  if (skip(seen, ended(row->with.a, &s))) return;
  item.fd = s;
  item.events = (SHORT)row->with.b;
  item.revents = 0;
  seen->result = WSAPoll(&item, 1, 0);
  effect(seen, item.revents & POLLERR ? "POLLERR" : "no POLLERR");
  effect(seen, item.revents & POLLHUP ? "POLLHUP" : "no POLLHUP");
  effect(seen, item.revents & POLLWRNORM ? "POLLWRNORM" : "no POLLWRNORM");
}

static void empty_sets(const struct row* row, struct outcome* seen) {
  struct timeval at_once = {0, 0};
  fd_set none;
  FD_ZERO(&none);
  ATTEMPT(seen,
          select(0, row->with.a ? &none : NULL, NULL, row->with.a > 1 ? &none : NULL, &at_once));
}

/* a: enum kind in the set, b: beside a good one, which stands in the set of writable ones too. The sets stay. */
static void bad_socket(const struct row* row, struct outcome* seen) {
  struct timeval at_once = {0, 0};
  const SOCKET good = udp();
  fd_set reading;
  fd_set writing;
  FD_ZERO(&reading);
  FD_ZERO(&writing);
  if (row->with.b) FD_SET(good, &reading);
  if (row->with.b) FD_SET(good, &writing);
  FD_SET(of_kind(row->with.a), &reading);
  ATTEMPT(seen, select(0, &reading, row->with.b ? &writing : NULL, NULL, &at_once));
  effect(seen, "%d and %d", (int)reading.fd_count, (int)writing.fd_count);
}

/* A set of the program's own, larger than FD_SETSIZE. */
static void large_set(const struct row* row, struct outcome* seen) {
  static struct {
    u_int count;
    SOCKET sockets[300];
  } set;
  struct timeval at_once = {0, 0};
  static SOCKET all[300];
  int i;
  (void)row;
  for (i = 0; i < 300; ++i) all[i] = set.sockets[i] = udp();
  set.count = 300;
  seen->result = select(0, NULL, (fd_set*)(void*)&set, NULL, &at_once);
  effect(seen, "%d left", (int)set.count);
  effect(seen, set.sockets[299] == all[299] ? "with the last" : "without the last");
  effect(seen, "readable %d", select(0, (fd_set*)(void*)&set, NULL, NULL, &at_once));
  effect(seen, "%d left", (int)set.count);
  for (i = 0; i < 300; ++i) closesocket(all[i]);
}

/* a: what is given as the first argument; one of two sockets is readable. */
static void first_argument(const struct row* row, struct outcome* seen) {
  const struct pair quiet = connected();
  const struct pair pair = connected();
  struct timeval wait = {10, 0};
  fd_set set;
  FD_ZERO(&set);
  FD_SET(quiet.client, &set);
  FD_SET(pair.client, &set);
  send(pair.server, "x", 1, 0);
  seen->result = select(row->with.a, &set, NULL, NULL, &wait);
  effect(seen, "%d left", (int)set.fd_count);
  effect(seen, set.fd_array[0] == pair.client ? "the readable one" : "another one");
}

/* FD_SETSIZE is 64, and a 65th is left out; the same one twice counts once. */
static void size_of_set(const struct row* row, struct outcome* seen) {
  fd_set set;
  int i;
  FD_ZERO(&set);
  for (i = 0; i < row->with.a; ++i) FD_SET((SOCKET)(row->with.b ? 1000 : 1000 + i), &set);
  seen->result = (int)set.fd_count;
  effect(seen, "FD_SETSIZE %d", FD_SETSIZE);
}

static void timeout(const struct row* row, struct outcome* seen) {
  const struct pair pair = connected();
  struct timeval wait = {0, 20000};
  fd_set set;
  (void)row;
  FD_ZERO(&set);
  FD_SET(pair.client, &set);
  seen->result = select(0, &set, NULL, NULL, &wait);
  effect(seen, "%d left", (int)set.fd_count);
}

static const struct row kRows[] = {
    // clang-format off
    {"select_dead",           "K-93", ALL, BOTH, selected, {DIES, 0, 0},     2, ANY_ERROR, "readable, writable, not exceptional"},
    {"select_forgotten",      "K-93", ALL, BOTH, selected, {FORGETS, 0, 0},  2, ANY_ERROR, "readable, writable, not exceptional"},
    {"select_reset",          "K-93", ALL, BOTH, selected, {RESETS, 0, 0},   2, ANY_ERROR, "readable, writable, not exceptional"},
    {"reset_uses_nothing_up", "K-93", FROM(VISTA), BOTH, uses_nothing_up, {RESETS, 0, 0}, 1, ANY_ERROR, "recv WSAECONNRESET, recv WSAECONNRESET, send WSAECONNRESET, readable 1, as before"},
    {"exceptional_dead",      "K-93", ALL, BOTH, exceptional_alone, {DIES, 0, 0},    0, ANY_ERROR, "0 left"},
    {"exceptional_forgotten", "K-93", ALL, BOTH, exceptional_alone, {FORGETS, 0, 0}, 0, ANY_ERROR, "0 left"},
    {"poll_dead",             "K-93", FROM(VISTA), BOTH, polled, {DIES, POLLRDNORM | POLLWRNORM, 0}, 1, ANY_ERROR, "POLLERR, POLLHUP, POLLWRNORM"},
    {"poll_dead_read_only",   "K-93", FROM(VISTA), BOTH, polled, {DIES, POLLRDNORM, 0}, 1, ANY_ERROR, "POLLERR, POLLHUP, no POLLWRNORM"},
    {"poll_forgotten",        "K-93", FROM(VISTA), BOTH, polled, {FORGETS, POLLRDNORM | POLLWRNORM, 0}, 1, ANY_ERROR, "POLLERR, POLLHUP, POLLWRNORM"},
    {"poll_reset",            "K-93", FROM(VISTA), BOTH, polled, {RESETS, POLLRDNORM | POLLWRNORM, 0}, 1, ANY_ERROR, "POLLERR, POLLHUP, POLLWRNORM"},
    {"poll_reset_for_nothing", "K-93", FROM(VISTA), BOTH, polled, {RESETS, 0, 0}, 1, ANY_ERROR, "POLLERR, POLLHUP, no POLLWRNORM"},
    {"all_null",              "K-108", ALL, BOTH, empty_sets, {0, 0, 0},     -1, WSAEINVAL, NULL},
    {"one_empty",             "K-108", ALL, BOTH, empty_sets, {1, 0, 0},     -1, WSAEINVAL, NULL},
    {"two_empty",             "K-108", ALL, BOTH, empty_sets, {2, 0, 0},     -1, WSAEINVAL, NULL},
    {"closed_socket",         "K-108", ALL, BOTH, bad_socket, {CLOSED, 0, 0}, -1, WSAENOTSOCK, "1 and 0"},
    {"invalid_socket",        "K-108", ALL, BOTH, bad_socket, {INVALID, 0, 0}, -1, WSAENOTSOCK, "1 and 0"},
    {"bad_beside_good",       "K-108", ALL, BOTH, bad_socket, {INVALID, 1, 0}, -1, WSAENOTSOCK, "2 and 1"},
    {"first_argument_zero",   "K-108", ALL, BOTH, first_argument, {0, 0, 0},  1, ANY_ERROR, "1 left, the readable one"},
    {"first_argument_wrong",  "K-108", ALL, BOTH, first_argument, {-7, 0, 0}, 1, ANY_ERROR, "1 left, the readable one"},
    {"sixty_four",            "K-108", ALL, BOTH, size_of_set, {64, 0, 0},   64, ANY_ERROR, "FD_SETSIZE 64"},
    {"sixty_five",            "K-108", ALL, BOTH, size_of_set, {65, 0, 0},   64, ANY_ERROR, "FD_SETSIZE 64"},
    {"three_hundred",         "K-108", ALL, BOTH, large_set, {0, 0, 0},    300, ANY_ERROR, "300 left, with the last, readable 0, 0 left"},
    {"twice",                 "K-108", ALL, BOTH, size_of_set, {2, 1, 0},     1, ANY_ERROR, "FD_SETSIZE 64"},
    {"time_runs_out",         "K-108", ALL, BOTH, timeout, {0, 0, 0},         0, ANY_ERROR, "0 left"},
    // clang-format on
};

RUN_TOPIC(TOGETHER, kRows)
