/* The connect family as overlapped operations: the call answers WSA_IO_PENDING however soon the end is known, and the
 * end, a refusal too, comes by packet, event or OVERLAPPED (K-131 to K-135). */
#include <stdio.h>
#include <string.h>

#include "suite/conformance.h"

enum operation {
  CONNECT,
  CONNECT_REFUSED,
  ACCEPT,
  DISCONNECT,
  DISCONNECT_REUSE,
  TRANSMIT,
  TRANSMIT_RESET,
  PACKETS
};
enum way { PACKET, PACKET_WITHOUT_SUCCESS, EVENT, NOTHING };

static OVERLAPPED overlapped; /* Outlives the call of each row. */
static char names[128];
static char text[] = "text";
enum { NAME = sizeof(struct sockaddr_in) + 16 };

/* What an operation stands on. */
struct stage {
  SOCKET on; /* Its end is asked of this one. */
  SOCKET other;
  struct pair ends;
  struct sockaddr_in to;
};

static BOOL connect_ex(SOCKET s, const struct sockaddr_in* to, OVERLAPPED* how) {
  GUID id = WSAID_CONNECTEX;
  LPFN_CONNECTEX function = NULL;
  DWORD bytes = 0;
  WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &function, sizeof function,
           &bytes, NULL, NULL);
  mark();
  return function(s, (const struct sockaddr*)to, sizeof *to, NULL, 0, NULL, how);
}

static BOOL disconnect_ex(SOCKET s, OVERLAPPED* how, DWORD flags) {
  GUID id = WSAID_DISCONNECTEX;
  LPFN_DISCONNECTEX function = NULL;
  DWORD bytes = 0;
  WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &function, sizeof function,
           &bytes, NULL, NULL);
  mark();
  return function(s, how, flags, 0);
}

static BOOL transmit_packets(SOCKET s, OVERLAPPED* how) {
  GUID id = WSAID_TRANSMITPACKETS;
  LPFN_TRANSMITPACKETS function = NULL;
  TRANSMIT_PACKETS_ELEMENT piece;
  DWORD bytes = 0;
  WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &function, sizeof function,
           &bytes, NULL, NULL);
  memset(&piece, 0, sizeof piece);
  piece.dwElFlags = TP_ELEMENT_MEMORY;
  piece.cLength = 4;
  piece.pBuffer = text;
  mark();
  return function(s, &piece, 1, 0, how, 0);
}

static BOOL accept_ex(SOCKET from, SOCKET into) {
  return AcceptEx(from, into, names, 0, NAME, NAME, NULL, &overlapped);
}

static void reset(SOCKET s) {
  struct linger at_once = {1, 0};
  setsockopt(s, SOL_SOCKET, SO_LINGER, (const char*)&at_once, sizeof at_once);
  closesocket(s);
  Sleep(50);
}

static struct stage prepare(int operation) {
  struct stage stage;
  memset(&stage, 0, sizeof stage);
  memset(&overlapped, 0, sizeof overlapped);
  if (operation == CONNECT || operation == CONNECT_REFUSED) {
    stage.other = listener();
    stage.on = bound_tcp();
    stage.to = operation == CONNECT ? name_of(stage.other) : refused_address();
  } else if (operation == ACCEPT) {
    const struct sockaddr_in to = name_of(stage.on = listener());
    connect_to(tcp(), &to);
    stage.other = tcp();
  } else {
    stage.ends = connected();
    stage.on = stage.ends.client;
    if (operation == TRANSMIT_RESET) reset(stage.ends.server);
    if (operation == DISCONNECT_REUSE) closesocket(stage.ends.server);
  }
  return stage;
}

static BOOL start(int operation, const struct stage* stage) {
  TRANSMIT_FILE_BUFFERS buffers = {text, 4, NULL, 0};
  switch (operation) {
    case ACCEPT:
      return accept_ex(stage->on, stage->other);
    case DISCONNECT:
    case DISCONNECT_REUSE:
      return disconnect_ex(stage->on, &overlapped, operation == DISCONNECT ? 0 : TF_REUSE_SOCKET);
    case PACKETS:
      return transmit_packets(stage->on, &overlapped);
    case TRANSMIT:
    case TRANSMIT_RESET:
      return TransmitFile(stage->on, NULL, 0, 0, &overlapped, &buffers, 0);
    default:
      return connect_ex(stage->on, &stage->to, &overlapped);
  }
}

