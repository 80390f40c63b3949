/* A server and its client in one process whose files may have no more than so many octets (the argument): what lets a file or
 * memory of the library grow ends with a code or does its work, the process lives, and the connection carries on. Prints how
 * many calls it made and how many of them were refused. */
#include <winsock2.h>

#include <mstcpip.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <windows.h>

static int calls, refused;

static int count(int good) {
  const DWORD code = GetLastError();
  ++calls;
  if (good) return good;
  ++refused;
  if (code != ERROR_NOT_ENOUGH_MEMORY && code != ERROR_FILE_TOO_LARGE &&
      code != ERROR_COMMITMENT_LIMIT && code != WSAENOBUFS) {
    fprintf(stderr, "call %d failed with %u\n", calls, (unsigned)code);
    exit(3);
  }
  return good;
}

static void limit_files(rlim_t most) {
  struct rlimit limit;
  limit.rlim_cur = limit.rlim_max = most;
  if (signal(SIGXFSZ, SIG_DFL) == SIG_ERR || setrlimit(RLIMIT_FSIZE, &limit) != 0) exit(2);
}

static void use_files(const char* path) {
  static char text[4096];
  DWORD done;
  const HANDLE file = CreateFileA(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
  if (file == INVALID_HANDLE_VALUE) exit(2);
  count(WriteFile(file, text, sizeof text, &done, NULL));
  count(WriteFile(file, text, sizeof text, &done, NULL));
  SetFilePointer(file, 1 << 20, NULL, FILE_BEGIN);
  count(SetEndOfFile(file));
  CloseHandle(file);
  DeleteFileA(path);
}

static void use_memory(void) {
  char name[64], *view;
  HANDLE made;
  sprintf(name, "wsalive-file-limit-%u", (unsigned)GetCurrentProcessId());
  made = CreateEventA(NULL, TRUE, FALSE, name);
  if (count(made != NULL)) CloseHandle(made);
  made = CreateMutexA(NULL, TRUE, name);
  if (count(made != NULL)) CloseHandle(made);
  made = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 1 << 20, name);
  if (!count(made != NULL)) return;
  view = MapViewOfFile(made, FILE_MAP_WRITE, 0, 0, 0);
  if (count(view != NULL)) memset(view, 1, 1 << 20);
  CloseHandle(made);
}

static void use_child(void) {
  char line[] = "true";
  STARTUPINFOA info;
  PROCESS_INFORMATION child;
  memset(&info, 0, sizeof info);
  info.cb = sizeof info;
  if (!count(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &info, &child))) return;
  WaitForSingleObject(child.hProcess, INFINITE);
}

int main(int argc, char** argv) {
  struct tcp_keepalive driven = {1, 1500, 700};
  struct sockaddr_in address;
  WSAPROTOCOL_INFOA info;
  int size = sizeof address;
  SOCKET from, here, there;
  DWORD bytes;
  WSADATA data;
  char octet = 0;
  if (argc != 3 || WSAStartup(MAKEWORD(2, 2), &data) != 0) return 2;
  from = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  here = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(from, (struct sockaddr*)&address, size) != 0 || listen(from, 1) != 0) return 2;
  getsockname(from, (struct sockaddr*)&address, &size);
  if (connect(here, (struct sockaddr*)&address, size) != 0) return 2;
  there = accept(from, NULL, NULL);
  limit_files((rlim_t)atol(argv[1]));
  use_files(argv[2]);
  use_memory();
  use_child();
  count(WSADuplicateSocketA(here, GetCurrentProcessId(), &info) == 0);
  count(WSAIoctl(here, SIO_KEEPALIVE_VALS, &driven, sizeof driven, NULL, 0, &bytes, NULL, NULL) ==
        0);
  if (send(here, "x", 1, 0) != 1 || recv(there, &octet, 1, 0) != 1 || octet != 'x') return 4;
  printf("%d calls, %d refused, 1 connections\n", calls, refused);
  return 0;
}
