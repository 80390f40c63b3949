/* A server that hands each connection to a process of its own, by CreateProcess and WSADuplicateSocket.

     sockdup PORT COUNT       serves COUNT connections, port 0 takes a free one

   Each child echoes what comes, and says its process number first. The structure goes to it through a file mapping;
   two events say that it is there, and that it has been used.                                                     */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <winsock2.h>

static int failed(const char* what) {
  fprintf(stderr, "%s: error %d\n", what, WSAGetLastError());
  return 1;
}

/* Names that parent and child make up alike: of the parent's process and the connection's number. */
struct names {
  char mapping[64];
  char ready[64];
  char taken[64];
};

static struct names names_of(unsigned parent, int number) {
  struct names names;
  sprintf(names.mapping, "sockdup-%u-%d-mapping", parent, number);
  sprintf(names.ready, "sockdup-%u-%d-ready", parent, number);
  sprintf(names.taken, "sockdup-%u-%d-taken", parent, number);
  return names;
}

static int echo(SOCKET s) {
  char line[1024];
  int got = sprintf(line, "process %u\n", (unsigned)GetCurrentProcessId());
  do {
    int sent = send(s, line, got, 0);
    if (sent == SOCKET_ERROR) return failed("send");
    got = recv(s, line, sizeof line, 0);
  } while (got > 0);
  return got == 0 ? 0 : failed("recv");
}

static int child(unsigned parent, int number) {
  struct names names = names_of(parent, number);
  HANDLE ready = OpenEventA(SYNCHRONIZE, FALSE, names.ready);
  HANDLE taken = OpenEventA(EVENT_MODIFY_STATE, FALSE, names.taken);
  HANDLE mapping = OpenFileMappingA(FILE_MAP_READ, FALSE, names.mapping);
  WSAPROTOCOL_INFOA* view;
  WSAPROTOCOL_INFOA info;
  SOCKET s;
  int status;
  if (!ready || !taken || !mapping) return failed("the parent's objects");
  if (WaitForSingleObject(ready, 10000) != WAIT_OBJECT_0) return failed("waiting for the socket");
  view = (WSAPROTOCOL_INFOA*)MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, sizeof *view);
  if (!view) return failed("MapViewOfFile");
  info = *view;
  UnmapViewOfFile(view);
  s = WSASocketA(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0,
                 WSA_FLAG_OVERLAPPED);
  if (s == INVALID_SOCKET) return failed("WSASocket");
  SetEvent(taken);
  status = echo(s);
  closesocket(s);
  return status;
}

static int hand_over(const char* program, SOCKET s, int number, HANDLE* process) {
  struct names names = names_of((unsigned)GetCurrentProcessId(), number);
  HANDLE ready = CreateEventA(NULL, FALSE, FALSE, names.ready);
  HANDLE taken = CreateEventA(NULL, FALSE, FALSE, names.taken);
  HANDLE mapping = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
                                      sizeof(WSAPROTOCOL_INFOA), names.mapping);
  WSAPROTOCOL_INFOA* view;
  char command[1024];
  STARTUPINFOA how;
  PROCESS_INFORMATION made;
  if (!ready || !taken || !mapping) return failed("objects for the child");
  view = (WSAPROTOCOL_INFOA*)MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, sizeof *view);
  if (!view) return failed("MapViewOfFile");
  memset(&how, 0, sizeof how);
  how.cb = sizeof how;
  snprintf(command, sizeof command, "\"%s\" child %u %d", program, (unsigned)GetCurrentProcessId(),
           number);
  if (!CreateProcessA(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &how, &made))
    return failed("CreateProcess");
  CloseHandle(made.hThread);
  *process = made.hProcess;
  if (WSADuplicateSocketA(s, made.dwProcessId, view) == SOCKET_ERROR)
    return failed("WSADuplicateSocket");
  closesocket(s); /* From here on the connection lives by the duplicate. */
  SetEvent(ready);
  if (WaitForSingleObject(taken, 10000) != WAIT_OBJECT_0) return failed("the child took nothing");
  UnmapViewOfFile(view);
  CloseHandle(mapping);
  CloseHandle(ready);
  CloseHandle(taken);
  return 0;
}

static int serve(const char* program, u_short port, int count) {
  SOCKET listener = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  struct sockaddr_in address;
  int size = sizeof address;
  int number;
  int status = 0;
  HANDLE children[MAXIMUM_WAIT_OBJECTS];
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, (struct sockaddr*)&address, size) == SOCKET_ERROR) return failed("bind");
  if (listen(listener, SOMAXCONN) == SOCKET_ERROR) return failed("listen");
  if (getsockname(listener, (struct sockaddr*)&address, &size) == SOCKET_ERROR)
    return failed("getsockname");
  printf("process %u listening on port %d\n", (unsigned)GetCurrentProcessId(),
         ntohs(address.sin_port));
  fflush(stdout);
  for (number = 0; number < count; ++number) {
    SOCKET s = accept(listener, NULL, NULL);
    if (s == INVALID_SOCKET) return failed("accept");
    if (hand_over(program, s, number, &children[number]) != 0) return 1;
  }
  closesocket(listener);
  WaitForMultipleObjects((DWORD)count, children, TRUE, INFINITE);
  for (number = 0; number < count; ++number) {
    DWORD code = 1;
    GetExitCodeProcess(children[number], &code);
    if (code != 0) status = 1;
    CloseHandle(children[number]);
  }
  printf("%d connections handed over\n", count);
  return status;
}

int main(int argc, char** argv) {
  WSADATA data;
  int status = 2;
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return failed("WSAStartup");
  if (argc == 4 && strcmp(argv[1], "child") == 0) {
    status = child((unsigned)strtoul(argv[2], NULL, 10), atoi(argv[3]));
  } else if (argc == 3 && atoi(argv[2]) > 0 && atoi(argv[2]) <= MAXIMUM_WAIT_OBJECTS) {
    status = serve(argv[0], (u_short)atoi(argv[1]), atoi(argv[2]));
  } else {
    fprintf(stderr, "usage: sockdup PORT COUNT\n");
  }
  WSACleanup();
  return status;
}