static void tell_packet(struct outcome* seen, HANDLE port) {
  OVERLAPPED* ended = NULL;
  ULONG_PTR key = 0;
  DWORD bytes = 77;
  const BOOL good = GetQueuedCompletionStatus(port, &bytes, &key, &ended, 5000);
  const int code = good ? 0 : (int)GetLastError();
  effect(seen, ended == &overlapped && key == 7 ? "its packet" : "no packet");
  effect(seen, "Win32 %d, %d bytes", code, (int)bytes);
}

static void expect_no_other(struct outcome* seen, HANDLE port) {
  OVERLAPPED* ended = NULL;
  ULONG_PTR key = 0;
  DWORD bytes = 0;
  GetQueuedCompletionStatus(port, &bytes, &key, &ended, 0);
  if (ended) effect(seen, "another packet");
}

static void ends(const struct row* row, struct outcome* seen) {
  const struct stage stage = prepare(row->with.a);
  const int way = row->with.b;
  const HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
  DWORD bytes = 77;
  DWORD flags = 0;
  if (way == PACKET || way == PACKET_WITHOUT_SUCCESS) {
    CreateIoCompletionPort((HANDLE)stage.on, port, 7, 0);
  }
  if (way == PACKET_WITHOUT_SUCCESS) {
    SetFileCompletionNotificationModes((HANDLE)stage.on, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS);
  }
  if (way == EVENT) overlapped.hEvent = CreateEvent(NULL, TRUE, FALSE, NULL);
  ATTEMPT(seen, start(row->with.a, &stage));
  if (way == PACKET || way == PACKET_WITHOUT_SUCCESS) tell_packet(seen, port);
  if (way == EVENT) {
    const DWORD end = WaitForSingleObject(overlapped.hEvent, 5000);
    effect(seen, end == WAIT_OBJECT_0 ? "event" : "no event");
  }
  {
    const BOOL good = WSAGetOverlappedResult(stage.on, &overlapped, &bytes, TRUE, &flags);
    effect_error(seen, "result", good ? 0 : WSAGetLastError());
    if (overlapped.InternalHigh != bytes || (overlapped.Internal == 0) != good)
      effect(seen, "the OVERLAPPED says otherwise");
    if (bytes != (good && (row->with.a == TRANSMIT || row->with.a == PACKETS) ? 4 : 0))
      effect(seen, "%d bytes", (int)bytes);
  }
  expect_no_other(seen, port);
  CloseHandle(port);
}

static int receive_by(SOCKET s, OVERLAPPED* how, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine) {
  static char octet;
  WSABUF buffer = {1, &octet};
  DWORD flags = 0;
  return WSARecv(s, &buffer, 1, NULL, &flags, how, routine);
}

static int receive(SOCKET s, OVERLAPPED* how) { return receive_by(s, how, NULL); }

/* A port is joined while two receives wait, and a third comes after it. a: nobody asks the port before the end. */
static void joined_meanwhile(const struct row* row, struct outcome* seen) {
  static OVERLAPPED second;
  const HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
  const struct pair pair = connected();
  OVERLAPPED* ended = NULL;
  ULONG_PTR key = 0;
  DWORD bytes = 0;
  DWORD flags = 0;
  memset(&overlapped, 0, sizeof overlapped);
  memset(&second, 0, sizeof second);
  ATTEMPT(seen, receive(pair.client, &overlapped));
  receive(pair.client, &second);
  effect(seen, CreateIoCompletionPort((HANDLE)pair.client, port, 7, 0) ? "joined" : "refused");
  send(pair.server, "xy", 2, 0);
  if (row->with.a) WSAGetOverlappedResult(pair.client, &overlapped, &bytes, TRUE, &flags);
  tell_packet(seen, port);
  GetQueuedCompletionStatus(port, &bytes, &key, &ended, 5000);
  effect(seen, ended == &second && key == 7 && bytes == 1 ? "the second's" : "no second");
  expect_no_other(seen, port);
  receive(pair.client, &overlapped);
  send(pair.server, "z", 1, 0);
  tell_packet(seen, port);
  CloseHandle(port);
}

static DWORD routine_bytes;
static void CALLBACK routine(DWORD error, DWORD bytes, LPWSAOVERLAPPED which, DWORD flags) {
  (void)error;
  (void)which;
  (void)flags;
  routine_bytes += bytes;
}

