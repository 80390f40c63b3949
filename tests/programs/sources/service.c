// A line service on completion ports, as a Windows service would be written.
//
//   service <address> <port> <file> [<idle seconds> [<log file>]]
//
// It answers "ECHO text" with the text, "FILE" with the file's length and content, "STAT" with its counters and
// "QUIT" with the end; anything else is "ERR". Connections that say nothing for a while are ended. Ctrl+C ends it:
// every connection is closed, every thread has ended, and the last line says what was served.
//
// One thread looks after idle connections, one writes the log, the others take packets. A connection has one operation
// under way at a time, and belongs to the thread that took its packet; the list of all of them has a lock.

#include <mswsock.h>
#include <process.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#pragma comment(lib, "ws2_32.lib")
#pragma comment(lib, "mswsock.lib")

#define LINE_SIZE 1024
#define ACCEPTS_PER_LISTENER 16
#define MAX_LISTENERS 8
#define MAX_WORKERS 32
#define ADDRESS_ROOM (sizeof(SOCKADDR_STORAGE) + 16)

typedef enum { OP_ACCEPT, OP_RECEIVE, OP_SEND, OP_FILE } OPERATION;

typedef struct CONNECTION {
  OVERLAPPED overlapped;  // First: a packet's OVERLAPPED is the connection's.
  OPERATION operation;
  SOCKET socket;
  struct LISTENER* listener;
  struct CONNECTION* next;
  struct CONNECTION* previous;
  ULONGLONG last_heard;
  BOOL quits;
  DWORD filled;
  DWORD to_send;
  DWORD sent;
  char input[LINE_SIZE];
  char output[LINE_SIZE];
  TRANSMIT_FILE_BUFFERS head;
} CONNECTION;

typedef struct LISTENER {
  SOCKET socket;
  int family;
} LISTENER;

typedef struct LOG_LINE {
  struct LOG_LINE* next;
  DWORD length;
  char text[LINE_SIZE];
} LOG_LINE;

static HANDLE g_port;
static HANDLE g_stop;   // Set once the service is to end.
static HANDLE g_empty;  // Set while no connection is left.
static LPFN_ACCEPTEX g_accept_ex;
static LPFN_TRANSMITFILE g_transmit_file;

static CRITICAL_SECTION g_list_lock;
static CONNECTION* g_connections;
static LONG g_connection_count;

static CRITICAL_SECTION g_log_lock;
static CONDITION_VARIABLE g_log_filled;
static LOG_LINE* g_log_first;
static LOG_LINE** g_log_last = &g_log_first;
static BOOL g_log_ends;
static HANDLE g_log_file = INVALID_HANDLE_VALUE;

static HANDLE g_file = INVALID_HANDLE_VALUE;
static DWORD g_file_size;
static DWORD g_idle_ms = 60000;

static volatile LONG g_stopping;
static volatile LONG g_accepted;
static volatile LONG g_lines;
static volatile LONG g_files;
static volatile LONG g_failures;
static volatile LONG g_idle_closed;

// --- The log ------------------------------------------------------------------------------------

static void log_line(const char* what, DWORD code) {
  SYSTEMTIME now;
  LOG_LINE* line = (LOG_LINE*)HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(LOG_LINE));
  if (!line) return;
  GetLocalTime(&now);
  line->length = (DWORD)snprintf(line->text, sizeof(line->text),
                                 "%02u:%02u:%02u.%03u [%lu] %s: %lu\r\n", now.wHour, now.wMinute,
                                 now.wSecond, now.wMilliseconds, GetCurrentThreadId(), what, code);
  EnterCriticalSection(&g_log_lock);
  *g_log_last = line;
  g_log_last = &line->next;
  LeaveCriticalSection(&g_log_lock);
  WakeConditionVariable(&g_log_filled);
}

static void report(const char* what, DWORD code) {
  InterlockedIncrement(&g_failures);
  fprintf(stderr, "service: %s: error %lu\n", what, code);
  log_line(what, code);
}

static unsigned __stdcall log_thread(void* unused) {
  (void)unused;
  for (;;) {
    LOG_LINE* line;
    EnterCriticalSection(&g_log_lock);
    while (!g_log_first && !g_log_ends) {
      SleepConditionVariableCS(&g_log_filled, &g_log_lock, INFINITE);
    }
    line = g_log_first;
    g_log_first = NULL;
    g_log_last = &g_log_first;
    LeaveCriticalSection(&g_log_lock);
    if (!line) return 0;
    while (line) {
      LOG_LINE* const next = line->next;
      DWORD written = 0;
      if (g_log_file != INVALID_HANDLE_VALUE) {
        WriteFile(g_log_file, line->text, line->length, &written, NULL);
      }
      HeapFree(GetProcessHeap(), 0, line);
      line = next;
    }
  }
}

