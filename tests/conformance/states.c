/* The transitional state: while a connection request is in process SO_KEEPALIVE cannot be set from Vista on
 * (K-27, K-30 to K-33), and what was set before the request holds on the connection (K-34). */
#include <stdio.h>
#include <string.h>

#include "suite/conformance.h"
#include "suite/host.h"

/* a: the value; b: it is on already where that is allowed, by the ioctl. */
static void set_pending(const struct row* row, struct outcome* seen) {
  SOCKET s = INVALID_SOCKET;
  if (skip(seen, pending(&s))) return;
  if (row->with.b) keep_alive_values(s, 1, 5000, 500);
  ATTEMPT(seen, set_keep_alive(s, row->with.a));
  effect(seen, "reads %d", keep_alive(s));
}

static void get_pending(const struct row* row, struct outcome* seen) {
  DWORD value = 77;
  int size = sizeof value;
  SOCKET s = INVALID_SOCKET;
  (void)row;
  if (skip(seen, pending(&s))) return;
  ATTEMPT(seen, getsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (char*)&value, &size));
  effect(seen, "reads %d", keep_alive(s));
}

static void ioctl_pending(const struct row* row, struct outcome* seen) {
  SOCKET s = INVALID_SOCKET;
  (void)row;
  if (skip(seen, pending(&s))) return;
  ATTEMPT(seen, keep_alive_values(s, 1, 1000, 1000));
  effect(seen, "reads %d", keep_alive(s));
}

static void option_pending(const struct row* row, struct outcome* seen) {
  SOCKET s = INVALID_SOCKET;
  if (skip(seen, pending(&s))) return;
  ATTEMPT(seen, set_option(s, IPPROTO_TCP, row->with.a, 30));
  effect(seen, "reads %d", option_of(s, IPPROTO_TCP, row->with.a));
}

/* An error of the arguments is found before the state is asked for. a: no memory, else no length. */
static void fault_pending(const struct row* row, struct outcome* seen) {
  SOCKET s = INVALID_SOCKET;
  if (skip(seen, pending(&s))) return;
  ATTEMPT(seen, setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, row->with.a ? NOWHERE : NULL,
                           row->with.a ? 4 : 0));
}

/* The request is answered; the program has not asked, and the state is over all the same. */
static void after_success(const struct row* row, struct outcome* seen) {
  const SOCKET from = listener();
  const struct sockaddr_in address = name_of(from);
  const SOCKET s = tcp();
  (void)row;
  never_block(s);
  connect_to(s, &address);
  Sleep(20);
  ATTEMPT(seen, set_keep_alive(s, 1));
  effect(seen, "reads %d", keep_alive(s));
}

/* a: how the request is refused: in a call that blocks, seen by select, or seen by nobody. */
enum failure { SEEN, BLOCKING, UNSEEN };
static void after_failure(const struct row* row, struct outcome* seen) {
  const struct sockaddr_in nobody = refused_address();
  const SOCKET s = tcp();
  fd_set failed;
  struct timeval wait = {5, 0};
  if (row->with.a != BLOCKING) never_block(s);
  connect_to(s, &nobody);
  if (row->with.a == UNSEEN) Sleep(20);
  if (row->with.a == SEEN) {
    FD_ZERO(&failed);
    FD_SET(s, &failed);
    select(0, NULL, NULL, &failed, &wait);
  }
  ATTEMPT(seen, set_keep_alive(s, 1));
  effect(seen, "reads %d", keep_alive(s));
}

static LPFN_CONNECTEX connect_ex(SOCKET s) {
  GUID id = WSAID_CONNECTEX;
  LPFN_CONNECTEX function = NULL;
  DWORD bytes = 0;
  WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, (void*)&function, sizeof function,
           &bytes, NULL, NULL);
  return function;
}