/* Those that want no packet: by the low bit of the event, and by a routine. */
static void joined_without(const struct row* row, struct outcome* seen) {
  static OVERLAPPED second;
  const HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
  const HANDLE event = CreateEvent(NULL, TRUE, FALSE, NULL);
  const struct pair pair = connected();
  (void)row;
  memset(&overlapped, 0, sizeof overlapped);
  memset(&second, 0, sizeof second);
  routine_bytes = 0;
  overlapped.hEvent = (HANDLE)((ULONG_PTR)event | 1);
  ATTEMPT(seen, receive(pair.client, &overlapped));
  receive_by(pair.client, &second, routine);
  CreateIoCompletionPort((HANDLE)pair.client, port, 7, 0);
  send(pair.server, "xy", 2, 0);
  effect(seen, WaitForSingleObject(event, 5000) == WAIT_OBJECT_0 ? "event" : "no event");
  SleepEx(5000, TRUE);
  effect(seen, "routine %d", (int)routine_bytes);
  expect_no_other(seen, port);
  CloseHandle(port);
}

/* An AcceptEx that waits for data: its packet comes to the listener's port, not to the accepting socket's. */
static void joined_accept(const struct row* row, struct outcome* seen) {
  const HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
  const HANDLE other = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
  const SOCKET from = listener();
  const SOCKET into = tcp();
  const SOCKET client = tcp();
  const struct sockaddr_in to = name_of(from);
  (void)row;
  memset(&overlapped, 0, sizeof overlapped);
  ATTEMPT(seen, AcceptEx(from, into, names, 8, NAME, NAME, NULL, &overlapped));
  connect_to(client, &to);
  Sleep(50);
  CreateIoCompletionPort((HANDLE)into, other, 8, 0);
  CreateIoCompletionPort((HANDLE)from, port, 7, 0);
  send(client, "first", 5, 0);
  tell_packet(seen, port);
  expect_no_other(seen, other);
  CloseHandle(port);
  CloseHandle(other);
}

static void joined_twice(const struct row* row, struct outcome* seen) {
  const HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
  const HANDLE other = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
  const SOCKET s = connected().client;
  (void)row;
  memset(&overlapped, 0, sizeof overlapped);
  CreateIoCompletionPort((HANDLE)s, port, 7, 0);
  receive(s, &overlapped);
  ATTEMPT(seen, CreateIoCompletionPort((HANDLE)s, other, 7, 0) != NULL);
  CloseHandle(port);
  CloseHandle(other);
}

enum connect_call { BY_CONNECT, BY_WSACONNECT, BY_CONNECT_EX, BY_LIST, BY_NAME, BY_ACCEPT_EX };
/* a: enum connect_call, on the socket that an AcceptEx has, which goes on; or, with b, had until it was cancelled. */
static void while_accepting(const struct row* row, struct outcome* seen) {
  static OVERLAPPED second;
  const SOCKET from = listener();
  const SOCKET into = tcp();
  const SOCKET client = tcp();
  struct sockaddr_in to = name_of(from);
  struct sockaddr_in elsewhere = name_of(listener());
  SOCKET_ADDRESS_LIST list;
  DWORD bytes = 0;
  DWORD flags = 0;
  char service[8];
  memset(&overlapped, 0, sizeof overlapped);
  memset(&second, 0, sizeof second);
  list.iAddressCount = 1;
  list.Address[0].lpSockaddr = (struct sockaddr*)&elsewhere;
  list.Address[0].iSockaddrLength = sizeof elsewhere;
  snprintf(service, sizeof service, "%u", ntohs(elsewhere.sin_port));
  accept_ex(from, into);
  if (row->with.b) CancelIoEx((HANDLE)from, &overlapped);
  switch (row->with.a) {
    case BY_WSACONNECT:
      ATTEMPT(seen, WSAConnect(into, (const struct sockaddr*)&elsewhere, sizeof elsewhere, NULL,
                               NULL, NULL, NULL));
      break;
    case BY_CONNECT_EX:
      ATTEMPT(seen, connect_ex(into, &elsewhere, &second));
      break;
    case BY_LIST:
      ATTEMPT(seen, WSAConnectByList(into, &list, NULL, NULL, NULL, NULL, NULL, NULL));
      break;
    case BY_NAME:
      ATTEMPT(seen,
              WSAConnectByNameA(into, "127.0.0.1", service, NULL, NULL, NULL, NULL, NULL, NULL));
      break;
    case BY_ACCEPT_EX:
      ATTEMPT(seen, AcceptEx(from, into, names, 0, NAME, NAME, NULL, &second));
      break;
    default:
      ATTEMPT(seen, connect_to(into, &elsewhere));
  }
  if (row->with.b) return;
  connect_to(client, &to);
  effect(seen,
         WSAGetOverlappedResult(from, &overlapped, &bytes, TRUE, &flags) ? "accepted" : "not");
  effect(seen, "send %d", (int)send(into, "x", 1, 0));
}

