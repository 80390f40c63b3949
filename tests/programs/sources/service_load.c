// Load for the line service: threads that connect, talk, fetch the file and leave in several ways.
//
//   service_load <host> <port> <file size> <threads> <seconds>
//
// Each answer is compared with what was asked. Some connections end with QUIT, some by closing, some by a reset. The last
// line says how much was done; the exit status is 0 if nothing failed.

#include <process.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#pragma comment(lib, "ws2_32.lib")

#define LINES_PER_CONNECTION 40
#define MAX_THREADS 64

static ADDRINFOA* g_address;
static LONG g_file_size;
static ULONGLONG g_end;
static volatile LONG g_connections;
static volatile LONG g_lines;
static volatile LONG g_files;
static volatile LONG g_failures;

static void failed(const char* what, int code) {
  InterlockedIncrement(&g_failures);
  fprintf(stderr, "service_load: %s: %d\n", what, code);
}

static BOOL send_all(SOCKET s, const char* text) {
  return send(s, text, (int)strlen(text), 0) == (int)strlen(text);
}

/// Receives until the line's end, octet by octet beyond what is wanted never.
static BOOL receive_line(SOCKET s, char* line, int size) {
  int length = 0;
  while (length < size - 1) {
    if (recv(s, line + length, 1, 0) != 1) return FALSE;
    if (line[length++] == '\n') {
      line[length] = 0;
      return TRUE;
    }
  }
  return FALSE;
}

static BOOL receive_octets(SOCKET s, LONG count) {
  char room[16384];
  while (count > 0) {
    const int wanted = count < (LONG)sizeof(room) ? (int)count : (int)sizeof(room);
    const int got = recv(s, room, wanted, 0);
    if (got <= 0) return FALSE;
    count -= got;
  }
  return TRUE;
}

static BOOL echo(SOCKET s, int thread, int number) {
  char question[128];
  char line[128];
  snprintf(question, sizeof(question), "ECHO thread %d says %d\n", thread, number);
  if (!send_all(s, question) || !receive_line(s, line, sizeof(line)) ||
      strcmp(line, question + 5) != 0) {
    failed("echo", WSAGetLastError());
    return FALSE;
  }
  InterlockedIncrement(&g_lines);
  return TRUE;
}

static BOOL fetch(SOCKET s) {
  char wanted[64];
  char line[64];
  snprintf(wanted, sizeof(wanted), "FILE %ld\n", g_file_size);
  if (!send_all(s, "FILE\n") || !receive_line(s, line, sizeof(line)) || strcmp(line, wanted) != 0 ||
      !receive_octets(s, g_file_size)) {
    failed("file", WSAGetLastError());
    return FALSE;
  }
  InterlockedIncrement(&g_lines);
  InterlockedIncrement(&g_files);
  return TRUE;
}

/// Ends in one of three ways.
static void leave(SOCKET s, int way) {
  const LINGER hard = {1, 0};
  char line[64];
  if (way == 0) {
    if (!send_all(s, "QUIT\n") || !receive_line(s, line, sizeof(line)) ||
        strcmp(line, "BYE\n") != 0) {
      failed("quit", WSAGetLastError());
    } else {
      InterlockedIncrement(&g_lines);
    }
  } else if (way == 1) {
    setsockopt(s, SOL_SOCKET, SO_LINGER, (const char*)&hard, sizeof(hard));
  }
  closesocket(s);
}

static void talk(int thread, int number) {
  int at;
  const SOCKET s = socket(g_address->ai_family, SOCK_STREAM, IPPROTO_TCP);
  if (s == INVALID_SOCKET ||
      connect(s, g_address->ai_addr, (int)g_address->ai_addrlen) == SOCKET_ERROR) {
    failed("connect", WSAGetLastError());
    if (s != INVALID_SOCKET) closesocket(s);
    Sleep(100);
    return;
  }
  InterlockedIncrement(&g_connections);
  for (at = 0; at < LINES_PER_CONNECTION; ++at) {
    const BOOL good = at == number % LINES_PER_CONNECTION ? fetch(s) : echo(s, thread, at);
    if (!good) {
      closesocket(s);
      return;
    }
  }
  leave(s, number % 3);
}

static unsigned __stdcall talker(void* number) {
  int round = 0;
  while (GetTickCount64() < g_end) talk((int)(INT_PTR)number, round++);
  return 0;
}

int main(int argc, char** argv) {
  HANDLE threads[MAX_THREADS];
  WSADATA data;
  ADDRINFOA hints;
  int count, at, error;
  if (argc != 6) {
    fprintf(stderr, "usage: service_load <host> <port> <file size> <threads> <seconds>\n");
    return 2;
  }
  error = WSAStartup(MAKEWORD(2, 2), &data);
  if (error != 0) return 1;
  ZeroMemory(&hints, sizeof(hints));
  hints.ai_socktype = SOCK_STREAM;
  error = getaddrinfo(argv[1], argv[2], &hints, &g_address);
  if (error != 0) {
    failed("getaddrinfo", error);
    return 1;
  }
  g_file_size = atoi(argv[3]);
  count = atoi(argv[4]);
  if (count < 1 || count > MAX_THREADS) count = 1;
  g_end = GetTickCount64() + 1000ULL * (ULONGLONG)atoi(argv[5]);
  for (at = 0; at < count; ++at) {
    threads[at] = (HANDLE)_beginthreadex(NULL, 0, talker, (void*)(INT_PTR)at, 0, NULL);
  }
  WaitForMultipleObjects((DWORD)count, threads, TRUE, INFINITE);
  for (at = 0; at < count; ++at) CloseHandle(threads[at]);
  freeaddrinfo(g_address);
  WSACleanup();
  printf("%ld connections, %ld lines, %ld files, %ld failures\n", g_connections, g_lines, g_files,
         g_failures);
  return g_failures == 0 ? 0 : 1;
}
