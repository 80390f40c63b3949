// A server whose children do the serving: they inherit the listening socket and an event by their handles.
//
//   prefork <address> <port> <children> <connections>
//
// Each child accepts connections and sends a greeting until the event says stop; the parent waits until that many
// connections have been served, counted by a semaphore, and ends the children.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#pragma comment(lib, "ws2_32.lib")

#define MAX_CHILDREN 16

static int failed(const char* what, DWORD code) {
  fprintf(stderr, "prefork: %s: error %lu\n", what, code);
  return 1;
}

/// The child: its handles stand on the command line.
static int serve(char** argv) {
  const SOCKET listener = (SOCKET)strtoull(argv[2], NULL, 16);
  const HANDLE stop = (HANDLE)(ULONG_PTR)strtoull(argv[3], NULL, 16);
  const HANDLE served = (HANDLE)(ULONG_PTR)strtoull(argv[4], NULL, 16);
  while (WaitForSingleObject(stop, 0) == WAIT_TIMEOUT) {
    WSAPOLLFD item;
    char greeting[64];
    SOCKET connection;
    item.fd = listener;
    item.events = POLLRDNORM;
    if (WSAPoll(&item, 1, 50) != 1) continue;
    connection = accept(listener, NULL,
                        NULL);  // Another child may have been faster: the listener does not block.
    if (connection == INVALID_SOCKET) {
      if (WSAGetLastError() == WSAEWOULDBLOCK) continue;
      return failed("accept", (DWORD)WSAGetLastError());
    }
    sprintf_s(greeting, sizeof(greeting), "served by %lu\n", GetCurrentProcessId());
    send(connection, greeting, (int)strlen(greeting), 0);
    closesocket(connection);
    ReleaseSemaphore(served, 1, NULL);
  }
  closesocket(listener);
  CloseHandle(stop);
  CloseHandle(served);
  return 0;
}

static SOCKET start_listener(const char* host, const char* service) {
  ADDRINFOA hints;
  ADDRINFOA* address = NULL;
  SOCKADDR_STORAGE name;
  int size = sizeof(name);
  char port[NI_MAXSERV];
  u_long no_waiting = 1;
  SOCKET listener;
  memset(&hints, 0, sizeof(hints));
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  if (getaddrinfo(host, service, &hints, &address) != 0) return INVALID_SOCKET;
  listener = socket(address->ai_family, SOCK_STREAM, IPPROTO_TCP);
  if (listener == INVALID_SOCKET ||
      bind(listener, address->ai_addr, (int)address->ai_addrlen) == SOCKET_ERROR ||
      listen(listener, SOMAXCONN) == SOCKET_ERROR ||
      ioctlsocket(listener, FIONBIO, &no_waiting) != 0 ||
      getsockname(listener, (SOCKADDR*)&name, &size) != 0 ||
      getnameinfo((SOCKADDR*)&name, size, NULL, 0, port, sizeof(port), NI_NUMERICSERV) != 0) {
    return INVALID_SOCKET;
  }
  freeaddrinfo(address);
  printf("listening on port %s\n", port);
  fflush(stdout);
  return listener;
}

static HANDLE start_child(SOCKET listener, HANDLE stop, HANDLE served) {
  STARTUPINFOA startup;
  PROCESS_INFORMATION child;
  char program[MAX_PATH];
  char line[MAX_PATH + 128];
  memset(&startup, 0, sizeof(startup));
  startup.cb = sizeof(startup);
  if (GetModuleFileNameA(NULL, program, sizeof(program)) == 0) return NULL;
  sprintf_s(line, sizeof(line), "\"%s\" serve %llx %llx %llx", program, (ULONGLONG)listener,
            (ULONGLONG)(ULONG_PTR)stop, (ULONGLONG)(ULONG_PTR)served);
  if (!CreateProcessA(program, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &child))
    return NULL;
  CloseHandle(child.hThread);
  return child.hProcess;
}

static int lead(char** argv) {
  SECURITY_ATTRIBUTES inheritable = {sizeof(inheritable), NULL, TRUE};
  HANDLE children[MAX_CHILDREN];
  const HANDLE stop = CreateEventA(&inheritable, TRUE, FALSE, NULL);
  const HANDLE served = CreateSemaphoreA(&inheritable, 0, 1000000, NULL);
  DWORD count = (DWORD)atoi(argv[3]), code = 0, at;
  long connections = atol(argv[4]);
  const SOCKET listener = start_listener(argv[1], argv[2]);
  if (listener == INVALID_SOCKET) return failed("listener", (DWORD)WSAGetLastError());
  if (count < 1 || count > MAX_CHILDREN) count = 1;
  for (at = 0; at < count; ++at) {
    children[at] = start_child(listener, stop, served);
    if (!children[at]) return failed("CreateProcess", GetLastError());
  }
  closesocket(listener);  // The children have it.
  while (connections-- > 0) WaitForSingleObject(served, INFINITE);
  SetEvent(stop);
  WaitForMultipleObjects(count, children, TRUE, INFINITE);
  for (at = 0; at < count; ++at) {
    DWORD each = 1;
    GetExitCodeProcess(children[at], &each);
    code |= each;
    CloseHandle(children[at]);
  }
  CloseHandle(stop);
  CloseHandle(served);
  printf("%lu children, exit code %lu\n", count, code);
  return (int)code;
}

int main(int argc, char** argv) {
  WSADATA data;
  int status;
  if (argc != 5) {
    fprintf(stderr, "usage: prefork <address> <port> <children> <connections>\n");
    return 2;
  }
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return 1;
  status = strcmp(argv[1], "serve") == 0 ? serve(argv) : lead(argv);
  WSACleanup();
  return status;
}
