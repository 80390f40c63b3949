/* chat_load: many clients of chat_server at once, each of which counts what it hears.
 *
 *     chat_load PORT CLIENTS LINES
 *
 * Every client connects, waits until the server has greeted all of them, says LINES lines and listens until it has
 * heard CLIENTS x LINES of them, its own and all others'. Ends with 0 if none was lost.
 *
 * An ordinary Windows program. On Windows:  cl chat_load.c
 * On Linux:                                 wsalive-cc chat_load.c -o chat_load
 */
#include <winsock2.h>

#include <ws2tcpip.h>

#include <process.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _MSC_VER
#pragma comment(lib, "ws2_32.lib")
#endif

#define MOST_CLIENTS 64

static const char* g_port;
static LONG g_clients, g_lines;
static LONG g_missing; /* Clients that are not connected yet. */
static BOOL g_failed;
static SRWLOCK g_lock = SRWLOCK_INIT;
static CONDITION_VARIABLE g_changed = CONDITION_VARIABLE_INIT;
static LONG64 g_heard;

static SOCKET connect_to_server(void) {
  struct addrinfo hints;
  struct addrinfo *found = NULL, *each;
  SOCKET s = INVALID_SOCKET;

  ZeroMemory(&hints, sizeof(hints));
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_protocol = IPPROTO_TCP;
  if (getaddrinfo("localhost", g_port, &hints, &found) != 0) return INVALID_SOCKET;
  for (each = found; each; each = each->ai_next) {
    s = socket(each->ai_family, each->ai_socktype, each->ai_protocol);
    if (s == INVALID_SOCKET) continue;
    if (connect(s, each->ai_addr, (int)each->ai_addrlen) == 0) break;
    closesocket(s);
    s = INVALID_SOCKET;
  }
  freeaddrinfo(found);
  return s;
}

/* Reads the greeting, byte by byte: it must not take what follows. */
static BOOL is_greeted(SOCKET s) {
  char byte = 0;

  while (byte != '\n') {
    if (recv(s, &byte, 1, 0) != 1) return FALSE;
  }
  return TRUE;
}

/* Waits for the other clients. FALSE if one of them could not connect. */
static BOOL all_are_there(BOOL connected) {
  BOOL good;

  AcquireSRWLockExclusive(&g_lock);
  --g_missing;
  if (!connected) g_failed = TRUE;
  while (g_missing != 0) SleepConditionVariableSRW(&g_changed, &g_lock, INFINITE, 0);
  good = !g_failed;
  ReleaseSRWLockExclusive(&g_lock);
  WakeAllConditionVariable(&g_changed);
  return good;
}

typedef struct speaker {
  SOCKET socket;
  DWORD number;
} speaker;

static unsigned WINAPI speak(void* argument) {
  const speaker* self = (const speaker*)argument;
  char line[64];
  LONG i;

  for (i = 0; i < g_lines; ++i) {
    int length = sprintf(line, "client %lu says %ld\n", self->number, i);

    if (send(self->socket, line, length, 0) != length) return 1;
  }
  return 0;
}

/* Counts lines until all of everybody's are there. */
static BOOL listen_to_all(SOCKET s) {
  const LONG64 wanted = (LONG64)g_clients * g_lines;
  LONG64 heard = 0;
  char text[4096];

  while (heard < wanted) {
    int i, got = recv(s, text, sizeof(text), 0);

    if (got <= 0) break;
    for (i = 0; i < got; ++i) heard += text[i] == '\n';
  }
  InterlockedExchangeAdd64(&g_heard, heard);
  return heard == wanted;
}

static unsigned WINAPI be_a_client(void* argument) {
  speaker self;
  HANDLE thread;
  BOOL good;

  self.number = (DWORD)(ULONG_PTR)argument;
  self.socket = connect_to_server();
  if (!all_are_there(self.socket != INVALID_SOCKET && is_greeted(self.socket))) {
    if (self.socket != INVALID_SOCKET) closesocket(self.socket);
    return 1;
  }
  thread = (HANDLE)_beginthreadex(NULL, 0, speak, &self, 0, NULL);
  good = thread && listen_to_all(self.socket);
  if (thread) {
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
  }
  closesocket(self.socket);
  return good ? 0 : 1;
}

static int run(void) {
  HANDLE threads[MOST_CLIENTS];
  DWORD failures = 0;
  LONG i;

  for (i = 0; i < g_clients; ++i) {
    threads[i] = (HANDLE)_beginthreadex(NULL, 0, be_a_client, (void*)(ULONG_PTR)(i + 1), 0, NULL);
    if (!threads[i]) return 1;
  }
  WaitForMultipleObjects((DWORD)g_clients, threads, TRUE, INFINITE);
  for (i = 0; i < g_clients; ++i) {
    DWORD code = 1;

    GetExitCodeThread(threads[i], &code);
    CloseHandle(threads[i]);
    failures += code;
  }
  printf("%ld clients heard %I64d lines, %lu failed\n", g_clients, g_heard, failures);
  return failures == 0 ? 0 : 1;
}

int main(int argc, char** argv) {
  WSADATA data;
  int result;

  if (argc != 4 || atoi(argv[2]) < 1 || atoi(argv[2]) > MOST_CLIENTS || atoi(argv[3]) < 1) {
    fprintf(stderr, "usage: chat_load PORT CLIENTS (1 to %d) LINES\n", MOST_CLIENTS);
    return 2;
  }
  g_port = argv[1];
  g_clients = g_missing = atoi(argv[2]);
  g_lines = atoi(argv[3]);
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return 1;
  result = run();
  WSACleanup();
  return result;
}