// --- The list of connections ----------------------------------------------------------------------

static void enter_list(CONNECTION* connection) {
  EnterCriticalSection(&g_list_lock);
  connection->previous = NULL;
  connection->next = g_connections;
  if (g_connections) g_connections->previous = connection;
  g_connections = connection;
  if (g_connection_count++ == 0) ResetEvent(g_empty);
  LeaveCriticalSection(&g_list_lock);
}

/// Takes a connection out of the list and frees it. Only its own thread does.
static void drop(CONNECTION* connection) {
  EnterCriticalSection(&g_list_lock);
  if (connection->next) connection->next->previous = connection->previous;
  if (connection->previous) {
    connection->previous->next = connection->next;
  } else {
    g_connections = connection->next;
  }
  if (connection->socket != INVALID_SOCKET) closesocket(connection->socket);
  if (--g_connection_count == 0) SetEvent(g_empty);
  LeaveCriticalSection(&g_list_lock);
  HeapFree(GetProcessHeap(), 0, connection);
}

// --- Operations -----------------------------------------------------------------------------------

static void begin(CONNECTION* connection, OPERATION operation) {
  ZeroMemory(&connection->overlapped, sizeof(connection->overlapped));
  connection->operation = operation;
}

static BOOL start_receive(CONNECTION* connection) {
  WSABUF buffer;
  DWORD flags = 0;
  buffer.buf = connection->input + connection->filled;
  buffer.len = sizeof(connection->input) - connection->filled;
  begin(connection, OP_RECEIVE);
  return WSARecv(connection->socket, &buffer, 1, NULL, &flags, &connection->overlapped, NULL) ==
             0 ||
         WSAGetLastError() == WSA_IO_PENDING;
}

static BOOL start_send(CONNECTION* connection) {
  WSABUF buffer;
  buffer.buf = connection->output + connection->sent;
  buffer.len = connection->to_send - connection->sent;
  begin(connection, OP_SEND);
  return WSASend(connection->socket, &buffer, 1, NULL, 0, &connection->overlapped, NULL) == 0 ||
         WSAGetLastError() == WSA_IO_PENDING;
}

static BOOL start_file(CONNECTION* connection) {
  begin(connection, OP_FILE);
  connection->head.Head = connection->output;
  connection->head.HeadLength = connection->to_send;
  connection->head.Tail = NULL;
  connection->head.TailLength = 0;
  return g_transmit_file(connection->socket, g_file, 0, 0, &connection->overlapped,
                         &connection->head, 0) ||
         WSAGetLastError() == ERROR_IO_PENDING;
}

static BOOL start_accept(LISTENER* listener) {
  DWORD received = 0;
  CONNECTION* const connection =
      (CONNECTION*)HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(CONNECTION));
  if (!connection) return FALSE;
  connection->listener = listener;
  connection->last_heard = GetTickCount64();
  connection->socket =
      WSASocket(listener->family, SOCK_STREAM, IPPROTO_TCP, NULL, 0, WSA_FLAG_OVERLAPPED);
  enter_list(connection);
  if (connection->socket == INVALID_SOCKET) {
    report("WSASocket", (DWORD)WSAGetLastError());
    drop(connection);
    return FALSE;
  }
  begin(connection, OP_ACCEPT);
  // The addresses lie in the output buffer, which nothing uses yet.
  if (!g_accept_ex(listener->socket, connection->socket, connection->output, 0, ADDRESS_ROOM,
                   ADDRESS_ROOM, &received, &connection->overlapped) &&
      WSAGetLastError() != ERROR_IO_PENDING) {
    if (WaitForSingleObject(g_stop, 0) != WAIT_OBJECT_0)
      report("AcceptEx", (DWORD)WSAGetLastError());
    drop(connection);
    return FALSE;
  }
  return TRUE;
}

// --- What the lines mean ----------------------------------------------------------------------------

/// Takes the first whole line out of the input; FALSE if there is none yet.
static BOOL take_line(CONNECTION* connection, char* line, DWORD size) {
  const char* const end = (const char*)memchr(connection->input, '\n', connection->filled);
  DWORD length;
  if (!end) return FALSE;
  length = (DWORD)(end - connection->input);
  if (length >= size) length = size - 1;
  CopyMemory(line, connection->input, length);
  line[length] = 0;
  if (length > 0 && line[length - 1] == '\r') line[length - 1] = 0;
  length = (DWORD)(end - connection->input) + 1;
  MoveMemory(connection->input, connection->input + length, connection->filled - length);
  connection->filled -= length;
  return TRUE;
}

