/* A server and its client in one process, and then no more memory: every call ends with a code or does its work; nothing
 * ends the process, and the connections that were there carry on. Prints how many calls it made and how many of them were
 * refused; the argument is how many bytes more the process may have. */
#include <winsock2.h>

#include <mstcpip.h>
#include <mswsock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <windows.h>

#define PAIRS 8
#define MANY 400

static int calls, refused;

/* printf would want memory. */
static void report(int number, const char* what) {
  char text[64];
  size_t at = sizeof text - 24;
  strcpy(text + at, what);
  do {
    text[--at] = (char)('0' + number % 10);
    number /= 10;
  } while (number != 0);
  if (write(1, text + at, strlen(text + at)) < 0) exit(6);
}

static void count(int good) {
  const int code = WSAGetLastError();
  ++calls;
  if (good) return;
  ++refused;
  if (code != WSAENOBUFS && code != WSA_NOT_ENOUGH_MEMORY && code != WSAEMFILE &&
      code != ERROR_OUTOFMEMORY && code != ERROR_NO_SYSTEM_RESOURCES) {
    report(calls, ". call: ");
    report(code, " is its code\n");
    exit(3);
  }
}

static void limit_memory(long more) {
  long pages = 0;
  FILE* const sizes = fopen("/proc/self/statm", "r");
  struct rlimit limit;
  if (!sizes || fscanf(sizes, "%ld", &pages) != 1) exit(2);
  fclose(sizes);
  limit.rlim_cur = limit.rlim_max = (rlim_t)(pages * 4096 + more);
  if (setrlimit(RLIMIT_AS, &limit) != 0) exit(2);
}

/* Takes what the allocator still has. */
static void eat(void) {
  size_t size;
  for (size = 1 << 20; size >= 16; size /= 2) {
    while (malloc(size)) {
    }
  }
}

static void use_all(SOCKET from, SOCKET const* ends, SOCKET spare) {
  static WSABUF many[MANY];
  static char room[256];
  static OVERLAPPED overlapped[6];
  struct tcp_keepalive driven = {1, 1500, 700};
  WSANETWORKEVENTS happened;
  WSAPROTOCOL_INFOA info;
  WSAPOLLFD items[MANY];
  DWORD bytes = 0, flags = 0;
  HANDLE handle;
  SOCKET made;
  int at;
  for (at = 0; at < MANY; ++at) {
    many[at].buf = room;
    many[at].len = 1;
    items[at].fd = ends[0];
    items[at].events = POLLWRNORM;
  }
  count(closesocket(spare) == 0); /* The first one. */
  made = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  count(made != INVALID_SOCKET);
  count(WSAIoctl(ends[0], SIO_KEEPALIVE_VALS, &driven, sizeof driven, NULL, 0, &bytes, NULL,
                 NULL) == 0);
  count(WSARecv(ends[0], many, 1, NULL, &flags, &overlapped[0], NULL) == 0 ||
        WSAGetLastError() == WSA_IO_PENDING);
  count(WSARecv(ends[2], many, MANY, NULL, &flags, &overlapped[1], NULL) == 0 ||
        WSAGetLastError() == WSA_IO_PENDING);
  count(WSAPoll(items, MANY, 0) >= 0);
  handle = WSACreateEvent();
  count(handle != WSA_INVALID_EVENT);
  if (handle != WSA_INVALID_EVENT) {
    count(WSAEventSelect(ends[4], handle, FD_READ) == 0);
    count(WSAEnumNetworkEvents(ends[4], handle, &happened) == 0);
    count(WSAEventSelect(ends[4], NULL, 0) == 0);
  }
  handle = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
  count(handle != NULL);
  if (handle) count(CreateIoCompletionPort((HANDLE)ends[6], handle, 1, 0) != NULL);
  count(WSADuplicateSocketA(ends[0], GetCurrentProcessId(), &info) == 0);
  if (made != INVALID_SOCKET) {
    count(AcceptEx(from, made, room, 0, 32, 32, NULL, &overlapped[2]) ||
          WSAGetLastError() == ERROR_IO_PENDING);
  }
  handle = CreateEventA(NULL, TRUE, FALSE, "wsalive-short-of-memory");
  count(handle != NULL);
  if (handle) count(CloseHandle(handle));
  handle = CreateThread(NULL, 0, (LPTHREAD_START_ROUTINE)(void*)Sleep, NULL, 0, NULL);
  count(handle != NULL);
  count(gethostbyname("127.0.0.1") != NULL || WSAGetLastError() == WSANO_RECOVERY ||
        WSAGetLastError() == WSATRY_AGAIN || WSAGetLastError() == WSAHOST_NOT_FOUND);
  if (made != INVALID_SOCKET) count(closesocket(made) == 0);
}

int main(int argc, char** argv) {
  const long more = argc > 1 ? atol(argv[1]) : 0;
  SOCKET ends[2 * PAIRS];
  struct sockaddr_in address;
  int size = sizeof address, at;
  WSADATA data;
  SOCKET from, spare;
  char octet = 0;
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return 2;
  from = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  spare = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(from, (struct sockaddr*)&address, sizeof address) != 0 || listen(from, PAIRS) != 0)
    return 2;
  getsockname(from, (struct sockaddr*)&address, &size);
  for (at = 0; at < 2 * PAIRS; at += 2) {
    ends[at] = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    if (connect(ends[at], (struct sockaddr*)&address, sizeof address) != 0) return 2;
    ends[at + 1] = accept(from, NULL, NULL);
  }
  limit_memory(more);
  if (more == 0) eat();
  use_all(from, ends, spare);
  for (at = 8; at < 2 * PAIRS; at += 2) { /* Those on which nothing waits. */
    if (send(ends[at], "x", 1, 0) != 1 || recv(ends[at + 1], &octet, 1, 0) != 1) return 4;
    if (send(ends[at + 1], "y", 1, 0) != 1 || recv(ends[at], &octet, 1, 0) != 1 || octet != 'y')
      return 5;
  }
  report(calls, " calls, ");
  report(refused, " refused, ");
  report((2 * PAIRS - 8) / 2, " connections\n");
  return 0;
}