/* ConnectEx to an address that does not answer. */
static void connect_ex_pending(const struct row* row, struct outcome* seen) {
  OVERLAPPED overlapped;
  struct sockaddr_in deaf;
  SOCKET s = bound_tcp();
  LPFN_CONNECTEX function = connect_ex(s);
  (void)row;
  memset(&overlapped, 0, sizeof overlapped);
  if (skip(seen, host_deaf_address(&deaf))) return;
  function(s, (const struct sockaddr*)&deaf, sizeof deaf, NULL, 0, NULL, &overlapped);
  ATTEMPT(seen, set_keep_alive(s, 1));
  effect(seen, "reads %d", keep_alive(s));
  closesocket(s);
}

/* ConnectEx to a listener, to its end. */
static int connect_ex_to(SOCKET s, const struct sockaddr_in* to) {
  OVERLAPPED overlapped;
  DWORD bytes = 0;
  DWORD flags = 0;
  BOOL done;
  memset(&overlapped, 0, sizeof overlapped);
  overlapped.hEvent = CreateEvent(NULL, TRUE, FALSE, NULL);
  connect_ex(s)(s, (const struct sockaddr*)to, sizeof *to, NULL, 0, NULL, &overlapped);
  done = WSAGetOverlappedResult(s, &overlapped, &bytes, TRUE, &flags);
  CloseHandle(overlapped.hEvent);
  return done;
}

static int connect_by_name(SOCKET s, unsigned port) {
  char service[8];
  snprintf(service, sizeof service, "%u", port);
  return WSAConnectByNameA(s, "127.0.0.1", service, NULL, NULL, NULL, NULL, NULL, NULL);
}

enum way { CONNECT, WSA_CONNECT, CONNECT_EX, BY_LIST, BY_NAME };
static int reach(SOCKET s, int way, struct sockaddr_in to) {
  SOCKET_ADDRESS_LIST list;
  list.iAddressCount = 1;
  list.Address[0].lpSockaddr = (struct sockaddr*)&to;
  list.Address[0].iSockaddrLength = sizeof to;
  switch (way) {
    case CONNECT:
      return connect_to(s, &to) == 0;
    case WSA_CONNECT:
      return WSAConnect(s, (const struct sockaddr*)&to, sizeof to, NULL, NULL, NULL, NULL) == 0;
    case CONNECT_EX:
      return connect_ex_to(s, &to);
    case BY_NAME:
      return connect_by_name(s, ntohs(to.sin_port));
    default:
      return WSAConnectByList(s, &list, NULL, NULL, NULL, NULL, NULL, NULL);
  }
}

struct request {
  SOCKET s;
  int way;
  struct sockaddr_in deaf;
};
static DWORD WINAPI connect_blocking(LPVOID argument) {
  const struct request* const request = argument;
  reach(request->s, request->way, request->deaf);
  return 0;
}

/* A blocking request of another thread is a request in process, too; a: enum way. */
static void other_thread(const struct row* row, struct outcome* seen) {
  struct request request;
  HANDLE thread;
  request.s = tcp();
  request.way = row->with.a;
  if (skip(seen, host_deaf_address(&request.deaf))) return;
  thread = spawn(connect_blocking, &request);
  Sleep(50);
  ATTEMPT(seen, set_keep_alive(request.s, 1));
  effect(seen, "reads %d", keep_alive(request.s));
  closesocket(request.s);
  join(thread);
}

/* AcceptEx that waits is no request of connection; neither its listener nor its socket is in that state. */
static void accept_ex_pending(const struct row* row, struct outcome* seen) {
  static OVERLAPPED waiting;
  static char buffer[2 * (sizeof(struct sockaddr_in) + 16)];
  const SOCKET from = listener();
  const SOCKET s = tcp();
  DWORD bytes = 0;
  memset(&waiting, 0, sizeof waiting);
  AcceptEx(from, s, buffer, 0, sizeof buffer / 2, sizeof buffer / 2, &bytes, &waiting);
  ATTEMPT(seen, set_keep_alive(row->with.a ? from : s, 1));
  effect(seen, "reads %d", keep_alive(row->with.a ? from : s));
  closesocket(from);
}