/// Answers one line; the operation that it starts goes on from there.
static BOOL answer(CONNECTION* connection, const char* line) {
  int length;
  InterlockedIncrement(&g_lines);
  connection->sent = 0;
  if (strcmp(line, "FILE") == 0) {
    InterlockedIncrement(&g_files);
    connection->to_send =
        (DWORD)snprintf(connection->output, sizeof(connection->output), "FILE %lu\n", g_file_size);
    return start_file(connection);
  }
  if (strncmp(line, "ECHO ", 5) == 0) {
    length = snprintf(connection->output, sizeof(connection->output), "%s\n", line + 5);
  } else if (strcmp(line, "STAT") == 0) {
    length = snprintf(connection->output, sizeof(connection->output), "STAT %ld %ld %ld\n",
                      g_accepted, g_lines, g_files);
  } else if (strcmp(line, "QUIT") == 0) {
    connection->quits = TRUE;
    length = snprintf(connection->output, sizeof(connection->output), "BYE\n");
  } else {
    length = snprintf(connection->output, sizeof(connection->output), "ERR\n");
  }
  connection->to_send = (DWORD)length;
  return start_send(connection);
}

/// Answers the next line that is there, or waits for more.
static BOOL go_on(CONNECTION* connection) {
  char line[LINE_SIZE];
  if (take_line(connection, line, sizeof(line))) return answer(connection, line);
  if (connection->filled == sizeof(connection->input)) return FALSE;  // A line without an end.
  return start_receive(connection);
}

static void on_accepted(CONNECTION* connection) {
  LISTENER* const listener = connection->listener;
  BOOL no_delay = TRUE;
  setsockopt(connection->socket, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT,
             (const char*)&listener->socket, sizeof(listener->socket));
  setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, (const char*)&no_delay,
             sizeof(no_delay));
  InterlockedIncrement(&g_accepted);
  start_accept(listener);
  if (!CreateIoCompletionPort((HANDLE)connection->socket, g_port, 0, 0)) {
    report("CreateIoCompletionPort", GetLastError());
    drop(connection);
    return;
  }
  EnterCriticalSection(&g_list_lock);
  connection->last_heard = GetTickCount64();
  connection->listener = NULL;  // From now on it can be idle.
  LeaveCriticalSection(&g_list_lock);
  if (!start_receive(connection)) drop(connection);
}

static void on_end(CONNECTION* connection, DWORD bytes) {
  BOOL goes_on = FALSE;
  if (g_stopping) {
    drop(connection);
    return;
  }
  switch (connection->operation) {
    case OP_RECEIVE:
      if (bytes == 0) break;
      connection->filled += bytes;
      EnterCriticalSection(&g_list_lock);
      connection->last_heard = GetTickCount64();
      LeaveCriticalSection(&g_list_lock);
      goes_on = go_on(connection);
      break;
    case OP_SEND:
      connection->sent += bytes;
      if (connection->sent < connection->to_send) {
        goes_on = start_send(connection);
      } else if (connection->quits) {
        shutdown(connection->socket, SD_SEND);
        goes_on = start_receive(connection);  // The client's end.
      } else {
        goes_on = go_on(connection);
      }
      break;
    case OP_FILE:
      goes_on = bytes == connection->to_send + g_file_size && go_on(connection);
      break;
    default:
      break;
  }
  if (!goes_on) drop(connection);
}

static unsigned __stdcall worker(void* unused) {
  (void)unused;
  for (;;) {
    DWORD bytes = 0;
    ULONG_PTR key = 0;
    OVERLAPPED* overlapped = NULL;
    const BOOL good = GetQueuedCompletionStatus(g_port, &bytes, &key, &overlapped, INFINITE);
    CONNECTION* const connection = CONTAINING_RECORD(overlapped, CONNECTION, overlapped);
    if (!overlapped) {
      if (!good) report("GetQueuedCompletionStatus", GetLastError());
      return 0;  // The last packet, or a broken port.
    }
    if (connection->operation == OP_ACCEPT && good) {
      on_accepted(connection);
    } else if (connection->operation == OP_ACCEPT) {
      LISTENER* const listener = connection->listener;
      const BOOL stops = WaitForSingleObject(g_stop, 0) == WAIT_OBJECT_0;
      drop(connection);
      if (!stops) start_accept(listener);  // The client was gone before it was served.
    } else if (good) {
      on_end(connection, bytes);
    } else {
      log_line("connection ended", GetLastError());
      drop(connection);
    }
  }
}

