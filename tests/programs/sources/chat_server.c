/* chat_server: every line that a client sends goes to every client, the sender included. A new client is
 * greeted with its number; from then on it hears everything.
 *
 *     chat_server [PORT [MOST_CLIENTS]]
 *
 * One thread per client, and what Windows gives to hold them together: a critical section around the
 * list of clients, a semaphore that bounds their number, an event that means "time to go", a handler
 * for Ctrl+C, calls queued to a thread that keeps the books, and a heap of its own. Connections are
 * kept alive with a quarter of the time that the registry says: by TCP_KEEPIDLE where Windows is new
 * enough to have it, else by SIO_KEEPALIVE_VALS.
 *
 * An ordinary Windows program. On Windows:  cl chat_server.c
 * On Linux:                                 wsalive-cc chat_server.c -o chat_server
 */
#include <winsock2.h>

#include <ws2tcpip.h>

#include <mstcpip.h>
#include <process.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strsafe.h>
#include <windows.h>

#ifdef _MSC_VER
#pragma comment(lib, "ws2_32.lib")
#pragma comment(lib, "advapi32.lib")
#endif

#ifndef TCP_KEEPIDLE /* Headers older than Windows 10 1709 */
#define TCP_KEEPIDLE 3
#endif

#define DEFAULT_PORT "7007"
#define DEFAULT_CLIENTS 64
#define MOST_LISTENERS 8
#define LINE_BYTES 512
#define PATIENCE_MS 10000

/* One connected client. The list and everything in it belong to g_lock. */
typedef struct client {
  struct client* next;
  SOCKET socket;
  DWORD number;
} client;

/* What the bookkeeper knows; only its own thread touches it. */
typedef struct books {
  ULONGLONG lines;
  ULONGLONG bytes;
  DWORD clients;
} books;

static CRITICAL_SECTION g_lock;
static client* g_clients;
static HANDLE g_heap;
static HANDLE g_time_to_go;
static HANDLE g_seats;
static HANDLE g_bookkeeper;
static LONG g_threads;
static HANDLE g_all_gone;
static books g_books;
static DWORD g_idle_ms;

static void say(const char* format, ...) {
  char line[LINE_BYTES];
  DWORD written = 0;
  va_list arguments;

  va_start(arguments, format);
  StringCchVPrintfA(line, ARRAYSIZE(line), format, arguments);
  va_end(arguments);
  WriteConsoleA(GetStdHandle(STD_OUTPUT_HANDLE), line, (DWORD)strlen(line), &written, NULL);
}

static void say_error(const char* what, DWORD code) {
  char* text = NULL;

  FormatMessageA(
      FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS,
      NULL, code, MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT), (LPSTR)&text, 0, NULL);
  say("%s: error %lu: %s", what, code, text ? text : "unknown\n");
  LocalFree(text);
}

/* The machine's KeepAliveTime in milliseconds; Windows' two hours where the registry has none. */
static DWORD registry_keep_alive_time(void) {
  HKEY key;
  DWORD value = 0, type = 0, size = sizeof(value);
  LSTATUS status;

  if (RegOpenKeyExA(HKEY_LOCAL_MACHINE, "SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters", 0,
                    KEY_QUERY_VALUE, &key) != ERROR_SUCCESS) {
    return 7200000;
  }
  status = RegQueryValueExA(key, "KeepAliveTime", NULL, &type, (LPBYTE)&value, &size);
  RegCloseKey(key);
  return status == ERROR_SUCCESS && type == REG_DWORD && value != 0 ? value : 7200000;
}

/* TCP_KEEPIDLE came with Windows 10 1709. */
static BOOL has_keepidle(void) {
  OSVERSIONINFOEXA wanted;
  DWORDLONG condition = 0;
  const DWORD kinds = VER_MAJORVERSION | VER_BUILDNUMBER;

  ZeroMemory(&wanted, sizeof(wanted));
  wanted.dwOSVersionInfoSize = sizeof(wanted);
  wanted.dwMajorVersion = 10;
  wanted.dwBuildNumber = 16299;
  VER_SET_CONDITION(condition, VER_MAJORVERSION, VER_GREATER_EQUAL);
  VER_SET_CONDITION(condition, VER_BUILDNUMBER, VER_GREATER_EQUAL);
  return VerifyVersionInfoA(&wanted, kinds, condition);
}

static int keep_alive(SOCKET s) {
  if (has_keepidle()) {
    DWORD seconds = g_idle_ms / 1000 ? g_idle_ms / 1000 : 1;
    DWORD on = TRUE;

    if (setsockopt(s, IPPROTO_TCP, TCP_KEEPIDLE, (const char*)&seconds, sizeof(seconds)) != 0) {
      return SOCKET_ERROR;
    }
    return setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (const char*)&on, sizeof(on));
  } else {
    struct tcp_keepalive values;
    DWORD returned = 0;

    values.onoff = 1;
    values.keepalivetime = g_idle_ms;
    values.keepaliveinterval = 1000;
    return WSAIoctl(s, SIO_KEEPALIVE_VALS, &values, sizeof(values), NULL, 0, &returned, NULL, NULL);
  }
}

