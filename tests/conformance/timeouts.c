/* SO_RCVTIMEO and SO_SNDTIMEO (K-111). All rows wait at the same time. */
#include <string.h>

#include "suite/conformance.h"

/* a: the option's value, b: what else: 0 recv, 1 WSARecv, 2 recvfrom of a datagram socket. */
static void receive(const struct row* row, struct outcome* seen) {
  const struct sockaddr_in any_port = loopback(0);
  const struct pair pair = connected();
  const SOCKET s = row->with.b == 2 ? udp() : pair.client;
  const DWORD begin = GetTickCount();
  char octet;
  WSABUF buffer = {1, &octet};
  DWORD bytes = 0;
  DWORD flags = 0;
  DWORD took;
  if (row->with.b == 2) bind(s, (const struct sockaddr*)&any_port, sizeof any_port);
  set_option(s, SOL_SOCKET, SO_RCVTIMEO, row->with.a);
  if (row->with.b == 0) {
    ATTEMPT(seen, recv(s, &octet, 1, 0));
  } else if (row->with.b == 1) {
    ATTEMPT(seen, WSARecv(s, &buffer, 1, &bytes, &flags, NULL, NULL));
  } else {
    ATTEMPT(seen, recvfrom(s, &octet, 1, 0, NULL, NULL));
  }
  took = GetTickCount() - begin;
  if (took + 30 < (DWORD)row->with.a) effect(seen, "too early: %d ms", (int)took);
  if (took > 30000) effect(seen, "too late");
  if (row->with.b == 2) return;
  send(pair.server, "x", 1, 0); /* Nothing is lost by it. */
  effect(seen, "then %d", (int)recv(s, &octet, 1, 0));
}

/* What has come of a whole receive is given when the time runs out. */
static void gives_a_part(const struct row* row, struct outcome* seen) {
  const struct pair pair = connected();
  char octets[8];
  (void)row;
  memset(octets, 0, sizeof octets);
  set_option(pair.client, SOL_SOCKET, SO_RCVTIMEO, 200);
  send(pair.server, "ab", 2, 0);
  ATTEMPT(seen, recv(pair.client, octets, sizeof octets, MSG_WAITALL));
  effect(seen, "%s", octets);
}

/* No time counts where nothing blocks. */
static void non_blocking(const struct row* row, struct outcome* seen) {
  const SOCKET s = connected().client;
  char octet;
  (void)row;
  set_option(s, SOL_SOCKET, SO_RCVTIMEO, 200);
  never_block(s);
  ATTEMPT(seen, recv(s, &octet, 1, 0));
}

/* The peer does not read: the buffers fill, and send waits for its time. */
static void sending(const struct row* row, struct outcome* seen) {
  static char much[1 << 20];
  const SOCKET s = connected().client;
  int i;
  set_option(s, SOL_SOCKET, SO_SNDTIMEO, row->with.a);
  for (i = 0; i < 64; ++i) {
    ATTEMPT(seen, send(s, much, sizeof much, 0));
    if (seen->result == SOCKET_ERROR) return;
  }
}

static void reads_back(const struct row* row, struct outcome* seen) {
  const SOCKET s = tcp();
  set_option(s, SOL_SOCKET, row->with.a, 1234);
  seen->result = option_of(s, SOL_SOCKET, row->with.a);
}

/* 0 is for ever: data that comes later is received. */
static DWORD WINAPI send_later(LPVOID argument) {
  const SOCKET* const s = argument;
  Sleep(100);
  send(*s, "x", 1, 0);
  return 0;
}
static void for_ever(const struct row* row, struct outcome* seen) {
  struct pair pair = connected();
  HANDLE thread;
  char octet;
  (void)row;
  set_option(pair.client, SOL_SOCKET, SO_RCVTIMEO, 0);
  thread = spawn(send_later, &pair.server);
  ATTEMPT(seen, recv(pair.client, &octet, 1, 0));
  join(thread);
}

static const struct row kRows[] = {
    // clang-format off
    {"recv",           "K-111", ALL, BOTH, receive, {200, 0, 0},            -1, WSAETIMEDOUT, "then 1"},
    {"wsarecv",        "K-111", ALL, BOTH, receive, {200, 1, 0},            -1, WSAETIMEDOUT, "then 1"},
    {"recvfrom",       "K-111", ALL, BOTH, receive, {200, 2, 0},            -1, WSAETIMEDOUT, NULL},
    {"send",           "K-111", ALL, BOTH, sending, {200, 0, 0},            -1, WSAETIMEDOUT, NULL},
    {"recv_gives_a_part", "K-111", ALL, BOTH, gives_a_part, {0, 0, 0},       2, KEPT, "ab"},
    {"non_blocking",   "K-111", ALL, BOTH, non_blocking, {0, 0, 0},         -1, WSAEWOULDBLOCK, NULL},
    {"recv_reads_back", "K-111", ALL, BOTH, reads_back, {SO_RCVTIMEO, 0, 0}, 1234, ANY_ERROR, NULL},
    {"send_reads_back", "K-111", ALL, BOTH, reads_back, {SO_SNDTIMEO, 0, 0}, 1234, ANY_ERROR, NULL},
    {"zero_is_for_ever", "K-111", ALL, BOTH, for_ever, {0, 0, 0},            1, ANY_ERROR, NULL},
    // clang-format on
};

RUN_TOPIC(TOGETHER, kRows)
