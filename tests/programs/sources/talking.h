/* What the echo servers and the clients that load them have in common: how they say what failed, where a server listens, and how a
 * client finds it. A program defines PROGRAM, its name, and includes this once, before any other header. */
#ifndef TALKING_H
#define TALKING_H

#include <winsock2.h>

#include <ws2tcpip.h>

#include <mswsock.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _MSC_VER
#pragma comment(lib, "ws2_32.lib")
#endif

static inline int failed(const char* what) {
  fprintf(stderr, PROGRAM ": %s: error %d\n", what, WSAGetLastError());
  return 1;
}

/* The first TCP address of that name; NULL, and a complaint, where there is none. */
static inline struct addrinfo* find_address(const char* address, const char* service, int flags) {
  struct addrinfo hints, *found = NULL;
  int error;
  memset(&hints, 0, sizeof hints);
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  error = getaddrinfo(address, service, &hints, &found);
  if (error == 0) return found;
  fprintf(stderr, PROGRAM ": %s: error %d\n", address, error);
  return NULL;
}

static inline SOCKET listen_on(const char* address, const char* service) {
  struct addrinfo* const found = find_address(address, service, AI_PASSIVE | AI_NUMERICHOST);
  SOCKET s;
  int good;
  if (!found) return INVALID_SOCKET;
  s = WSASocketW(found->ai_family, SOCK_STREAM, IPPROTO_TCP, NULL, 0, WSA_FLAG_OVERLAPPED);
  good = s != INVALID_SOCKET && bind(s, found->ai_addr, (int)found->ai_addrlen) == 0 &&
         listen(s, SOMAXCONN) == 0;
  freeaddrinfo(found);
  if (good) return s;
  failed("listen");
  return INVALID_SOCKET;
}

/* "listening on ADDRESS port PORT", which a test waits for. */
static inline int announce(SOCKET listener, const char* address) {
  struct sockaddr_storage name;
  char service[NI_MAXSERV];
  int size = sizeof name;
  if (getsockname(listener, (struct sockaddr*)&name, &size) == SOCKET_ERROR ||
      getnameinfo((struct sockaddr*)&name, size, NULL, 0, service, sizeof service,
                  NI_NUMERICSERV) != 0)
    return failed("getsockname");
  printf("listening on %s port %s\n", address, service);
  fflush(stdout);
  return 0;
}

static inline int find_server(const char* address, const char* service,
                              struct sockaddr_storage* server, int* size) {
  struct addrinfo* const found = find_address(address, service, 0);
  if (!found) return 1;
  *size = (int)found->ai_addrlen;
  memcpy(server, found->ai_addr, found->ai_addrlen);
  freeaddrinfo(found);
  return 0;
}

static inline int find_connect_ex(int family, LPFN_CONNECTEX* connect_ex) {
  GUID id = WSAID_CONNECTEX;
  DWORD bytes;
  SOCKET s = socket(family, SOCK_STREAM, IPPROTO_TCP);
  const int error = WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, connect_ex,
                             sizeof *connect_ex, &bytes, NULL, NULL);
  closesocket(s);
  return error == 0 ? 0 : failed("ConnectEx's address");
}

#endif