/* After a refusal the switch may be set, and the next request is one like the first. */
static void again_after_refused(const struct row* row, struct outcome* seen) {
  const struct stage stage = prepare(CONNECT_REFUSED);
  const struct sockaddr_in to = name_of(stage.other);
  DWORD bytes = 0;
  DWORD flags = 0;
  (void)row;
  start(CONNECT_REFUSED, &stage);
  WSAGetOverlappedResult(stage.on, &overlapped, &bytes, TRUE, &flags);
  effect(seen, "set %d", set_keep_alive(stage.on, 1));
  memset(&overlapped, 0, sizeof overlapped);
  ATTEMPT(seen, connect_ex(stage.on, &to, &overlapped));
  effect(seen, "result %d", WSAGetOverlappedResult(stage.on, &overlapped, &bytes, TRUE, &flags));
}

static void internal_pending(const struct row* row, struct outcome* seen) {
  const struct pair pair = connected();
  (void)row;
  memset(&overlapped, 0, sizeof overlapped);
  overlapped.InternalHigh = 77;
  ATTEMPT(seen, receive(pair.client, &overlapped));
  effect(seen, "%#x and %d", (unsigned)overlapped.Internal, (int)overlapped.InternalHigh);
  CancelIo((HANDLE)pair.client);
  effect(seen, "then %d", (int)overlapped.InternalHigh);
}

enum refusal {
  UNCONNECTED,
  CONNECT_WITH_BAD_EVENT,
  DISCONNECT_WITH_BAD_EVENT,
  RECEIVE_UNCONNECTED
};
/* a: enum refusal. */
static void internal_refused(const struct row* row, struct outcome* seen) {
  const SOCKET s = row->with.a == DISCONNECT_WITH_BAD_EVENT ? connected().client : bound_tcp();
  const struct sockaddr_in to = name_of(listener());
  memset(&overlapped, 0, sizeof overlapped);
  overlapped.Internal = overlapped.InternalHigh = 77;
  switch (row->with.a) {
    case CONNECT_WITH_BAD_EVENT:
      overlapped.hEvent = (HANDLE)(ULONG_PTR)0x7ff0;
      ATTEMPT(seen, connect_ex(s, &to, &overlapped));
      break;
    case RECEIVE_UNCONNECTED:
      ATTEMPT(seen, receive(s, &overlapped));
      break;
    default:
      if (row->with.a == DISCONNECT_WITH_BAD_EVENT) overlapped.hEvent = (HANDLE)(ULONG_PTR)0x7ff0;
      ATTEMPT(seen, disconnect_ex(s, &overlapped, 0));
  }
  effect(seen, "%d and %d", (int)overlapped.Internal, (int)overlapped.InternalHigh);
}

#define REFUSED_PACKET "its packet, Win32 1225, 0 bytes, result WSAECONNREFUSED"
#define RESET_PACKET "its packet, Win32 64, 0 bytes, result WSAECONNRESET"
#define GOOD_PACKET "its packet, Win32 0, 0 bytes, result no error"
#define GOOD_TEXT "its packet, Win32 0, 4 bytes, result no error"

