/* Who may bind a port that is in use (K-114): Microsoft's page on SO_REUSEADDR and SO_EXCLUSIVEADDRUSE. */
#include <string.h>

#include "suite/conformance.h"

enum own { PLAIN, REUSE, EXCLUSIVE };

static SOCKET claim(SOCKET s, int own) {
  if (own == REUSE) set_option(s, SOL_SOCKET, SO_REUSEADDR, 1);
  if (own == EXCLUSIVE) set_option(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1);
  return s;
}

static SOCKET with(int own) { return claim(tcp(), own); }

static int bind_to(SOCKET s, const struct sockaddr_in* to) {
  return bind(s, (const struct sockaddr*)to, sizeof *to);
}

/* a: the first socket's option, b: the second one's, c: what the first is. Who is refused may take another port. */
enum first { IS_BOUND, LISTENS, HAS_MESSAGES };
static void second(const struct row* row, struct outcome* seen) {
  const struct sockaddr_in any_port = loopback(0);
  const int messages = row->with.c == HAS_MESSAGES;
  const SOCKET one = claim(messages ? udp() : tcp(), row->with.a);
  const SOCKET two = claim(messages ? udp() : tcp(), row->with.b);
  struct sockaddr_in taken;
  bind_to(one, &any_port);
  taken = name_of(one);
  if (row->with.c == LISTENS) listen(one, 5);
  ATTEMPT(seen, bind_to(two, &taken));
  if (seen->result != 0) {
    effect(seen, "another port %d", bind_to(two, &any_port));
  } else if (row->with.c == LISTENS) {
    effect(seen, "listen %d", listen(two, 5));
  }
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
  effect_error(seen, "then", bind_to(tcp(), &taken) == 0 ? 0 : WSAGetLastError());
  effect(seen, "listen %d", listen(again, 5));
  effect_error(seen, "then", bind_to(tcp(), &taken) == 0 ? 0 : WSAGetLastError());
}

/* The two options exclude each other, until the first is taken back. */
static void both(const struct row* row, struct outcome* seen) {
  const int first = row->with.a == REUSE ? SO_REUSEADDR : SO_EXCLUSIVEADDRUSE;
  const int other = row->with.a == REUSE ? SO_EXCLUSIVEADDRUSE : SO_REUSEADDR;
  const SOCKET s = with(row->with.a);
  ATTEMPT(seen, set_option(s, SOL_SOCKET, other, 1));
  effect(seen, "reads %d", option_of(s, SOL_SOCKET, other));
  set_option(s, SOL_SOCKET, first, 0);
  effect(seen, "alone %d", set_option(s, SOL_SOCKET, other, 1));
}

/* A claim ends with bind: it cannot be taken back. */
static void unclaim(const struct row* row, struct outcome* seen) {
  const struct sockaddr_in any_port = loopback(0);
  const SOCKET s = with(EXCLUSIVE);
  (void)row;
  bind_to(s, &any_port);
  ATTEMPT(seen, set_option(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 0));
  effect(seen, "reads %d", option_of(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE));
}

static void again(const struct row* row, struct outcome* seen) {
  const struct sockaddr_in any_port = loopback(0);
  const SOCKET s = bound_tcp();
  (void)row;
  ATTEMPT(seen, bind_to(s, &any_port));
}