static void CALLBACK note_line(ULONG_PTR bytes) {
  ++g_books.lines;
  g_books.bytes += bytes;
}

static void CALLBACK note_client(ULONG_PTR clients) { g_books.clients += (DWORD)clients; }

/* Runs the queued calls until it is time to go, and then what is left of them. */
static unsigned WINAPI keep_books(void* unused) {
  DWORD woken;

  (void)unused;
  do {
    woken = WaitForSingleObjectEx(g_all_gone, INFINITE, TRUE);
  } while (woken == WAIT_IO_COMPLETION);
  while (SleepEx(0, TRUE) == WAIT_IO_COMPLETION) {
  }
  return woken == WAIT_OBJECT_0 ? 0 : 1;
}

static BOOL send_all(SOCKET s, const char* text, int length) {
  while (length > 0) {
    int sent = send(s, text, length, 0);

    if (sent == SOCKET_ERROR) return FALSE;
    text += sent;
    length -= sent;
  }
  return TRUE;
}

/* A client that cannot be reached any more is found out by its own thread. */
static void tell_everyone(const char* line, int length) {
  client* each;

  EnterCriticalSection(&g_lock);
  for (each = g_clients; each; each = each->next) send_all(each->socket, line, length);
  LeaveCriticalSection(&g_lock);
  QueueUserAPC(note_line, g_bookkeeper, (ULONG_PTR)length);
}

static client* join(SOCKET s) {
  static DWORD last_number;
  client* self = (client*)HeapAlloc(g_heap, HEAP_ZERO_MEMORY, sizeof(*self));
  char hello[64];

  if (!self) return NULL;
  self->socket = s;
  EnterCriticalSection(&g_lock);
  self->number = ++last_number;
  self->next = g_clients;
  g_clients = self;
  StringCchPrintfA(hello, ARRAYSIZE(hello), "you are client %lu\n", self->number);
  send_all(s, hello, (int)strlen(hello)); /* Before anything that the others say. */
  LeaveCriticalSection(&g_lock);
  QueueUserAPC(note_client, g_bookkeeper, 1);
  return self;
}

static void leave(client* self) {
  client** at;

  EnterCriticalSection(&g_lock);
  for (at = &g_clients; *at != self; at = &(*at)->next) {
  }
  *at = self->next;
  LeaveCriticalSection(&g_lock);
  closesocket(self->socket);
  HeapFree(g_heap, 0, self);
}

/* Reads lines until the client goes, or gets the order to. */
static void converse(client* self) {
  char text[LINE_BYTES];
  int held = 0;

  for (;;) {
    char* end;
    int got = recv(self->socket, text + held, (int)sizeof(text) - held, 0);

    if (got <= 0) return;
    held += got;
    while ((end = (char*)memchr(text, '\n', (size_t)held)) != NULL) {
      int length = (int)(end - text) + 1;

      tell_everyone(text, length);
      held -= length;
      MoveMemory(text, end + 1, (size_t)held);
    }
    if (held == sizeof(text)) return; /* A line without an end. */
  }
}

static unsigned WINAPI serve(void* argument) {
  client* self = (client*)argument;

  converse(self);
  leave(self);
  ReleaseSemaphore(g_seats, 1, NULL);
  if (InterlockedDecrement(&g_threads) == 0) SetEvent(g_all_gone);
  return 0;
}

/* Gives a new connection a seat and a thread. */
static void welcome(SOCKET s) {
  client* self;
  HANDLE thread;

  if (keep_alive(s) != 0) say_error("keep-alive", (DWORD)WSAGetLastError());
  self = join(s);
  if (!self) {
    closesocket(s);
    ReleaseSemaphore(g_seats, 1, NULL);
    return;
  }
  InterlockedIncrement(&g_threads);
  thread = (HANDLE)_beginthreadex(NULL, 0, serve, self, 0, NULL);
  if (thread) {
    CloseHandle(thread);
    return;
  }
  InterlockedDecrement(&g_threads);
  leave(self);
  ReleaseSemaphore(g_seats, 1, NULL);
}

/* Accepts until its listening socket is closed under it. */
static unsigned WINAPI listen_on(void* argument) {
  SOCKET listener = (SOCKET)(UINT_PTR)argument;
  HANDLE either[2];

  either[0] = g_time_to_go;
  either[1] = g_seats;
  while (WaitForMultipleObjects(2, either, FALSE, INFINITE) == WAIT_OBJECT_0 + 1) {
    SOCKET s = accept(listener, NULL, NULL);

    if (s == INVALID_SOCKET) {
      ReleaseSemaphore(g_seats, 1, NULL);
      if (WaitForSingleObject(g_time_to_go, 0) == WAIT_OBJECT_0) break;
      say_error("accept", (DWORD)WSAGetLastError());
      Sleep(10);
    } else {
      welcome(s);
    }
  }
  return 0;
}

