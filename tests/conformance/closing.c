/* closesocket beside calls that block (K-109), and that no call raises a signal (K-110). */
#include <string.h>

#include "suite/conformance.h"

enum blocked { IN_RECV, IN_ACCEPT, IN_RECVFROM };

struct waiter {
  SOCKET s;
  int result;
  int error;
};

static DWORD WINAPI wait_in_recv(LPVOID argument) {
  struct waiter* const waiter = argument;
  char octet;
  waiter->result = recv(waiter->s, &octet, 1, 0);
  waiter->error = WSAGetLastError();
  return 0;
}

static DWORD WINAPI wait_in_accept(LPVOID argument) {
  struct waiter* const waiter = argument;
  waiter->result = accept(waiter->s, NULL, NULL) == INVALID_SOCKET ? SOCKET_ERROR : 0;
  waiter->error = WSAGetLastError();
  return 0;
}

/* a: enum blocked. The other thread's call is the one that is judged. */
static void ends_blocked(const struct row* row, struct outcome* seen) {
  struct waiter waiter;
  const struct sockaddr_in any_port = loopback(0);
  DWORD begin;
  HANDLE thread;
  memset(&waiter, 0, sizeof waiter);
  waiter.s = row->with.a == IN_RECV     ? connected().client
             : row->with.a == IN_ACCEPT ? listener()
                                        : udp();
  if (row->with.a == IN_RECVFROM)
    bind(waiter.s, (const struct sockaddr*)&any_port, sizeof any_port);
  thread = spawn(row->with.a == IN_ACCEPT ? wait_in_accept : wait_in_recv, &waiter);
  Sleep(50);
  begin = GetTickCount();
  effect(seen, "closesocket %d", closesocket(waiter.s));
  join(thread);
  if (GetTickCount() - begin > 900) effect(seen, "not at once");
  seen->result = waiter.result;
  seen->error = waiter.error;
}

static void after_close(const struct row* row, struct outcome* seen) {
  const SOCKET s = connected().client;
  char octet;
  closesocket(s);
  if (row->with.a) {
    ATTEMPT(seen, closesocket(s));
  } else {
    ATTEMPT(seen, recv(s, &octet, 1, 0));
  }
}

/* The peer reads an orderly end. */
static void peer_reads(const struct row* row, struct outcome* seen) {
  const struct pair pair = connected();
  char octet;
  (void)row;
  closesocket(pair.client);
  ATTEMPT(seen, recv(pair.server, &octet, 1, 0));
}

/* A program that sends where nobody reads any more lives on. */
static void send_after_reset(const struct row* row, struct outcome* seen) {
  const struct linger at_once = {1, 0};
  const struct pair pair = connected();
  int i;
  (void)row;
  setsockopt(pair.server, SOL_SOCKET, SO_LINGER, (const char*)&at_once, sizeof at_once);
  closesocket(pair.server);
  Sleep(20);
  for (i = 0; i < 3; ++i) ATTEMPT(seen, send(pair.client, "x", 1, 0));
}

static void send_after_shutdown(const struct row* row, struct outcome* seen) {
  const struct pair pair = connected();
  (void)row;
  shutdown(pair.client, SD_SEND);
  ATTEMPT(seen, send(pair.client, "x", 1, 0));
}

static const struct row kRows[] = {
    // clang-format off
    {"ends_recv",           "K-109", ALL, BOTH, ends_blocked, {IN_RECV, 0, 0},     -1, WSAEINTR, "closesocket 0"},
    {"ends_accept",         "K-109", ALL, BOTH, ends_blocked, {IN_ACCEPT, 0, 0},   -1, WSAEINTR, "closesocket 0"},
    {"ends_recv_datagram",  "K-109", ALL, BOTH, ends_blocked, {IN_RECVFROM, 0, 0}, -1, WSAEINTR, "closesocket 0"},
    {"recv_after",          "K-109", ALL, BOTH, after_close, {0, 0, 0},            -1, WSAENOTSOCK, NULL},
    {"close_twice",         "K-109", ALL, BOTH, after_close, {1, 0, 0},            -1, WSAENOTSOCK, NULL},
    {"peer_reads_the_end",  "K-109", ALL, BOTH, peer_reads, {0, 0, 0},              0, ANY_ERROR, NULL},
    {"send_after_reset",    "K-110", ALL, BOTH, send_after_reset, {0, 0, 0},       -1, WSAECONNRESET, NULL},
    {"send_after_shutdown", "K-110", ALL, BOTH, send_after_shutdown, {0, 0, 0},    -1, WSAESHUTDOWN, NULL},
    // clang-format on
};

RUN_TOPIC(EACH_ROW, kRows)