/* a: enum way; the option was set before, and b: the context is updated after. */
static void set_before(const struct row* row, struct outcome* seen) {
  const SOCKET from = listener();
  const SOCKET s = row->with.a == CONNECT_EX ? bound_tcp() : tcp();
  struct sockaddr_in name;
  int size = sizeof name;
  struct in_force now;
  keep_alive_values(s, 1, 5000, 500);
  if (!reach(s, row->with.a, name_of(from))) effect(seen, "not connected");
  if (row->with.b) {
    ATTEMPT(seen, setsockopt(s, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, NULL, 0));
  }
  effect(seen, "reads %d", keep_alive(s));
  if (host_in_force(s, &now) == NULL && now.idle != 5000) effect(seen, "T %u", now.idle);
  effect_error(seen, "getpeername",
               getpeername(s, (struct sockaddr*)&name, &size) == 0 ? 0 : WSAGetLastError());
}

/* The update takes (NULL, 0), a DWORD, and comes twice. a: length. */
static void update_context(const struct row* row, struct outcome* seen) {
  const SOCKET from = listener();
  const SOCKET s = bound_tcp();
  const DWORD value = 1;
  reach(s, CONNECT_EX, name_of(from));
  ATTEMPT(seen, setsockopt(s, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT,
                           row->with.a ? (const char*)&value : NULL, row->with.a));
  effect_error(
      seen, "again",
      setsockopt(s, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, NULL, 0) ? WSAGetLastError() : 0);
  effect_error(seen, "shutdown", shutdown(s, SD_SEND) == 0 ? 0 : WSAGetLastError());
}

static void shutdown_before_update(const struct row* row, struct outcome* seen) {
  const SOCKET from = listener();
  const SOCKET s = bound_tcp();
  (void)row;
  reach(s, CONNECT_EX, name_of(from));
  ATTEMPT(seen, shutdown(s, SD_SEND));
}

/* Other states are not transitional: both directions shut down. */
static void after_shutdown(const struct row* row, struct outcome* seen) {
  const struct pair pair = connected();
  shutdown(pair.client, row->with.a);
  ATTEMPT(seen, set_keep_alive(pair.client, 1));
  effect(seen, "reads %d", keep_alive(pair.client));
}

