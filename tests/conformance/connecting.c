/* The connect family: what a pending, made, refused or repeated request answers (K-101 to K-106, K-115). */
#include <stdio.h>
#include <string.h>

#include "suite/conformance.h"
#include "suite/host.h"

static const char* ask_pending(SOCKET* s, struct sockaddr_in* deaf) {
  const char* const denied = host_deaf_address(deaf);
  if (denied) return denied;
  *s = tcp();
  never_block(*s);
  mark();
  connect_to(*s, deaf);
  return NULL;
}

static void first(const struct row* row, struct outcome* seen) {
  struct sockaddr_in deaf;
  const SOCKET s = tcp();
  (void)row;
  if (skip(seen, host_deaf_address(&deaf))) return;
  never_block(s);
  ATTEMPT(seen, connect_to(s, &deaf));
}

enum call { CONNECT, WSA_CONNECT, SEND, RECV, PEER_NAME, OWN_NAME, LISTEN, SHUTDOWN };
static void do_call(int call, SOCKET s, const struct sockaddr_in* to, struct outcome* seen) {
  struct sockaddr_in name;
  int size = sizeof name;
  char octet = 0;
  memset(&name, 0, sizeof name);
  switch (call) {
    case CONNECT:
      ATTEMPT(seen, connect_to(s, to));
      break;
    case WSA_CONNECT:
      ATTEMPT(seen, WSAConnect(s, (const struct sockaddr*)to, sizeof *to, NULL, NULL, NULL, NULL));
      break;
    case SEND:
      ATTEMPT(seen, send(s, "x", 1, 0));
      break;
    case RECV:
      ATTEMPT(seen, recv(s, &octet, 1, 0));
      break;
    case PEER_NAME:
      ATTEMPT(seen, getpeername(s, (struct sockaddr*)&name, &size));
      if (seen->result != 0) return;
      effect(seen, "%d bytes", size);
      effect(seen, memcmp(&name, to, 8) == 0 ? "the one that was asked" : "another");
      break;
    case OWN_NAME:
      ATTEMPT(seen, getsockname(s, (struct sockaddr*)&name, &size));
      effect(seen, name.sin_port ? "a port" : "no port");
      break;
    case LISTEN:
      ATTEMPT(seen, listen(s, 1));
      break;
    default:
      ATTEMPT(seen, shutdown(s, SD_BOTH));
      break;
  }
}

/* a: enum call, while a non-blocking request is pending. */
static void while_pending(const struct row* row, struct outcome* seen) {
  struct sockaddr_in deaf;
  SOCKET s = INVALID_SOCKET;
  if (skip(seen, ask_pending(&s, &deaf))) return;
  do_call(row->with.a, s, &deaf, seen);
}

/* The same where Winsock 1.1 was asked for. */
static void while_pending_by_1_1(const struct row* row, struct outcome* seen) {
  WSADATA data;
  WSACleanup();
  WSAStartup(MAKEWORD(1, 1), &data);
  while_pending(row, seen);
}

struct request {
  SOCKET s;
  struct sockaddr_in deaf;
};
static DWORD WINAPI connect_blocking(LPVOID argument) {
  const struct request* const request = argument;
  connect_to(request->s, &request->deaf);
  return 0;
}

/* a: enum call, while another thread's connect blocks. */
static void while_blocking(const struct row* row, struct outcome* seen) {
  struct request request;
  HANDLE thread;
  request.s = tcp();
  if (skip(seen, host_deaf_address(&request.deaf))) return;
  thread = spawn(connect_blocking, &request);
  Sleep(50);
  do_call(row->with.a, request.s, &request.deaf, seen);
  closesocket(request.s);
  join(thread);
}

/* a: enum call, on a connection that is made and that no call has asked about. */
static void made_unseen(const struct row* row, struct outcome* seen) {
  const struct sockaddr_in to = name_of(listener());
  const SOCKET s = tcp();
  never_block(s);
  connect_to(s, &to);
  Sleep(20);
  do_call(row->with.a, s, &to, seen);
}

