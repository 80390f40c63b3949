/* The connect family as overlapped operations: the call answers WSA_IO_PENDING however soon the end is known, and the
 * end, a refusal too, comes by packet, event or OVERLAPPED (K-131 to K-135). */
#include <string.h>

#include "suite/conformance.h"

enum operation { CONNECT, CONNECT_REFUSED, ACCEPT, DISCONNECT, TRANSMIT, TRANSMIT_RESET };
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

static BOOL disconnect_ex(SOCKET s, OVERLAPPED* how) {
  GUID id = WSAID_DISCONNECTEX;
  LPFN_DISCONNECTEX function = NULL;
  DWORD bytes = 0;
  WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &function, sizeof function,
           &bytes, NULL, NULL);
  mark();
  return function(s, how, 0, 0);
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
  }
  return stage;
}

static BOOL start(int operation, const struct stage* stage) {
  TRANSMIT_FILE_BUFFERS buffers = {text, 4, NULL, 0};
  switch (operation) {
    case ACCEPT:
      return accept_ex(stage->on, stage->other);
    case DISCONNECT:
      return disconnect_ex(stage->on, &overlapped);
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
  }
  CloseHandle(port);
}

static int receive(SOCKET s, OVERLAPPED* how) {
  static char octet;
  WSABUF buffer = {1, &octet};
  DWORD flags = 0;
  return WSARecv(s, &buffer, 1, NULL, &flags, how, NULL);
}

static void joined_meanwhile(const struct row* row, struct outcome* seen) {
  const HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
  const struct pair pair = connected();
  (void)row;
  memset(&overlapped, 0, sizeof overlapped);
  ATTEMPT(seen, receive(pair.client, &overlapped));
  effect(seen, CreateIoCompletionPort((HANDLE)pair.client, port, 7, 0) ? "joined" : "refused");
  send(pair.server, "x", 1, 0);
  tell_packet(seen, port);
  CloseHandle(port);
}

static void while_accepting(const struct row* row, struct outcome* seen) {
  const SOCKET from = listener();
  const SOCKET into = tcp();
  const struct sockaddr_in to = name_of(from);
  (void)row;
  memset(&overlapped, 0, sizeof overlapped);
  accept_ex(from, into);
  ATTEMPT(seen, connect_to(into, &to));
  CancelIo((HANDLE)from);
}

static void internal_pending(const struct row* row, struct outcome* seen) {
  const struct pair pair = connected();
  (void)row;
  memset(&overlapped, 0, sizeof overlapped);
  overlapped.InternalHigh = 77;
  ATTEMPT(seen, receive(pair.client, &overlapped));
  effect(seen, "%#x and %d", (unsigned)overlapped.Internal, (int)overlapped.InternalHigh);
  CancelIo((HANDLE)pair.client);
}

static void internal_refused(const struct row* row, struct outcome* seen) {
  (void)row;
  memset(&overlapped, 0, sizeof overlapped);
  overlapped.Internal = overlapped.InternalHigh = 77;
  ATTEMPT(seen, disconnect_ex(tcp(), &overlapped));
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
    {"connect_while_accepting", "K-133", ALL, BOTH, while_accepting, {0, 0, 0},                      -1, WSAEINVAL, NULL},
    {"joined_meanwhile",       "K-134", ALL, BOTH, joined_meanwhile, {0, 0, 0},                      -1, WSA_IO_PENDING, "joined, its packet, Win32 0, 1 bytes"},
    {"internal_pending",       "K-135", ALL, BOTH, internal_pending, {0, 0, 0},                      -1, WSA_IO_PENDING, "0x103 and 77"},
    {"internal_refused",       "K-135", ALL, BOTH, internal_refused, {0, 0, 0},                       0, WSAENOTCONN, "77 and 77"},
    // clang-format on
};

RUN_TOPIC(EACH_ROW, kRows)