// --- Idle connections, the console and the end ------------------------------------------------------

/// Cancels what waits on the connections that are idle, or on all: their own threads drop them. No other thread closes a
/// socket, and drop() does so under the list's lock.
static void end_connections(BOOL all) {
  CONNECTION* each;
  ULONGLONG now;
  EnterCriticalSection(&g_list_lock);
  now = GetTickCount64();  // Under the lock: not before what the others have noted under it.
  for (each = g_connections; each; each = each->next) {
    const BOOL idle = now - each->last_heard > g_idle_ms;
    if (each->listener || !(all || idle)) continue;
    if (CancelIoEx((HANDLE)each->socket, NULL) && !all) InterlockedIncrement(&g_idle_closed);
  }
  LeaveCriticalSection(&g_list_lock);
}

static unsigned __stdcall housekeeper(void* unused) {
  (void)unused;
  while (WaitForSingleObject(g_stop, 500) == WAIT_TIMEOUT) end_connections(FALSE);
  return 0;
}

static BOOL WINAPI on_console(DWORD event) {
  switch (event) {
    case CTRL_C_EVENT:
    case CTRL_BREAK_EVENT:
    case CTRL_CLOSE_EVENT:
      SetEvent(g_stop);
      return TRUE;
    default:
      return FALSE;
  }
}

// --- Start ------------------------------------------------------------------------------------------

static BOOL get_function(SOCKET s, GUID id, void* function, DWORD size) {
  DWORD bytes = 0;
  return WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof(id), function, size, &bytes,
                  NULL, NULL) == 0;
}

static BOOL start_listener(LISTENER* listener, const ADDRINFOA* address) {
  const GUID accept_ex = WSAID_ACCEPTEX;
  const GUID transmit_file = WSAID_TRANSMITFILE;
  listener->family = address->ai_family;
  listener->socket = WSASocket(address->ai_family, address->ai_socktype, address->ai_protocol, NULL,
                               0, WSA_FLAG_OVERLAPPED);
  if (listener->socket == INVALID_SOCKET) return FALSE;
  if (bind(listener->socket, address->ai_addr, (int)address->ai_addrlen) == SOCKET_ERROR ||
      listen(listener->socket, SOMAXCONN) == SOCKET_ERROR ||
      !CreateIoCompletionPort((HANDLE)listener->socket, g_port, 0, 0) ||
      !get_function(listener->socket, accept_ex, &g_accept_ex, sizeof(g_accept_ex)) ||
      !get_function(listener->socket, transmit_file, &g_transmit_file, sizeof(g_transmit_file))) {
    report("listener", (DWORD)WSAGetLastError());
    closesocket(listener->socket);
    return FALSE;
  }
  return TRUE;
}