/* a: enum call, b: enum kind. */
static void on_kind(const struct row* row, struct outcome* seen) {
  const SOCKET from = listener();
  const struct sockaddr_in to = name_of(from);
  do_call(row->with.a, of_kind(row->with.b), &to, seen);
}

static void refused(const struct row* row, struct outcome* seen) {
  const struct sockaddr_in nobody = refused_address();
  const SOCKET s = tcp();
  (void)row;
  ATTEMPT(seen, connect_to(s, &nobody));
}

/* The same socket may connect again after it was refused; a: enum call. */
static void again_after_refused(const struct row* row, struct outcome* seen) {
  const struct sockaddr_in nobody = refused_address();
  const SOCKET from = listener();
  const struct sockaddr_in to = name_of(from);
  const SOCKET s = tcp();
  connect_to(s, &nobody);
  do_call(row->with.a, s, &to, seen);
}

/* A non-blocking request that is refused: the exceptional set, SO_ERROR, and both still there when read again. */
static void refused_later(const struct row* row, struct outcome* seen) {
  const struct sockaddr_in nobody = refused_address();
  const SOCKET s = tcp();
  struct timeval wait = {10, 0};
  fd_set failed;
  fd_set writable;
  (void)row;
  never_block(s);
  connect_to(s, &nobody);
  FD_ZERO(&failed);
  FD_ZERO(&writable);
  FD_SET(s, &failed);
  FD_SET(s, &writable);
  seen->result = select(0, NULL, &writable, &failed, &wait);
  effect(seen, FD_ISSET(s, &failed) ? "exceptional" : "not exceptional");
  effect(seen, FD_ISSET(s, &writable) ? "writable" : "not writable");
  effect_error(seen, "SO_ERROR", option_of(s, SOL_SOCKET, SO_ERROR));
  effect_error(seen, "again", option_of(s, SOL_SOCKET, SO_ERROR));
}

static int wait_writable(SOCKET s) {
  struct timeval wait = {10, 0};
  fd_set writable;
  FD_ZERO(&writable);
  FD_SET(s, &writable);
  return select(0, NULL, &writable, NULL, &wait);
}

/* After a refusal that came later: the failed connection is none, and the next request is one like the first. */
static void again_after_refused_later(const struct row* row, struct outcome* seen) {
  const struct sockaddr_in nobody = refused_address();
  const struct sockaddr_in to = name_of(listener());
  const SOCKET s = tcp();
  char octet;
  (void)row;
  never_block(s);
  connect_to(s, &nobody);
  Sleep(20);
  effect_error(seen, "SO_ERROR", option_of(s, SOL_SOCKET, SO_ERROR));
  effect_error(seen, "recv", recv(s, &octet, 1, 0) == SOCKET_ERROR ? WSAGetLastError() : 0);
  ATTEMPT(seen, connect_to(s, &to));
  wait_writable(s);
  effect_error(seen, "SO_ERROR", option_of(s, SOL_SOCKET, SO_ERROR));
  effect(seen, "send %d", (int)send(s, "x", 1, 0));
}

/* Writable when it is made. */
static void made_later(const struct row* row, struct outcome* seen) {
  const struct sockaddr_in to = name_of(listener());
  const SOCKET s = tcp();
  (void)row;
  never_block(s);
  connect_to(s, &to);
  seen->result = wait_writable(s);
  effect(seen, "SO_ERROR %d", option_of(s, SOL_SOCKET, SO_ERROR));
  effect_error(seen, "connect", connect_to(s, &to) == 0 ? 0 : WSAGetLastError());
  effect(seen, "send %d", (int)send(s, "x", 1, 0));
}

/* a: 1 connected */
static void connect_time(const struct row* row, struct outcome* seen) {
  const SOCKET s = row->with.a ? connected().client : tcp();
  DWORD value = 77;
  int size = sizeof value;
  ATTEMPT(seen, getsockopt(s, SOL_SOCKET, SO_CONNECT_TIME, (char*)&value, &size));
  effect(seen, value == 0xffffffff ? "unconnected" : value < 5 ? "some seconds" : "another time");
}

