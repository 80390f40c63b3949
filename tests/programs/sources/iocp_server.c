/* iocp_server: sends back what comes, from one completion port, with clients accepted one by one; Ctrl+C ends it.
 *
 *     iocp_server ADDRESS PORT [THREADS]
 *
 * Port 0 takes any free port; the server prints "listening on ADDRESS port PORT". On the order to end it closes
 * every connection, waits until each one's operation has ended, and prints what was served. iocp_echo is the same
 * with AcceptEx.
 *
 * An ordinary Winsock program, C and C++ alike. On Windows:  cl iocp_server.c
 * On Linux:                                                  wsalive-cc iocp_server.c -o iocp_server
 */
#define PROGRAM "iocp_server"
#include "talking.h"

#include <process.h>

#define MOST_THREADS 64
#define ROOM 8192

/* The key of its packets. A client has one operation under way at any time, and who takes its packet may use it. */
typedef struct Client {
  struct Client *before, *after;
  OVERLAPPED overlapped;
  SOCKET socket;
  BOOL sending;
  char room[ROOM];
} Client;

static CRITICAL_SECTION lock; /* Of the list. */
static Client* clients;
static HANDLE none_left; /* Set while the list is empty. */
static HANDLE port;
static SOCKET listener = INVALID_SOCKET;
static volatile LONG stopping, served;
static volatile LONG64 octets;

static int failed_by(const char* what, DWORD error) {
  char* text = NULL;
  FormatMessageA(
      FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS,
      NULL, error, 0, (LPSTR)&text, 0, NULL);
  fprintf(stderr, "iocp_server: %s: error %u: %s\n", what, (unsigned)error, text ? text : "");
  LocalFree(text);
  return 1;
}

static void add(Client* client) {
  EnterCriticalSection(&lock);
  client->before = NULL;
  client->after = clients;
  if (clients) clients->before = client;
  clients = client;
  ResetEvent(none_left);
  LeaveCriticalSection(&lock);
}

static void drop(Client* client) {
  EnterCriticalSection(&lock);
  if (client->before) client->before->after = client->after;
  if (client->after) client->after->before = client->before;
  if (clients == client) clients = client->after;
  if (client->socket != INVALID_SOCKET) closesocket(client->socket);
  if (!clients) SetEvent(none_left);
  LeaveCriticalSection(&lock);
  HeapFree(GetProcessHeap(), 0, client);
}

/* Nothing is begun on a socket that is being closed; the end of what is under way comes to the port. */
static void begin(Client* client, BOOL sends, DWORD bytes) {
  WSABUF buffer;
  DWORD flags = 0;
  int result = SOCKET_ERROR;
  buffer.buf = client->room;
  buffer.len = bytes;
  ZeroMemory(&client->overlapped, sizeof client->overlapped);
  client->sending = sends;
  EnterCriticalSection(&lock);
  if (client->socket != INVALID_SOCKET) {
    result = sends ? WSASend(client->socket, &buffer, 1, NULL, 0, &client->overlapped, NULL)
                   : WSARecv(client->socket, &buffer, 1, NULL, &flags, &client->overlapped, NULL);
    if (result == SOCKET_ERROR && WSAGetLastError() == WSA_IO_PENDING) result = 0;
  }
  LeaveCriticalSection(&lock);
  if (result == SOCKET_ERROR) drop(client);
}

static unsigned __stdcall work(void* unused) {
  (void)unused;
  for (;;) {
    DWORD bytes = 0;
    ULONG_PTR key = 0;
    OVERLAPPED* overlapped = NULL;
    BOOL good = GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, INFINITE);
    Client* client = (Client*)key;
    if (good && !client) return 0; /* The packet that says so, one for each thread. */
    if (!good && !overlapped) return (unsigned)failed_by("the port", GetLastError());
    if (!good || bytes == 0) {
      drop(client);
    } else if (client->sending) {
      InterlockedExchangeAdd64(&octets, bytes);
      begin(client, FALSE, ROOM);
    } else {
      begin(client, TRUE, bytes);
    }
  }
}

static int welcome(SOCKET s) {
  DWORD on = 1;
  Client* client = (Client*)HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *client);
  if (!client) {
    closesocket(s);
    return failed_by("memory", ERROR_NOT_ENOUGH_MEMORY);
  }
  client->socket = s;
  setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (const char*)&on, sizeof on);
  if (!CreateIoCompletionPort((HANDLE)s, port, (ULONG_PTR)client, 0)) {
    failed_by("CreateIoCompletionPort", GetLastError());
    closesocket(s);
    HeapFree(GetProcessHeap(), 0, client);
    return 1;
  }
  add(client);
  InterlockedIncrement(&served);
  begin(client, FALSE, ROOM);
  return 0;
}

/* Runs in a thread of the system's. The accept that waits ends when its socket is closed. */
static BOOL WINAPI stop(DWORD event) {
  if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT) return FALSE;
  if (InterlockedExchange(&stopping, 1) == 0) closesocket(listener);
  return TRUE;
}

/* A closed socket's operation ends as aborted; its packet brings the client to drop. */
static void close_all(void) {
  Client* each;
  EnterCriticalSection(&lock);
  for (each = clients; each; each = each->after) {
    closesocket(each->socket);
    each->socket = INVALID_SOCKET;
  }
  LeaveCriticalSection(&lock);
  WaitForSingleObject(none_left, INFINITE);
}

static int serve(const char* address, int count) {
  HANDLE threads[MOST_THREADS];
  int at;
  for (at = 0; at < count; ++at) threads[at] = (HANDLE)_beginthreadex(NULL, 0, work, NULL, 0, NULL);
  if (announce(listener, address) != 0) return 1;
  for (;;) {
    SOCKET s = WSAAccept(listener, NULL, NULL, NULL, 0);
    if (s == INVALID_SOCKET && !stopping) failed_by("WSAAccept", (DWORD)WSAGetLastError());
    if (s == INVALID_SOCKET) break;
    welcome(s);
  }
  close_all();
  for (at = 0; at < count; ++at) PostQueuedCompletionStatus(port, 0, 0, NULL);
  WaitForMultipleObjects((DWORD)count, threads, TRUE, INFINITE);
  for (at = 0; at < count; ++at) CloseHandle(threads[at]);
  printf("%ld connections, %lld octets\n", (long)served, (long long)octets);
  return stopping ? 0 : 1;
}

int main(int argc, char** argv) {
  WSADATA data;
  SYSTEM_INFO system;
  int status, threads;
  if (argc < 3) {
    fprintf(stderr, "usage: iocp_server ADDRESS PORT [THREADS]\n");
    return 2;
  }
  GetSystemInfo(&system);
  threads = argc > 3 ? atoi(argv[3]) : (int)system.dwNumberOfProcessors * 2;
  if (threads < 1 || threads > MOST_THREADS) threads = MOST_THREADS;
  status = WSAStartup(MAKEWORD(2, 2), &data);
  if (status != 0) return failed_by("WSAStartup", (DWORD)status);
  InitializeCriticalSection(&lock);
  none_left = CreateEvent(NULL, TRUE, TRUE, NULL);
  port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
  SetConsoleCtrlHandler(stop, TRUE);
  listener = listen_on(argv[1], argv[2]);
  status = listener == INVALID_SOCKET ? 1 : serve(argv[1], threads);
  CloseHandle(port);
  CloseHandle(none_left);
  DeleteCriticalSection(&lock);
  WSACleanup();
  return status;
}
