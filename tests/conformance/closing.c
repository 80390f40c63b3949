/* closesocket beside calls that block (K-109), and that no call raises a signal (K-110). */
#include <string.h>

#include "suite/conformance.h"
#include "suite/host.h"

enum blocked {
  IN_RECV,
  IN_WSARECV,
  IN_RECVFROM,
  IN_RECVMSG,
  IN_SEND,
  IN_ACCEPT,
  IN_WSAACCEPT,
  IN_SELECT,
  IN_POLL,
  IN_CONNECT
};

struct waiter {
  SOCKET s;
  int call;
  struct sockaddr_in deaf;
  int result;
  int error;
};

static LPFN_WSARECVMSG receive_message(SOCKET s) {
  GUID id = WSAID_WSARECVMSG;
  LPFN_WSARECVMSG function = NULL;
  DWORD bytes = 0;
  WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, (void*)&function, sizeof function,
           &bytes, NULL, NULL);
  return function;
}

static int message_received(SOCKET s) {
  char octet;
  WSABUF buffer = {1, &octet};
  WSAMSG message;
  DWORD bytes = 0;
  memset(&message, 0, sizeof message);
  message.lpBuffers = &buffer;
  message.dwBufferCount = 1;
  return receive_message(s)(s, &message, &bytes, NULL, NULL);
}

static int received(SOCKET s) {
  char octet;
  WSABUF buffer = {1, &octet};
  DWORD bytes = 0;
  DWORD flags = 0;
  return WSARecv(s, &buffer, 1, &bytes, &flags, NULL, NULL);
}

/* The peer does not read, and this is more than all buffers on the path hold. */
static int sent(SOCKET s) {
  static char much[64 << 20];
  return send(s, much, sizeof much, 0);
}

static int selected(SOCKET s) {
  fd_set set;
  FD_ZERO(&set);
  FD_SET(s, &set);
  return select(0, &set, NULL, NULL, NULL);
}

static int polled(SOCKET s) {
  WSAPOLLFD item;
  item.fd = s;
  item.events = POLLRDNORM;
  item.revents = 0;
  return WSAPoll(&item, 1, -1);
}

static int blocked_call(const struct waiter* waiter) {
  const SOCKET s = waiter->s;
  char octet;
  switch (waiter->call) {
    case IN_WSARECV:
      return received(s);
    case IN_RECVFROM:
      return recvfrom(s, &octet, 1, 0, NULL, NULL);
    case IN_RECVMSG:
      return message_received(s);
    case IN_SEND:
      return sent(s);
    case IN_ACCEPT:
      return accept(s, NULL, NULL) == INVALID_SOCKET ? SOCKET_ERROR : 0;
    case IN_WSAACCEPT:
      return WSAAccept(s, NULL, NULL, NULL, 0) == INVALID_SOCKET ? SOCKET_ERROR : 0;
    case IN_SELECT:
      return selected(s);
    case IN_POLL:
      return polled(s);
    case IN_CONNECT:
      return connect_to(s, &waiter->deaf);
    default:
      return recv(s, &octet, 1, 0);
  }
}

static SOCKET socket_for(int call) {
  switch (call) {
    case IN_RECVFROM:
    case IN_RECVMSG:
      return bound_udp();
    case IN_ACCEPT:
    case IN_WSAACCEPT:
      return listener();
    case IN_CONNECT:
      return tcp();
    default:
      return connected().client;
  }
}

static DWORD WINAPI wait_in_call(LPVOID argument) {
  struct waiter* const waiter = argument;
  waiter->result = blocked_call(waiter);
  waiter->error = WSAGetLastError();
  return 0;
}

/* a: enum blocked. The other thread's call is the one that is judged. */
static void ends_blocked(const struct row* row, struct outcome* seen) {
  struct waiter waiter;
  DWORD begin;
  HANDLE thread;
  memset(&waiter, 0, sizeof waiter);
  if (row->with.a == IN_CONNECT && skip(seen, host_deaf_address(&waiter.deaf))) return;
  waiter.call = row->with.a;
  waiter.s = socket_for(row->with.a);
  thread = spawn(wait_in_call, &waiter);
  Sleep(50);
  begin = GetTickCount();
  effect(seen, "closesocket %d", closesocket(waiter.s));
  join(thread);
  if (GetTickCount() - begin > 3000)
    effect(seen, "not at once"); /* A busy machine may take its time. */
  seen->result = waiter.result;
  seen->error = waiter.error;
}