static void print_address(const LISTENER* listener) {
  SOCKADDR_STORAGE name;
  int size = sizeof(name);
  char host[NI_MAXHOST];
  char port[NI_MAXSERV];
  if (getsockname(listener->socket, (SOCKADDR*)&name, &size) != 0) return;
  if (getnameinfo((SOCKADDR*)&name, size, host, sizeof(host), port, sizeof(port),
                  NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return;
  }
  printf("listening on %s port %s\n", host, port);
}

static int start_listeners(const char* host, const char* service, LISTENER* listeners) {
  ADDRINFOA hints;
  ADDRINFOA* addresses = NULL;
  ADDRINFOA* each;
  int count = 0;
  int error;
  ZeroMemory(&hints, sizeof(hints));
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_protocol = IPPROTO_TCP;
  hints.ai_flags = AI_PASSIVE;
  error = getaddrinfo(host, service, &hints, &addresses);
  if (error != 0) {
    report("getaddrinfo", (DWORD)error);
    return 0;
  }
  for (each = addresses; each && count < MAX_LISTENERS; each = each->ai_next) {
    if (start_listener(&listeners[count], each)) ++count;
  }
  freeaddrinfo(addresses);
  return count;
}

static BOOL open_files(int argc, char** argv) {
  const DWORD share = FILE_SHARE_READ;
  LARGE_INTEGER size;
  g_file = CreateFileA(argv[3], GENERIC_READ, share, NULL, OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN,
                       NULL);
  if (g_file == INVALID_HANDLE_VALUE || !GetFileSizeEx(g_file, &size)) {
    report(argv[3], GetLastError());
    return FALSE;
  }
  g_file_size = (DWORD)size.QuadPart;
  if (argc > 4) g_idle_ms = 1000 * (DWORD)atoi(argv[4]);
  if (argc > 5) {
    g_log_file = CreateFileA(argv[5], FILE_APPEND_DATA, share, NULL, OPEN_ALWAYS,
                             FILE_ATTRIBUTE_NORMAL, NULL);
    if (g_log_file == INVALID_HANDLE_VALUE) {
      report(argv[5], GetLastError());
      return FALSE;
    }
  }
  return TRUE;
}

static void prepare(void) {
  InitializeCriticalSectionAndSpinCount(&g_list_lock, 4000);
  InitializeCriticalSection(&g_log_lock);
  InitializeConditionVariable(&g_log_filled);
  g_stop = CreateEvent(NULL, TRUE, FALSE, NULL);
  g_empty = CreateEvent(NULL, TRUE, TRUE, NULL);
  g_port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
  SetConsoleCtrlHandler(on_console, TRUE);
}

static void end_logging(HANDLE logger) {
  EnterCriticalSection(&g_log_lock);
  g_log_ends = TRUE;
  LeaveCriticalSection(&g_log_lock);
  WakeAllConditionVariable(&g_log_filled);
  WaitForSingleObject(logger, INFINITE);
  CloseHandle(logger);
}

static void clean_up(void) {
  SetConsoleCtrlHandler(on_console, FALSE);
  if (g_log_file != INVALID_HANDLE_VALUE) CloseHandle(g_log_file);
  if (g_file != INVALID_HANDLE_VALUE) CloseHandle(g_file);
  CloseHandle(g_port);
  CloseHandle(g_empty);
  CloseHandle(g_stop);
  DeleteCriticalSection(&g_log_lock);
  DeleteCriticalSection(&g_list_lock);
}

/// Serves until the console says stop.
static void serve(LISTENER* listeners, int listener_count) {
  HANDLE workers[MAX_WORKERS];
  SYSTEM_INFO system;
  DWORD count, at;
  int each;
  HANDLE const keeper = (HANDLE)_beginthreadex(NULL, 0, housekeeper, NULL, 0, NULL);
  GetSystemInfo(&system);
  count = 2 * system.dwNumberOfProcessors;
  if (count > MAX_WORKERS) count = MAX_WORKERS;
  for (at = 0; at < count; ++at) {
    workers[at] = (HANDLE)_beginthreadex(NULL, 0, worker, NULL, 0, NULL);
  }
  for (each = 0; each < listener_count; ++each) {
    for (at = 0; at < ACCEPTS_PER_LISTENER; ++at) start_accept(&listeners[each]);
    print_address(&listeners[each]);
  }
  fflush(stdout);

  WaitForSingleObject(g_stop, INFINITE);
  WaitForSingleObject(keeper, INFINITE);
  CloseHandle(keeper);
  for (each = 0; each < listener_count; ++each) closesocket(listeners[each].socket);
  InterlockedExchange(&g_stopping, 1);
  do {  // Again, since an operation may begin behind our back.
    end_connections(TRUE);
  } while (WaitForSingleObject(g_empty, 50) == WAIT_TIMEOUT);
  for (at = 0; at < count; ++at) PostQueuedCompletionStatus(g_port, 0, 0, NULL);
  WaitForMultipleObjects(count, workers, TRUE, INFINITE);
  for (at = 0; at < count; ++at) CloseHandle(workers[at]);
}

int main(int argc, char** argv) {
  LISTENER listeners[MAX_LISTENERS];
  WSADATA data;
  HANDLE logger;
  DWORD handles_before = 0, handles_after = 0;
  int count, error;
  if (argc < 4) {
    fprintf(stderr, "usage: service <address> <port> <file> [<idle seconds> [<log file>]]\n");
    return 2;
  }
  GetProcessHeap();  // Some systems make its handle at the first call, and count it.
  GetProcessHandleCount(GetCurrentProcess(), &handles_before);
  error = WSAStartup(MAKEWORD(2, 2), &data);
  if (error != 0) {
    fprintf(stderr, "service: WSAStartup: error %d\n", error);
    return 1;
  }
  prepare();
  logger = (HANDLE)_beginthreadex(NULL, 0, log_thread, NULL, 0, NULL);
  count = open_files(argc, argv) ? start_listeners(argv[1], argv[2], listeners) : 0;
  if (count != 0) serve(listeners, count);
  end_logging(logger);
  clean_up();
  WSACleanup();
  GetProcessHandleCount(GetCurrentProcess(), &handles_after);
  printf("%ld connections, %ld lines, %ld files, %ld idle, %ld failures, %ld handles left\n",
         g_accepted, g_lines, g_files, g_idle_closed, g_failures,
         (LONG)(handles_after - handles_before));
  return count != 0 && g_failures == 0 ? 0 : 1;
}