static const struct row kRows[] = {
    // clang-format off
    {"live_listener",             "K-114", ALL, BOTH, second, {PLAIN, PLAIN, LISTENS},        -1, WSAEADDRINUSE, "another port 0"},
    {"plain_then_reuse",          "K-114", ALL, BOTH, second, {PLAIN, REUSE, LISTENS},         0, BY_K14, "listen 0"},
    {"plain_then_exclusive",      "K-114", ALL, BOTH, second, {PLAIN, EXCLUSIVE, LISTENS},    -1, WSAEADDRINUSE, "another port 0"},
    {"reuse_then_plain",          "K-114", ALL, BOTH, second, {REUSE, PLAIN, LISTENS},        -1, WSAEADDRINUSE, "another port 0"},
    {"reuse_then_reuse",          "K-114", ALL, BOTH, second, {REUSE, REUSE, LISTENS},         0, BY_K14, "listen 0"},
    {"reuse_then_exclusive",      "K-114", ALL, BOTH, second, {REUSE, EXCLUSIVE, LISTENS},    -1, WSAEADDRINUSE, "another port 0"},
    {"exclusive_then_plain",      "K-114", ALL, BOTH, second, {EXCLUSIVE, PLAIN, LISTENS},    -1, WSAEADDRINUSE, "another port 0"},
    {"exclusive_then_reuse",      "K-114", ALL, BOTH, second, {EXCLUSIVE, REUSE, LISTENS},    -1, WSAEACCES, "another port 0"},
    {"exclusive_twice",           "K-114", ALL, BOTH, second, {EXCLUSIVE, EXCLUSIVE, LISTENS},-1, WSAEADDRINUSE, "another port 0"},
    {"plain_then_plain_of_messages","K-114", ALL, BOTH, second, {PLAIN, PLAIN, HAS_MESSAGES},   -1, WSAEADDRINUSE, "another port 0"},
    {"plain_then_reuse_of_messages","K-114", ALL, BOTH, second, {PLAIN, REUSE, HAS_MESSAGES},    0, BY_K14, NULL},
    {"plain_then_exclusive_of_messages","K-114", ALL, BOTH, second, {PLAIN, EXCLUSIVE, HAS_MESSAGES},-1, WSAEADDRINUSE, "another port 0"},
    {"reuse_then_plain_of_messages","K-114", ALL, BOTH, second, {REUSE, PLAIN, HAS_MESSAGES},   -1, WSAEADDRINUSE, "another port 0"},
    {"reuse_then_reuse_of_messages","K-114", ALL, BOTH, second, {REUSE, REUSE, HAS_MESSAGES},    0, BY_K14, NULL},
    {"reuse_then_exclusive_of_messages","K-114", ALL, BOTH, second, {REUSE, EXCLUSIVE, HAS_MESSAGES},-1, WSAEADDRINUSE, "another port 0"},
    {"exclusive_then_plain_of_messages","K-114", ALL, BOTH, second, {EXCLUSIVE, PLAIN, HAS_MESSAGES},-1, WSAEADDRINUSE, "another port 0"},
    {"exclusive_then_reuse_of_messages","K-114", ALL, BOTH, second, {EXCLUSIVE, REUSE, HAS_MESSAGES},-1, WSAEACCES, "another port 0"},
    {"exclusive_then_exclusive_of_messages","K-114", ALL, BOTH, second, {EXCLUSIVE, EXCLUSIVE, HAS_MESSAGES},-1, WSAEADDRINUSE, "another port 0"},
    {"bound_alone",               "K-114", ALL, BOTH, second, {PLAIN, PLAIN, IS_BOUND},       -1, WSAEADDRINUSE, "another port 0"},
    {"both_reuse",                "K-114", ALL, BOTH, second, {REUSE, REUSE, IS_BOUND},        0, BY_K14, NULL},
    {"over_time_wait",            "K-114", ALL, BOTH, over_time_wait, {PLAIN, 0, 0},                   0, BY_K14, "then WSAEADDRINUSE, listen 0, then WSAEADDRINUSE"},
    {"reuse_over_time_wait",      "K-114", ALL, BOTH, over_time_wait, {REUSE, 0, 0},                   0, BY_K14, "then WSAEADDRINUSE, listen 0, then WSAEADDRINUSE"},
    {"exclusive_after_reuse",     "K-114", ALL, BOTH, both, {REUSE, 0, 0},                  -1, WSAEINVAL, "reads 0, alone 0"},
    {"reuse_after_exclusive",     "K-114", ALL, BOTH, both, {EXCLUSIVE, 0, 0},              -1, WSAEINVAL, "reads 0, alone 0"},
    {"unclaim_after_bind",        "K-114", ALL, BOTH, unclaim, {0, 0, 0},                      -1, WSAEINVAL, "reads 1"},
    {"bind_twice",                "K-114", ALL, BOTH, again, {0, 0, 0},                      -1, WSAEINVAL, NULL},
    // clang-format on
};

RUN_TOPIC(EACH_ROW, kRows)
