/* Who may bind a port that is in use (K-114): Microsoft's page on SO_REUSEADDR and SO_EXCLUSIVEADDRUSE. */
#include <string.h>

#include "suite/conformance.h"

enum own { PLAIN, REUSE, EXCLUSIVE };

static SOCKET with(int own) {
  const SOCKET s = tcp();
  if (own == REUSE) set_option(s, SOL_SOCKET, SO_REUSEADDR, 1);
  if (own == EXCLUSIVE) set_option(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1);
  return s;
}

static int bind_to(SOCKET s, const struct sockaddr_in* to) {
  return bind(s, (const struct sockaddr*)to, sizeof *to);
}

/* a: the first socket's option, b: the second one's, c: the first listens. */
static void second(const struct row* row, struct outcome* seen) {
  const struct sockaddr_in any_port = loopback(0);
  const SOCKET one = with(row->with.a);
  const SOCKET two = with(row->with.b);
  struct sockaddr_in taken;
  bind_to(one, &any_port);
  taken = name_of(one);
  if (row->with.c) listen(one, 5);
  ATTEMPT(seen, bind_to(two, &taken));
}

/* A listener over connections of its port that are in TIME_WAIT (a: its option). */
static void over_time_wait(const struct row* row, struct outcome* seen) {
  const SOCKET from = listener();
  const struct sockaddr_in taken = name_of(from);
  const SOCKET client = tcp();
  SOCKET server;
  SOCKET again;
  char octet;
  connect_to(client, &taken);
  server = accept(from, NULL, NULL);
  closesocket(from);
  closesocket(server); /* Ends first: its side keeps TIME_WAIT. */
  recv(client, &octet, 1, 0);
  closesocket(client);
  Sleep(10);
  again = with(row->with.a);
  ATTEMPT(seen, bind_to(again, &taken));
  effect(seen, "listen %d", listen(again, 5));
}

/* The two options exclude each other. */
static void both(const struct row* row, struct outcome* seen) {
  const SOCKET s = with(row->with.a);
  ATTEMPT(seen,
          set_option(s, SOL_SOCKET, row->with.a == REUSE ? SO_EXCLUSIVEADDRUSE : SO_REUSEADDR, 1));
}

static void again(const struct row* row, struct outcome* seen) {
  const struct sockaddr_in any_port = loopback(0);
  const SOCKET s = bound_tcp();
  (void)row;
  ATTEMPT(seen, bind_to(s, &any_port));
}

static const struct row kRows[] = {
    // clang-format off
    {"live_listener",            "K-114", ALL, BOTH, second, {PLAIN, PLAIN, 1},     -1, WSAEADDRINUSE, NULL},
    {"bound_alone",              "K-114", ALL, BOTH, second, {PLAIN, PLAIN, 0},     -1, WSAEADDRINUSE, NULL},
    {"both_reuse",               "K-114", ALL, BOTH, second, {REUSE, REUSE, 0},      0, BY_K14, NULL},
    {"exclusive_then_plain",     "K-114", ALL, BOTH, second, {EXCLUSIVE, PLAIN, 1}, -1, WSAEADDRINUSE, NULL},
    {"exclusive_then_reuse",     "K-114", ALL, BOTH, second, {EXCLUSIVE, REUSE, 1}, -1, WSAEACCES, NULL},
    {"plain_then_exclusive",     "K-114", ALL, BOTH, second, {PLAIN, EXCLUSIVE, 1}, -1, WSAEADDRINUSE, NULL},
    {"exclusive_twice",          "K-114", ALL, BOTH, second, {EXCLUSIVE, EXCLUSIVE, 1}, -1, WSAEADDRINUSE, NULL},
    {"over_time_wait",           "K-114", ALL, BOTH, over_time_wait, {PLAIN, 0, 0},  0, BY_K14, "listen 0"},
    {"reuse_over_time_wait",     "K-114", ALL, BOTH, over_time_wait, {REUSE, 0, 0},  0, BY_K14, "listen 0"},
    {"exclusive_after_reuse",    "K-114", ALL, BOTH, both, {REUSE, 0, 0},           -1, WSAEINVAL, NULL},
    {"reuse_after_exclusive",    "K-114", ALL, BOTH, both, {EXCLUSIVE, 0, 0},       -1, WSAEINVAL, NULL},
    {"bind_twice",               "K-114", ALL, BOTH, again, {0, 0, 0},              -1, WSAEINVAL, NULL},
    // clang-format on
};

RUN_TOPIC(EACH_ROW, kRows)