static const struct row kRows[] = {
    // clang-format off
    {"connect_packet",         "K-131", ALL, BOTH, ends, {CONNECT, PACKET, 0},                        0, WSA_IO_PENDING, GOOD_PACKET},
    {"connect_skipping",       "K-131", ALL, BOTH, ends, {CONNECT, PACKET_WITHOUT_SUCCESS, 0},        0, WSA_IO_PENDING, GOOD_PACKET},
    {"connect_event",          "K-131", ALL, BOTH, ends, {CONNECT, EVENT, 0},                         0, WSA_IO_PENDING, "event, result no error"},
    {"connect_nothing",        "K-131", ALL, BOTH, ends, {CONNECT, NOTHING, 0},                       0, WSA_IO_PENDING, "result no error"},
    {"refused_packet",         "K-132", ALL, BOTH, ends, {CONNECT_REFUSED, PACKET, 0},                0, WSA_IO_PENDING, REFUSED_PACKET},
    {"refused_skipping",       "K-132", ALL, BOTH, ends, {CONNECT_REFUSED, PACKET_WITHOUT_SUCCESS, 0}, 0, WSA_IO_PENDING, REFUSED_PACKET},
    {"refused_event",          "K-132", ALL, BOTH, ends, {CONNECT_REFUSED, EVENT, 0},                 0, WSA_IO_PENDING, "event, result WSAECONNREFUSED"},
    {"refused_nothing",        "K-132", ALL, BOTH, ends, {CONNECT_REFUSED, NOTHING, 0},               0, WSA_IO_PENDING, "result WSAECONNREFUSED"},
    {"accept_packet",          "K-131", ALL, BOTH, ends, {ACCEPT, PACKET, 0},                         0, WSA_IO_PENDING, GOOD_PACKET},
    {"accept_skipping",        "K-131", ALL, BOTH, ends, {ACCEPT, PACKET_WITHOUT_SUCCESS, 0},         0, WSA_IO_PENDING, GOOD_PACKET},
    {"accept_event",           "K-131", ALL, BOTH, ends, {ACCEPT, EVENT, 0},                          0, WSA_IO_PENDING, "event, result no error"},
    {"accept_nothing",         "K-131", ALL, BOTH, ends, {ACCEPT, NOTHING, 0},                        0, WSA_IO_PENDING, "result no error"},
    {"disconnect_packet",      "K-131", ALL, BOTH, ends, {DISCONNECT, PACKET, 0},                     0, WSA_IO_PENDING, GOOD_PACKET},
    {"disconnect_skipping",    "K-131", ALL, BOTH, ends, {DISCONNECT, PACKET_WITHOUT_SUCCESS, 0},     0, WSA_IO_PENDING, GOOD_PACKET},
    {"disconnect_event",       "K-131", ALL, BOTH, ends, {DISCONNECT, EVENT, 0},                      0, WSA_IO_PENDING, "event, result no error"},
    {"disconnect_nothing",     "K-131", ALL, BOTH, ends, {DISCONNECT, NOTHING, 0},                    0, WSA_IO_PENDING, "result no error"},
    {"transmit_packet",        "K-131", ALL, BOTH, ends, {TRANSMIT, PACKET, 0},                       0, WSA_IO_PENDING, GOOD_TEXT},
    {"transmit_skipping",      "K-131", ALL, BOTH, ends, {TRANSMIT, PACKET_WITHOUT_SUCCESS, 0},       0, WSA_IO_PENDING, GOOD_TEXT},
    {"transmit_event",         "K-131", ALL, BOTH, ends, {TRANSMIT, EVENT, 0},                        0, WSA_IO_PENDING, "event, result no error"},
    {"transmit_nothing",       "K-131", ALL, BOTH, ends, {TRANSMIT, NOTHING, 0},                      0, WSA_IO_PENDING, "result no error"},
    {"reset_packet",           "K-132", ALL, BOTH, ends, {TRANSMIT_RESET, PACKET, 0},                 0, WSA_IO_PENDING, RESET_PACKET},
    {"reset_event",            "K-132", ALL, BOTH, ends, {TRANSMIT_RESET, EVENT, 0},                  0, WSA_IO_PENDING, "event, result WSAECONNRESET"},
    {"reset_nothing",          "K-132", ALL, BOTH, ends, {TRANSMIT_RESET, NOTHING, 0},                0, WSA_IO_PENDING, "result WSAECONNRESET"},
    {"reuse_packet",            "K-131", ALL, BOTH, ends, {DISCONNECT_REUSE, PACKET, 0},           0, WSA_IO_PENDING, GOOD_PACKET},
    {"reuse_skipping",          "K-131", ALL, BOTH, ends, {DISCONNECT_REUSE, PACKET_WITHOUT_SUCCESS, 0}, 0, WSA_IO_PENDING, GOOD_PACKET},
    {"reuse_event",             "K-131", ALL, BOTH, ends, {DISCONNECT_REUSE, EVENT, 0},            0, WSA_IO_PENDING, "event, result no error"},
    {"reuse_nothing",           "K-131", ALL, BOTH, ends, {DISCONNECT_REUSE, NOTHING, 0},          0, WSA_IO_PENDING, "result no error"},
    {"packets_packet",          "K-131", ALL, BOTH, ends, {PACKETS, PACKET, 0},                    0, WSA_IO_PENDING, GOOD_TEXT},
    {"packets_skipping",        "K-131", ALL, BOTH, ends, {PACKETS, PACKET_WITHOUT_SUCCESS, 0},    0, WSA_IO_PENDING, GOOD_TEXT},
    {"packets_event",           "K-131", ALL, BOTH, ends, {PACKETS, EVENT, 0},                     0, WSA_IO_PENDING, "event, result no error"},
    {"packets_nothing",         "K-131", ALL, BOTH, ends, {PACKETS, NOTHING, 0},                   0, WSA_IO_PENDING, "result no error"},
    {"reset_skipping",          "K-132", ALL, BOTH, ends, {TRANSMIT_RESET, PACKET_WITHOUT_SUCCESS, 0}, 0, WSA_IO_PENDING, RESET_PACKET},
    {"again_after_refused",    "K-132", ALL, BOTH, again_after_refused, {0, 0, 0},                    0, WSA_IO_PENDING, "set 0, result 1"},
    {"connect_while_accepting", "K-133", ALL, BOTH, while_accepting, {BY_CONNECT, 0, 0},                     -1, WSAEINVAL, "accepted, send 1"},
    {"wsaconnect_while_accepting","K-133", ALL, BOTH, while_accepting, {BY_WSACONNECT, 0, 0},                  -1, WSAEINVAL, "accepted, send 1"},
    {"connect_ex_while_accepting","K-133", ALL, BOTH, while_accepting, {BY_CONNECT_EX, 0, 0},                   0, WSAEINVAL, "accepted, send 1"},
    {"accept_ex_while_accepting","K-133", ALL, BOTH, while_accepting, {BY_ACCEPT_EX, 0, 0},                    0, WSAEINVAL, "accepted, send 1"},
    {"by_list_while_accepting", "K-133", FROM(VISTA), BOTH, while_accepting, {BY_LIST, 0, 0}, 0, WSAEINVAL, "accepted, send 1"},
    {"by_name_while_accepting", "K-133", FROM(VISTA), BOTH, while_accepting, {BY_NAME, 0, 0}, 0, WSAEINVAL, "accepted, send 1"},
    {"connect_after_cancelled", "K-133", ALL, BOTH, while_accepting, {BY_CONNECT, 1, 0},                      0, ANY_ERROR, NULL},
    {"joined_meanwhile",        "K-134", ALL, BOTH, joined_meanwhile, {0, 0, 0},                              -1, WSA_IO_PENDING, "joined, its packet, Win32 0, 1 bytes, the second's, its packet, Win32 0, 1 bytes"},
    {"joined_and_unasked",      "K-134", ALL, BOTH, joined_meanwhile, {1, 0, 0},                              -1, WSA_IO_PENDING, "joined, its packet, Win32 0, 1 bytes, the second's, its packet, Win32 0, 1 bytes"},
    {"joined_without_packets",  "K-134", ALL, BOTH, joined_without, {0, 0, 0},                              -1, WSA_IO_PENDING, "event, routine 1"},
    {"joined_by_a_listener",    "K-134", ALL, BOTH, joined_accept, {0, 0, 0},                               0, WSA_IO_PENDING, "its packet, Win32 0, 5 bytes"},
    {"joined_twice",            "K-134", ALL, BOTH, joined_twice, {0, 0, 0},                               0, ERROR_INVALID_PARAMETER, NULL},
    {"internal_pending",        "K-135", ALL, BOTH, internal_pending, {0, 0, 0},                              -1, WSA_IO_PENDING, "0x103 and 77, then 0"},
    {"internal_refused",        "K-135", ALL, BOTH, internal_refused, {UNCONNECTED, 0, 0},                     0, WSAENOTCONN, "77 and 77"},
    {"internal_of_bad_event",   "K-135", ALL, BOTH, internal_refused, {CONNECT_WITH_BAD_EVENT, 0, 0},          0, ERROR_INVALID_HANDLE, "77 and 77"},
    {"internal_of_bad_event_too","K-135", ALL, BOTH, internal_refused, {DISCONNECT_WITH_BAD_EVENT, 0, 0},       0, ERROR_INVALID_HANDLE, "77 and 77"},
    {"internal_of_refused_receive","K-135", ALL, BOTH, internal_refused, {RECEIVE_UNCONNECTED, 0, 0},            -1, WSAENOTCONN, "77 and 77"},
    // clang-format on
};

RUN_TOPIC(EACH_ROW, kRows)