static const struct row kRows[] = {
    // clang-format off
    {"set_while_pending",       "K-30", FROM(VISTA), BOTH, set_pending, {1, 0, 0},   -1, WSAEINVAL, "reads 0"},
    {"switch_off_while_pending", "K-27", FROM(VISTA), BOTH, set_pending, {0, 0, 0},  -1, WSAEINVAL, "reads 0"},
    {"set_while_pending",       "K-32", BEFORE(VISTA), BOTH, set_pending, {1, 0, 0},  0, BY_K14, "reads 1"},
    {"switch_off_while_pending", "K-32", BEFORE(VISTA), BOTH, set_pending, {0, 1, 0}, 0, BY_K14, "reads 0"},
    {"switch_off_one_that_is_on", "K-27", FROM(VISTA), BOTH, set_pending, {0, 1, 0}, -1, WSAEINVAL, "reads 1"},
    {"set_while_other_thread_connects", "K-30", FROM(VISTA), BOTH, other_thread, {CONNECT, 0, 0}, -1, WSAEINVAL, "reads 0"},
    {"set_while_other_thread_connects", "K-32", BEFORE(VISTA), BOTH, other_thread, {CONNECT, 0, 0}, 0, BY_K14, "reads 1"},
    {"set_while_wsaconnect",    "K-30", FROM(VISTA), BOTH, other_thread, {WSA_CONNECT, 0, 0}, -1, WSAEINVAL, "reads 0"},
    {"set_while_wsaconnect",    "K-32", BEFORE(VISTA), BOTH, other_thread, {WSA_CONNECT, 0, 0}, 0, BY_K14, "reads 1"},
    {"set_while_by_name",       "K-30", FROM(VISTA), BOTH, other_thread, {BY_NAME, 0, 0}, -1, WSAEINVAL, "reads 0"},
    {"set_while_by_list",       "K-30", FROM(VISTA), BOTH, other_thread, {BY_LIST, 0, 0}, -1, WSAEINVAL, "reads 0"},
    {"set_while_connect_ex",    "K-30", FROM(VISTA), BOTH, connect_ex_pending, {0, 0, 0}, -1, WSAEINVAL, "reads 0"},
    {"set_while_connect_ex",    "K-32", BEFORE(VISTA), BOTH, connect_ex_pending, {0, 0, 0}, 0, BY_K14, "reads 1"},
    {"fault_before_state",      "K-26", ALL, BOTH, fault_pending, {0, 0, 0},         -1, WSAEFAULT, NULL},
    {"bad_pointer_before_state", "K-26", ALL, BOTH, fault_pending, {1, 0, 0},        -1, WSAEFAULT, NULL},
    {"get_while_pending",       "K-33", ALL, BOTH, get_pending, {0, 0, 0},            0, BY_K14, "reads 0"},
    {"ioctl_while_pending",     "K-33", ALL, BOTH, ioctl_pending, {0, 0, 0},          0, BY_K14, "reads 1"},
    {"keepidle_while_pending",  "K-33", FROM(VISTA), BOTH, option_pending, {TCP_KEEPALIVE, 0, 0}, 0, BY_K14, "reads 30"},
    {"keepcnt_while_pending",   "K-33", FROM(WIN10_1703), BOTH, option_pending, {TCP_KEEPCNT, 0, 0}, 0, BY_K14, "reads 30"},
    {"set_after_unseen_success", "K-31", ALL, BOTH, after_success, {0, 0, 0},         0, BY_K14, "reads 1"},
    {"set_after_refused",       "K-31", ALL, BOTH, after_failure, {BLOCKING, 0, 0},          0, BY_K14, "reads 1"},
    {"set_after_refused_later", "K-31", ALL, BOTH, after_failure, {SEEN, 0, 0},          0, BY_K14, "reads 1"},
    {"set_after_unseen_refusal", "K-31", ALL, BOTH, after_failure, {UNSEEN, 0, 0},    0, BY_K14, "reads 1"},
    {"set_while_accept_ex",     "K-30", ALL, BOTH, accept_ex_pending, {0, 0, 0},      0, BY_K14, "reads 1"},
    {"set_on_listener_of_accept_ex", "K-30", ALL, BOTH, accept_ex_pending, {1, 0, 0}, 0, BY_K14, "reads 1"},
    {"set_after_shutdown",      "K-30", ALL, BOTH, after_shutdown, {SD_SEND, 0, 0},   0, BY_K14, "reads 1"},

    {"connect_keeps",           "K-34", ALL, BOTH, set_before, {CONNECT, 0, 0},       0, ANY_ERROR, "reads 1, getpeername no error"},
    {"wsaconnect_keeps",        "K-34", ALL, BOTH, set_before, {WSA_CONNECT, 0, 0},   0, ANY_ERROR, "reads 1, getpeername no error"},
    {"connect_ex_keeps",        "K-34", ALL, BOTH, set_before, {CONNECT_EX, 0, 0},    0, ANY_ERROR, "reads 1, getpeername WSAENOTCONN"},
    {"connect_ex_updated",      "K-34", ALL, BOTH, set_before, {CONNECT_EX, 1, 0},    0, BY_K14, "reads 1, getpeername no error"},
    {"by_list_keeps",           "K-34", FROM(VISTA), BOTH, set_before, {BY_LIST, 0, 0},       0, ANY_ERROR, "reads 1, getpeername WSAENOTCONN"},
    {"by_list_updated",         "K-34", FROM(VISTA), BOTH, set_before, {BY_LIST, 1, 0},       0, BY_K14, "reads 1, getpeername no error"},
    {"update_by_null",          "K-34", ALL, BOTH, update_context, {0, 0, 0},         0, BY_K14, "again no error, shutdown no error"},
    {"update_by_dword",         "K-34", ALL, BOTH, update_context, {4, 0, 0},         0, BY_K14, "again no error, shutdown no error"},
    {"shutdown_before_update",  "K-34", ALL, BOTH, shutdown_before_update, {0, 0, 0}, -1, WSAENOTCONN, NULL},
    // clang-format on
};

RUN_TOPIC(EACH_ROW, kRows)