static SOCKET open_listener(const struct addrinfo* address) {
  SOCKET s = socket(address->ai_family, address->ai_socktype, address->ai_protocol);

  if (s == INVALID_SOCKET) return INVALID_SOCKET;
  if (bind(s, address->ai_addr, (int)address->ai_addrlen) != 0 || listen(s, SOMAXCONN) != 0) {
    closesocket(s);
    return INVALID_SOCKET;
  }
  return s;
}

static DWORD open_listeners(const char* port, SOCKET* listeners) {
  struct addrinfo hints;
  struct addrinfo *found = NULL, *each;
  DWORD count = 0;
  int error;

  ZeroMemory(&hints, sizeof(hints));
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_protocol = IPPROTO_TCP;
  hints.ai_flags = AI_PASSIVE;
  error = getaddrinfo(NULL, port, &hints, &found);
  if (error != 0) {
    say_error("getaddrinfo", (DWORD)error);
    return 0;
  }
  for (each = found; each && count < MOST_LISTENERS; each = each->ai_next) {
    listeners[count] = open_listener(each);
    if (listeners[count] != INVALID_SOCKET) ++count;
  }
  if (count == 0) say_error("listen", (DWORD)WSAGetLastError());
  freeaddrinfo(found);
  return count;
}

static BOOL WINAPI on_control(DWORD event) {
  (void)event;
  return SetEvent(g_time_to_go);
}

static BOOL prepare(LONG most_clients) {
  InitializeCriticalSectionAndSpinCount(&g_lock, 1000);
  g_heap = HeapCreate(0, 0, 0);
  g_time_to_go = CreateEventA(NULL, TRUE, FALSE, NULL);
  g_all_gone = CreateEventA(NULL, TRUE, FALSE, NULL);
  g_seats = CreateSemaphoreA(NULL, most_clients, most_clients, NULL);
  g_bookkeeper = (HANDLE)_beginthreadex(NULL, 0, keep_books, NULL, 0, NULL);
  g_idle_ms = registry_keep_alive_time() / 4;
  g_threads = 1; /* main's: the clients' threads are gone when it is 0. */
  return g_heap && g_time_to_go && g_all_gone && g_seats && g_bookkeeper &&
         SetConsoleCtrlHandler(on_control, TRUE);
}

/* Ends every connection; the clients' threads see that and go. */
static BOOL send_everyone_home(void) {
  client* each;

  EnterCriticalSection(&g_lock);
  for (each = g_clients; each; each = each->next) shutdown(each->socket, SD_BOTH);
  LeaveCriticalSection(&g_lock);
  if (InterlockedDecrement(&g_threads) == 0) SetEvent(g_all_gone);
  return WaitForSingleObject(g_bookkeeper, PATIENCE_MS) == WAIT_OBJECT_0;
}

static int run(const char* port) {
  SOCKET listeners[MOST_LISTENERS];
  HANDLE threads[MOST_LISTENERS];
  DWORD count = open_listeners(port, listeners), i;
  const ULONGLONG began = GetTickCount64();

  if (count == 0) return 1;
  for (i = 0; i < count; ++i) {
    threads[i] = (HANDLE)_beginthreadex(NULL, 0, listen_on, (void*)(UINT_PTR)listeners[i], 0, NULL);
  }
  say("listening on port %s\n", port);
  WaitForSingleObject(g_time_to_go, INFINITE);

  for (i = 0; i < count; ++i) closesocket(listeners[i]);
  if (WaitForMultipleObjects(count, threads, TRUE, PATIENCE_MS) == WAIT_TIMEOUT) return 1;
  for (i = 0; i < count; ++i) CloseHandle(threads[i]);
  if (!send_everyone_home()) return 1;
  say("%lu clients, %I64u lines, %I64u bytes; open for %I64u ms\n", g_books.clients, g_books.lines,
      g_books.bytes, GetTickCount64() - began);
  return 0;
}

int main(int argc, char** argv) {
  const char* port = argc > 1 ? argv[1] : DEFAULT_PORT;
  const LONG most_clients = argc > 2 ? atoi(argv[2]) : DEFAULT_CLIENTS;
  WSADATA data;
  int error = WSAStartup(MAKEWORD(2, 2), &data);
  int result;

  if (error != 0) {
    say_error("WSAStartup", (DWORD)error);
    return 1;
  }
  if (!prepare(most_clients)) {
    say_error("chat_server", GetLastError());
    return 1;
  }
  result = run(port);
  SetConsoleCtrlHandler(on_control, FALSE);
  CloseHandle(g_bookkeeper);
  CloseHandle(g_seats);
  CloseHandle(g_all_gone);
  CloseHandle(g_time_to_go);
  HeapDestroy(g_heap);
  DeleteCriticalSection(&g_lock);
  WSACleanup();
  return result;
}