/* The second of two sockets of one connection, by WSADuplicateSocket to this process itself. */
static SOCKET taken(WSAPROTOCOL_INFOA* info) {
  return WSASocketA(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, info, 0,
                    WSA_FLAG_OVERLAPPED);
}

/* Closing one of them leaves the connection to the other. */
static void other_owner(const struct row* row, struct outcome* seen) {
  const struct pair pair = connected();
  WSAPROTOCOL_INFOA info;
  SOCKET second = INVALID_SOCKET;
  char octet;
  (void)row;
  effect(seen, "duplicate %d", WSADuplicateSocketA(pair.client, GetCurrentProcessId(), &info));
  second = taken(&info);
  closesocket(pair.client);
  ATTEMPT(seen, send(second, "x", 1, 0));
  effect(seen, "peer receives %d", recv(pair.server, &octet, 1, 0));
  send(pair.server, "y", 1, 0);
  effect(seen, "other receives %d", recv(second, &octet, 1, 0));
}

/* A duplicate that no process has taken yet keeps the connection open, and can be taken once. */
static void untaken(const struct row* row, struct outcome* seen) {
  const struct pair pair = connected();
  WSAPROTOCOL_INFOA info;
  SOCKET second = INVALID_SOCKET;
  (void)row;
  WSADuplicateSocketA(pair.client, GetCurrentProcessId(), &info);
  closesocket(pair.client);
  effect(seen, wait_readable(pair.server, 100) ? "the peer hears of it" : "open");
  second = taken(&info);
  effect(seen, "sends %d", send(second, "x", 1, 0));
  ATTEMPT(seen, taken(&info) == INVALID_SOCKET ? SOCKET_ERROR : 0);
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

/* A program that sends after the reader has gone stays alive. */
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
    {"ends_wsarecv",        "K-109", ALL, BOTH, ends_blocked, {IN_WSARECV, 0, 0},  -1, WSAEINTR, "closesocket 0"},
    {"ends_recv_datagram",  "K-109", ALL, BOTH, ends_blocked, {IN_RECVFROM, 0, 0}, -1, WSAEINTR, "closesocket 0"},
    {"ends_wsarecvmsg",     "K-109", ALL, BOTH, ends_blocked, {IN_RECVMSG, 0, 0},  -1, WSAEINTR, "closesocket 0"},
    {"ends_send",           "K-109", ALL, BOTH, ends_blocked, {IN_SEND, 0, 0},     -1, WSAEINTR, "closesocket 0"},
    {"ends_accept",         "K-109", ALL, BOTH, ends_blocked, {IN_ACCEPT, 0, 0},   -1, WSAEINTR, "closesocket 0"},
    {"ends_wsaaccept",      "K-109", ALL, BOTH, ends_blocked, {IN_WSAACCEPT, 0, 0}, -1, WSAEINTR, "closesocket 0"},
    {"ends_select",         "K-109", ALL, BOTH, ends_blocked, {IN_SELECT, 0, 0},   -1, WSAEINTR, "closesocket 0"},
    {"ends_poll",           "K-109", FROM(VISTA), BOTH, ends_blocked, {IN_POLL, 0, 0}, -1, WSAEINTR, "closesocket 0"},
    {"ends_connect",        "K-109", ALL, BOTH, ends_blocked, {IN_CONNECT, 0, 0},  -1, WSAEINTR, "closesocket 0"},
    {"leaves_other_owner",  "K-109", ALL, BOTH, other_owner, {0, 0, 0},             1, ANY_ERROR, "duplicate 0, peer receives 1, other receives 1"},
    {"leaves_untaken_duplicate", "K-109", ALL, BOTH, untaken, {0, 0, 0},           -1, WSAEINVAL, "open, sends 1"},
    {"recv_after",          "K-109", ALL, BOTH, after_close, {0, 0, 0},            -1, WSAENOTSOCK, NULL},
    {"close_twice",         "K-109", ALL, BOTH, after_close, {1, 0, 0},            -1, WSAENOTSOCK, NULL},
    {"peer_reads_the_end",  "K-109", ALL, BOTH, peer_reads, {0, 0, 0},              0, ANY_ERROR, NULL},
    {"send_after_reset",    "K-110", ALL, BOTH, send_after_reset, {0, 0, 0},       -1, WSAECONNRESET, NULL},
    {"send_after_shutdown", "K-110", ALL, BOTH, send_after_shutdown, {0, 0, 0},    -1, WSAESHUTDOWN, NULL},
    // clang-format on
};

RUN_TOPIC(EACH_ROW, kRows)