static LPFN_CONNECTEX connect_ex(void) {
  GUID id = WSAID_CONNECTEX;
  LPFN_CONNECTEX function = NULL;
  DWORD bytes = 0;
  WSAIoctl(tcp(), SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, (void*)&function,
           sizeof function, &bytes, NULL, NULL);
  return function;
}

static OVERLAPPED overlapped; /* Outlives the call of each row. */

/* a: enum kind, b: 1 no OVERLAPPED. To a listener. */
static void extended(const struct row* row, struct outcome* seen) {
  const struct sockaddr_in to = name_of(listener());
  const SOCKET s = of_kind(row->with.a);
  memset(&overlapped, 0, sizeof overlapped);
  ATTEMPT(seen, connect_ex()(s, (const struct sockaddr*)&to, sizeof to, NULL, 0, NULL,
                             row->with.b ? NULL : &overlapped));
}

static void extended_pending(const struct row* row, struct outcome* seen) {
  struct sockaddr_in deaf;
  const SOCKET s = bound_tcp();
  (void)row;
  if (skip(seen, host_deaf_address(&deaf))) return;
  memset(&overlapped, 0, sizeof overlapped);
  ATTEMPT(seen,
          connect_ex()(s, (const struct sockaddr*)&deaf, sizeof deaf, NULL, 0, NULL, &overlapped));
}

/* a: enum call, or -1 ConnectEx once more, while ConnectEx is pending. */
static void while_extended(const struct row* row, struct outcome* seen) {
  static OVERLAPPED second;
  struct sockaddr_in deaf;
  const SOCKET s = bound_tcp();
  const LPFN_CONNECTEX function = connect_ex();
  if (skip(seen, host_deaf_address(&deaf))) return;
  memset(&overlapped, 0, sizeof overlapped);
  memset(&second, 0, sizeof second);
  function(s, (const struct sockaddr*)&deaf, sizeof deaf, NULL, 0, NULL, &overlapped);
  if (row->with.a >= 0) {
    do_call(row->with.a, s, &deaf, seen);
  } else {
    ATTEMPT(seen, function(s, (const struct sockaddr*)&deaf, sizeof deaf, NULL, 0, NULL, &second));
  }
}

/* A request that is cancelled ends so, and then the switch is free again on every release. */
static void cancelled_extended(const struct row* row, struct outcome* seen) {
  struct sockaddr_in deaf;
  const SOCKET s = bound_tcp();
  DWORD bytes = 0;
  DWORD flags = 0;
  (void)row;
  if (skip(seen, host_deaf_address(&deaf))) return;
  memset(&overlapped, 0, sizeof overlapped);
  connect_ex()(s, (const struct sockaddr*)&deaf, sizeof deaf, NULL, 0, NULL, &overlapped);
  effect(seen, CancelIoEx((HANDLE)s, &overlapped) ? "cancelled" : "not cancelled");
  ATTEMPT(seen, WSAGetOverlappedResult(s, &overlapped, &bytes, TRUE, &flags));
  effect(seen, "set %d", set_keep_alive(s, 1));
}

/* a: no name, else no data where there should be 5 bytes. */
static void extended_fault(const struct row* row, struct outcome* seen) {
  const struct sockaddr_in to = name_of(listener());
  const SOCKET s = bound_tcp();
  memset(&overlapped, 0, sizeof overlapped);
  ATTEMPT(seen, connect_ex()(s, row->with.a ? NULL : (const struct sockaddr*)&to, sizeof to, NULL,
                             row->with.a ? 0 : 5, NULL, &overlapped));
  effect(seen, "Internal %d", (int)overlapped.Internal);
}

/* ConnectEx while connect is pending. */
static void extended_while_pending(const struct row* row, struct outcome* seen) {
  struct sockaddr_in deaf;
  SOCKET s = INVALID_SOCKET;
  (void)row;
  if (skip(seen, ask_pending(&s, &deaf))) return;
  memset(&overlapped, 0, sizeof overlapped);
  ATTEMPT(seen,
          connect_ex()(s, (const struct sockaddr*)&deaf, sizeof deaf, NULL, 0, NULL, &overlapped));
}

