/* accept_ways: a server that accepts its clients in one of the ways that Winsock has.
 *
 *     accept_ways blocking|select|event|condition ADDRESS PORT COUNT [REFUSED]
 *
 * Serves COUNT clients and ends; port 0 takes a free one. With "condition" a client from the address REFUSED is
 * turned away before the connection is the program's; it does not count.
 *
 * An ordinary Winsock program, C and C++ alike. On Windows:  cl accept_ways.c
 * On Linux:                                                  wsalive-cc accept_ways.c -o accept_ways
 */
#include <winsock2.h>

#include <ws2tcpip.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _MSC_VER
#pragma comment(lib, "ws2_32.lib")
#endif

typedef SOCKET (*Accept)(SOCKET listener);

static IN_ADDR refused_address;
static WSAEVENT came;

static int failed(const char* what) {
  fprintf(stderr, "accept_ways: %s: error %d\n", what, WSAGetLastError());
  return 1;
}

static SOCKET accept_blocking(SOCKET listener) {
  SOCKADDR_IN from;
  int size = sizeof from;
  return accept(listener, (SOCKADDR*)&from, &size);
}

/* The listener is non-blocking: a client that has gone again since select is no reason to wait. */
static SOCKET accept_by_select(SOCKET listener) {
  u_long on = 1;
  fd_set waiting;
  struct timeval limit = {30, 0};
  if (ioctlsocket(listener, FIONBIO, &on) == SOCKET_ERROR) return INVALID_SOCKET;
  for (;;) {
    SOCKET s;
    int ready;
    FD_ZERO(&waiting);
    FD_SET(listener, &waiting);
    ready = select(0, &waiting, NULL, NULL, &limit);
    if (ready == 0) WSASetLastError(WSAETIMEDOUT);
    if (ready <= 0) return INVALID_SOCKET;
    s = accept(listener, NULL, NULL);
    if (s != INVALID_SOCKET || WSAGetLastError() != WSAEWOULDBLOCK) return s;
  }
}

static SOCKET accept_by_event(SOCKET listener) {
  WSANETWORKEVENTS happened;
  SOCKET s = INVALID_SOCKET;
  if (!came) came = WSACreateEvent();
  if (WSAEventSelect(listener, came, FD_ACCEPT) == SOCKET_ERROR) return INVALID_SOCKET;
  while (s == INVALID_SOCKET) {
    if (WSAWaitForMultipleEvents(1, &came, FALSE, WSA_INFINITE, FALSE) != WSA_WAIT_EVENT_0 ||
        WSAEnumNetworkEvents(listener, came, &happened) == SOCKET_ERROR)
      return INVALID_SOCKET;
    if (!(happened.lNetworkEvents & FD_ACCEPT)) continue;
    WSASetLastError(happened.iErrorCode[FD_ACCEPT_BIT]);
    if (happened.iErrorCode[FD_ACCEPT_BIT] != 0) return INVALID_SOCKET;
    s = accept(listener, NULL, NULL);
    if (s == INVALID_SOCKET && WSAGetLastError() != WSAEWOULDBLOCK) return s;
  }
  WSAEventSelect(s, NULL, 0); /* The listener's selection came with it. */
  return s;
}

static int CALLBACK is_welcome(LPWSABUF caller, LPWSABUF caller_data, LPQOS wanted,
                               LPQOS group_wanted, LPWSABUF callee, LPWSABUF callee_data,
                               GROUP* group, DWORD_PTR context) {
  const SOCKADDR_IN* from = (const SOCKADDR_IN*)caller->buf;
  (void)caller_data, (void)wanted, (void)group_wanted, (void)callee, (void)callee_data;
  (void)group;
  if (from->sin_addr.s_addr != refused_address.s_addr) return CF_ACCEPT;
  ++*(int*)context;
  return CF_REJECT;
}

static SOCKET accept_on_condition(SOCKET listener) {
  for (;;) {
    int turned_away = 0;
    SOCKET s = WSAAccept(listener, NULL, NULL, is_welcome, (DWORD_PTR)&turned_away);
    if (s != INVALID_SOCKET || WSAGetLastError() != WSAECONNREFUSED) return s;
    printf("turned away: %d\n", turned_away);
    fflush(stdout);
  }
}

/* What a way leaves on an accepted socket (its mode) is put right, so that all are served alike. */
static int serve(SOCKET s, const char* way) {
  SOCKADDR_IN peer;
  char text[INET_ADDRSTRLEN], line[128];
  u_long off = 0;
  int size = sizeof peer;
  if (ioctlsocket(s, FIONBIO, &off) == SOCKET_ERROR) return failed("FIONBIO");
  if (getpeername(s, (SOCKADDR*)&peer, &size) == SOCKET_ERROR) return failed("getpeername");
  InetNtopA(AF_INET, &peer.sin_addr, text, sizeof text);
  sprintf(line, "%s accepted by %s\n", text, way);
  if (send(s, line, (int)strlen(line), 0) == SOCKET_ERROR) return failed("send");
  if (shutdown(s, SD_SEND) == SOCKET_ERROR) return failed("shutdown");
  while (recv(s, line, sizeof line, 0) > 0) {
  }
  return closesocket(s) == 0 ? 0 : failed("closesocket");
}

static SOCKET listen_on(const char* address, u_short port) {
  SOCKADDR_IN name;
  int size = sizeof name;
  SOCKET s = WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0, WSA_FLAG_OVERLAPPED);
  memset(&name, 0, sizeof name);
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  if (s == INVALID_SOCKET || InetPtonA(AF_INET, address, &name.sin_addr) != 1 ||
      bind(s, (SOCKADDR*)&name, sizeof name) == SOCKET_ERROR ||
      listen(s, SOMAXCONN) == SOCKET_ERROR ||
      getsockname(s, (SOCKADDR*)&name, &size) == SOCKET_ERROR)
    return INVALID_SOCKET;
  printf("listening on port %d\n", ntohs(name.sin_port));
  fflush(stdout);
  return s;
}

static Accept way_of(const char* name) {
  static const struct {
    const char* name;
    Accept accept_one;
  } ways[] = {{"blocking", accept_blocking},
              {"select", accept_by_select},
              {"event", accept_by_event},
              {"condition", accept_on_condition}};
  size_t at;
  for (at = 0; at < sizeof ways / sizeof ways[0]; ++at) {
    if (strcmp(name, ways[at].name) == 0) return ways[at].accept_one;
  }
  return NULL;
}

int main(int argc, char** argv) {
  WSADATA data;
  SOCKET listener;
  Accept accept_one = argc > 4 ? way_of(argv[1]) : NULL;
  int count, status = 0;
  if (!accept_one) {
    fprintf(stderr,
            "usage: accept_ways blocking|select|event|condition ADDRESS PORT COUNT [REFUSED]\n");
    return 2;
  }
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return failed("WSAStartup");
  if (argc > 5 && InetPtonA(AF_INET, argv[5], &refused_address) != 1) return failed(argv[5]);
  listener = listen_on(argv[2], (u_short)atoi(argv[3]));
  if (listener == INVALID_SOCKET) return failed("listen");
  for (count = atoi(argv[4]); count > 0 && status == 0; --count) {
    SOCKET s = accept_one(listener);
    status = s == INVALID_SOCKET ? failed("accept") : serve(s, argv[1]);
  }
  if (came) WSACloseEvent(came);
  closesocket(listener);
  WSACleanup();
  return status;
}
