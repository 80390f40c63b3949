/* Sockets, threads and memory that rows of all topics need. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance.h"
#include "host.h"

/* What the world must give before a row can ask anything. */
static void need(int good, const char* step) {
  if (good) return;
  fprintf(stderr, "the world denies a row what it needs: %s: %s\n", step,
          error_name(WSAGetLastError()));
  exit(3);
}

static SOCKET made(int family, int type, int protocol) {
  const SOCKET s = socket(family, type, protocol);
  need(s != INVALID_SOCKET, "socket");
  return s;
}

SOCKET tcp(void) { return made(AF_INET, SOCK_STREAM, IPPROTO_TCP); }
SOCKET udp(void) { return made(AF_INET, SOCK_DGRAM, IPPROTO_UDP); }

struct sockaddr_in loopback(int port) {
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons((u_short)port);
  return address;
}

struct sockaddr_in name_of(SOCKET s) {
  struct sockaddr_in address;
  int size = sizeof address;
  need(getsockname(s, (struct sockaddr*)&address, &size) == 0, "getsockname");
  return address;
}

SOCKET bound_tcp(void) {
  const SOCKET s = tcp();
  const struct sockaddr_in any_port = loopback(0);
  need(bind(s, (const struct sockaddr*)&any_port, sizeof any_port) == 0, "bind");
  return s;
}

SOCKET bound_udp(void) {
  const SOCKET s = udp();
  const struct sockaddr_in any_port = loopback(0);
  need(bind(s, (const struct sockaddr*)&any_port, sizeof any_port) == 0, "bind");
  return s;
}

SOCKET listener(void) {
  const SOCKET s = bound_tcp();
  need(listen(s, 5) == 0, "listen");
  return s;
}

/* Of a number that is not given again soon: rows that run side by side take the lowest ones. */
SOCKET closed_socket(void) {
  enum { HIGHER = 64 };
  SOCKET many[HIGHER];
  int i;
  for (i = 0; i < HIGHER; ++i) many[i] = tcp();
  for (i = 0; i < HIGHER; ++i) need(closesocket(many[i]) == 0, "closesocket");
  return many[HIGHER - 1];
}

int connect_to(SOCKET s, const struct sockaddr_in* to) {
  return connect(s, (const struct sockaddr*)to, sizeof *to);
}

struct pair connected(void) {
  struct pair made_pair;
  const SOCKET from = listener();
  const struct sockaddr_in address = name_of(from);
  made_pair.client = tcp();
  need(connect_to(made_pair.client, &address) == 0, "connect");
  made_pair.server = accept(from, NULL, NULL);
  need(made_pair.server != INVALID_SOCKET, "accept");
  closesocket(from);
  return made_pair;
}

struct sockaddr_in refused_address(void) {
  const SOCKET s = bound_tcp(); /* Stays bound, so that no other program listens there. */
  return name_of(s);
}

void never_block(SOCKET s) {
  u_long on = 1;
  need(ioctlsocket(s, FIONBIO, &on) == 0, "FIONBIO");
}

const char* pending(SOCKET* s) {
  struct sockaddr_in deaf;
  const char* const denied = host_deaf_address(&deaf);
  if (denied) return denied;
  *s = tcp();
  never_block(*s);
  need(connect_to(*s, &deaf) == SOCKET_ERROR && WSAGetLastError() == WSAEWOULDBLOCK,
       "a request that is not answered");
  return NULL;
}

int wait_readable(SOCKET s, int milliseconds) {
  struct timeval wait;
  fd_set set;
  wait.tv_sec = milliseconds / 1000;
  wait.tv_usec = milliseconds % 1000 * 1000;
  FD_ZERO(&set);
  FD_SET(s, &set);
  return select(0, &set, NULL, NULL, &wait);
}

/* The handle of a file that is surely there. */
static SOCKET this_program(void) {
  char name[1024];
  HANDLE file = INVALID_HANDLE_VALUE;
  need(GetModuleFileNameA(NULL, name, sizeof name) != 0, "GetModuleFileName");
  file = CreateFileA(name, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
  need(file != INVALID_HANDLE_VALUE, "CreateFile");
  return (SOCKET)(ULONG_PTR)file;
}

SOCKET of_kind(int kind) {
  switch (kind) {
    case TCP4:
      return tcp();
    case TCP6:
      return made(AF_INET6, SOCK_STREAM, IPPROTO_TCP);
    case UDP4:
      return udp();
    case UDP6:
      return made(AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
    case BOUND:
      return bound_tcp();
    case LISTENING:
      return listener();
    case CONNECTED:
      return connected().client;
    case ACCEPTED:
      return connected().server;
    case CLOSED:
      return closed_socket();
    case EVENT_HANDLE:
      return (SOCKET)(ULONG_PTR)CreateEvent(NULL, TRUE, FALSE, NULL);
    case FILE_HANDLE:
      return this_program();
    case RAW:
      return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    case LOCAL:
      return socket(AF_UNIX, SOCK_STREAM, 0);
    default:
      return INVALID_SOCKET;
  }
}

int option_of(SOCKET s, int level, int name) {
  DWORD value = 0;
  int size = sizeof value;
  return getsockopt(s, level, name, (char*)&value, &size) == 0 ? (int)value : -1;
}

int set_option(SOCKET s, int level, int name, int value) {
  return setsockopt(s, level, name, (const char*)&value, sizeof value);
}

/* Under the observed rules one byte is written; the others are 0 by then. */
int keep_alive(SOCKET s) { return option_of(s, SOL_SOCKET, SO_KEEPALIVE); }
int set_keep_alive(SOCKET s, int on) { return set_option(s, SOL_SOCKET, SO_KEEPALIVE, on); }

int keep_alive_values(SOCKET s, u_long on, u_long time, u_long interval) {
  struct tcp_keepalive values;
  DWORD bytes = 0;
  values.onoff = on;
  values.keepalivetime = time;
  values.keepaliveinterval = interval;
  return WSAIoctl(s, SIO_KEEPALIVE_VALS, &values, sizeof values, NULL, 0, &bytes, NULL, NULL);
}

static char* pages(int count) {
  char* const first =
      VirtualAlloc(NULL, (SIZE_T)count * 4096, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
  need(first != NULL, "VirtualAlloc");
  return first;
}

char* before_the_end(size_t size) {
  char* const first = pages(2);
  DWORD old = 0;
  need(VirtualProtect(first + 4096, 4096, PAGE_NOACCESS, &old), "VirtualProtect");
  return first + 4096 - size;
}

char* before_read_only(size_t size) {
  char* const first = pages(2);
  DWORD old = 0;
  need(VirtualProtect(first + 4096, 4096, PAGE_READONLY, &old), "VirtualProtect");
  return first + 4096 - size;
}

char* read_only(int value) {
  char* const page = pages(1);
  DWORD old = 0;
  memcpy(page, &value, sizeof value);
  need(VirtualProtect(page, 4096, PAGE_READONLY, &old), "VirtualProtect");
  return page;
}

HANDLE spawn(LPTHREAD_START_ROUTINE body, void* argument) {
  const HANDLE thread = CreateThread(NULL, 0, body, argument, 0, NULL);
  need(thread != NULL, "CreateThread");
  return thread;
}

int join(HANDLE thread) {
  DWORD result = 0;
  need(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0, "WaitForSingleObject");
  GetExitCodeThread(thread, &result);
  CloseHandle(thread);
  return (int)result;
}