/* a: how many refused addresses before the one that answers (-1: none answers), b: enum kind, c: reserved. */
static void by_list(const struct row* row, struct outcome* seen) {
  struct {
    INT count;
    SOCKET_ADDRESS address[3];
  } list;
  struct sockaddr_in nobody = refused_address();
  struct sockaddr_in to = name_of(listener());
  const SOCKET s = of_kind(row->with.b);
  int i;
  list.count = row->with.a < 0 ? 1 : row->with.a + 1;
  for (i = 0; i < list.count; ++i) {
    list.address[i].lpSockaddr = (struct sockaddr*)(i == row->with.a ? &to : &nobody);
    list.address[i].iSockaddrLength = sizeof to;
  }
  ATTEMPT(seen, WSAConnectByList(s, (PSOCKET_ADDRESS_LIST)(void*)&list, NULL, NULL, NULL, NULL,
                                 NULL, row->with.c ? &overlapped : NULL));
}

/* Its time-out, without an answer. */
static void by_list_timeout(const struct row* row, struct outcome* seen) {
  SOCKET_ADDRESS_LIST list;
  struct timeval wait = {0, 300000};
  struct sockaddr_in deaf;
  (void)row;
  if (skip(seen, host_deaf_address(&deaf))) return;
  list.iAddressCount = 1;
  list.Address[0].lpSockaddr = (struct sockaddr*)&deaf;
  list.Address[0].iSockaddrLength = sizeof deaf;
  ATTEMPT(seen, WSAConnectByList(tcp(), &list, NULL, NULL, NULL, NULL, &wait, NULL));
}

enum name_case { GOOD, NO_NODE, NO_SERVICE, BAD_SERVICE, RESERVED, SHORT_BUFFER };
static void by_name(const struct row* row, struct outcome* seen) {
  const SOCKET from = listener();
  const SOCKET s = tcp();
  struct sockaddr_in name;
  DWORD size = row->with.a == SHORT_BUFFER ? 4 : sizeof name;
  char service[8];
  snprintf(service, sizeof service, "%u", ntohs(name_of(from).sin_port));
  ATTEMPT(seen, WSAConnectByNameA(s, row->with.a == NO_NODE ? NULL : (char*)"127.0.0.1",
                                  row->with.a == NO_SERVICE    ? NULL
                                  : row->with.a == BAD_SERVICE ? (char*)"no-such-service"
                                                               : service,
                                  &size, (struct sockaddr*)&name, NULL, NULL, NULL,
                                  row->with.a == RESERVED ? &overlapped : NULL));
}

/* The wide form finds the same. */
static void by_wide_name(const struct row* row, struct outcome* seen) {
  static WCHAR number[] = {'1', '2', '7', '.', '0', '.', '0', '.', '1', 0};
  static WCHAR name[] = {'l', 'o', 'c', 'a', 'l', 'h', 'o', 's', 't', 0};
  const SOCKET from = listener();
  char service[8];
  WCHAR wide[8];
  int i;
  snprintf(service, sizeof service, "%u", ntohs(name_of(from).sin_port));
  for (i = 0; i < 8; ++i) wide[i] = (WCHAR)service[i];
  ATTEMPT(seen, WSAConnectByNameW(tcp(), row->with.a ? name : number, wide, NULL, NULL, NULL, NULL,
                                  NULL, NULL));
}

static const struct row kRows[] = {
    // clang-format off
    {"non_blocking",              "K-101", ALL, BOTH, first, {0, 0, 0},                -1, WSAEWOULDBLOCK, NULL},
    {"again_while_pending",       "K-101", ALL, BOTH, while_pending, {CONNECT, 0, 0},  -1, WSAEALREADY, NULL},
    {"again_while_pending_1_1",   "K-101", ALL, BOTH, while_pending_by_1_1, {CONNECT, 0, 0}, -1, WSAEINVAL, NULL},
    {"again_while_blocking",      "K-101", ALL, BOTH, while_blocking, {CONNECT, 0, 0}, -1, WSAEALREADY, NULL},
    {"again_when_made_unseen",    "K-101", ALL, BOTH, made_unseen, {CONNECT, 0, 0},    -1, WSAEISCONN, NULL},
    {"send_when_made_unseen",     "K-101", ALL, BOTH, made_unseen, {SEND, 0, 0},        1, KEPT, NULL},
    {"connect_on_connected",      "K-101", ALL, BOTH, on_kind, {CONNECT, CONNECTED, 0}, -1, WSAEISCONN, NULL},
    {"connect_on_accepted",       "K-101", ALL, BOTH, on_kind, {CONNECT, ACCEPTED, 0}, -1, WSAEISCONN, NULL},
    {"connect_on_listening",      "K-101", ALL, BOTH, on_kind, {CONNECT, LISTENING, 0}, -1, WSAEINVAL, NULL},
    {"wsaconnect_on_connected",   "K-101", ALL, BOTH, on_kind, {WSA_CONNECT, CONNECTED, 0}, -1, WSAEISCONN, NULL},
    {"connect_not_a_socket",      "K-23", ALL, BOTH, on_kind, {CONNECT, CLOSED, 0},    -1, WSAENOTSOCK, NULL},
    {"refused",                   "K-101", ALL, BOTH, refused, {0, 0, 0},              -1, WSAECONNREFUSED, NULL},
    {"connect_after_refused",     "K-101", ALL, BOTH, again_after_refused, {CONNECT, 0, 0}, 0, ANY_ERROR, NULL},
    {"wsaconnect_after_refused",  "K-101", ALL, BOTH, again_after_refused, {WSA_CONNECT, 0, 0}, 0, ANY_ERROR, NULL},
    {"again_after_refused_later", "K-101", ALL, BOTH, again_after_refused_later, {0, 0, 0}, -1, WSAEWOULDBLOCK, "SO_ERROR WSAECONNREFUSED, recv WSAENOTCONN, SO_ERROR no error, send 1"},
    {"refused_later",             "K-106", ALL, BOTH, refused_later, {0, 0, 0},         1, ANY_ERROR, "exceptional, not writable, SO_ERROR WSAECONNREFUSED, again WSAECONNREFUSED"},
    {"made_later",                "K-101", ALL, BOTH, made_later, {0, 0, 0},            1, ANY_ERROR, "SO_ERROR 0, connect WSAEISCONN, send 1"},
    {"send_while_pending",        "K-102", ALL, BOTH, while_pending, {SEND, 0, 0},     -1, WSAENOTCONN, NULL},
    {"recv_while_pending",        "K-102", ALL, BOTH, while_pending, {RECV, 0, 0},     -1, WSAENOTCONN, NULL},
    {"send_while_blocking",       "K-102", ALL, BOTH, while_blocking, {SEND, 0, 0},    -1, WSAENOTCONN, NULL},
    {"send_unconnected",          "K-102", ALL, BOTH, on_kind, {SEND, TCP4, 0},        -1, WSAENOTCONN, NULL},
    {"recv_unconnected",          "K-102", ALL, BOTH, on_kind, {RECV, TCP4, 0},        -1, WSAENOTCONN, NULL},

    {"extended_needs_bound",      "K-103", ALL, BOTH, extended, {TCP4, 0, 0},           0, WSAEINVAL, NULL},
    {"extended_needs_overlapped", "K-103", ALL, BOTH, extended, {BOUND, 1, 0},          0, ERROR_INVALID_PARAMETER, NULL},
    {"extended_connected",        "K-103", ALL, BOTH, extended, {CONNECTED, 0, 0},      0, WSAEISCONN, NULL},
    {"extended_not_a_socket",     "K-23", ALL, BOTH, extended, {INVALID, 0, 0},         0, WSAENOTSOCK, NULL},
    {"extended_no_name",          "K-26", ALL, BOTH, extended_fault, {1, 0, 0},         0, WSAEFAULT, "Internal 0"},
    {"extended_no_data",          "K-26", ALL, BOTH, extended_fault, {0, 0, 0},         0, WSAEFAULT, "Internal 0"},
    {"extended_cancelled",        "K-103", ALL, BOTH, cancelled_extended, {0, 0, 0},    0, WSA_OPERATION_ABORTED, "cancelled, set 0"},
    {"send_while_extended",       "K-102", ALL, BOTH, while_extended, {SEND, 0, 0},    -1, WSAENOTCONN, NULL},
    {"extended_is_pending",       "K-103", ALL, BOTH, extended_pending, {0, 0, 0},      0, WSA_IO_PENDING, NULL},
    {"extended_while_pending",    "K-101", ALL, BOTH, extended_while_pending, {0, 0, 0}, 0, WSAEINVAL, NULL},
    {"extended_listening",        "K-101", ALL, BOTH, extended, {LISTENING, 0, 0},      0, WSAEINVAL, NULL},

    {"by_list_first",             "K-104", FROM(VISTA), BOTH, by_list, {0, TCP4, 0},    1, ANY_ERROR, NULL},
    {"by_list_second",            "K-104", FROM(VISTA), BOTH, by_list, {1, TCP4, 0},    1, ANY_ERROR, NULL},
    {"by_list_none",              "K-104", FROM(VISTA), BOTH, by_list, {-1, TCP4, 0},   0, WSAECONNREFUSED, NULL},
    {"by_list_bound",             "K-104", FROM(VISTA), BOTH, by_list, {0, BOUND, 0},   0, WSAEINVAL, NULL},
    {"by_list_reserved",          "K-104", FROM(VISTA), BOTH, by_list, {0, TCP4, 1},    0, WSAEINVAL, NULL},
    {"by_list_timeout",           "K-104", FROM(VISTA), BOTH, by_list_timeout, {0, 0, 0}, 0, WSAETIMEDOUT, NULL},
    {"by_name_wide",              "K-105", FROM(VISTA), BOTH, by_wide_name, {0, 0, 0},  1, ANY_ERROR, NULL},
    {"by_name_of_the_machine",    "K-105", FROM(VISTA), BOTH, by_wide_name, {1, 0, 0},  1, ANY_ERROR, NULL},
    {"by_name",                   "K-105", FROM(VISTA), BOTH, by_name, {GOOD, 0, 0},    1, ANY_ERROR, NULL},
    {"by_name_no_node",           "K-105", FROM(VISTA), BOTH, by_name, {NO_NODE, 0, 0}, 0, WSAEINVAL, NULL},
    {"by_name_no_service",        "K-105", FROM(VISTA), BOTH, by_name, {NO_SERVICE, 0, 0}, 0, WSAEINVAL, NULL},
    {"by_name_bad_service",       "K-105", FROM(VISTA), BOTH, by_name, {BAD_SERVICE, 0, 0}, 0, WSATYPE_NOT_FOUND, NULL},
    {"by_name_reserved",          "K-105", FROM(VISTA), BOTH, by_name, {RESERVED, 0, 0}, 0, WSAEINVAL, NULL},
    {"by_name_short_buffer",      "K-105", FROM(VISTA), BOTH, by_name, {SHORT_BUFFER, 0, 0}, 0, WSAEFAULT, NULL},

    {"time_unconnected",          "K-106", ALL, BOTH, connect_time, {0, 0, 0},          0, BY_K14, "unconnected"},
    {"time_connected",            "K-106", ALL, BOTH, connect_time, {1, 0, 0},          0, BY_K14, "some seconds"},

    {"own_name_while_pending",    "K-115", ALL, BOTH, while_pending, {OWN_NAME, 0, 0},  0, ANY_ERROR, "a port"},
    {"peer_name_while_pending",   "K-115", ALL, BOTH, while_pending, {PEER_NAME, 0, 0}, 0, ANY_ERROR, "16 bytes, the one that was asked"},
    {"peer_name_while_extended",  "K-115", ALL, BOTH, while_extended, {PEER_NAME, 0, 0}, -1, WSAENOTCONN, NULL},
    {"connect_while_extended",    "K-115", ALL, BOTH, while_extended, {CONNECT, 0, 0}, -1, WSAEINVAL, NULL},
    {"extended_while_extended",   "K-115", ALL, BOTH, while_extended, {-1, 0, 0},       0, WSAEINVAL, NULL},
    // clang-format on
};

RUN_TOPIC(EACH_ROW, kRows)
