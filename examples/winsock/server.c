/* server: answers every line with the same line, for many clients at once.
 *
 *     server ADDRESS PORT [CLIENTS]
 *
 * Port 0 takes any free port; the server prints "listening on ADDRESS port PORT". It ends after CLIENTS
 * connections have ended, or never. Keep-alive is switched on for every client, so that one whose cable
 * was pulled does not hold its place for ever.
 *
 * An ordinary Winsock program. On Windows:  cl server.c
 * On Linux:                                 wsalive-cc server.c -o server
 */
#include <winsock2.h>

#include <ws2tcpip.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _MSC_VER
#pragma comment(lib, "ws2_32.lib")
#endif

#define MOST_CLIENTS 60 /* One less than FD_SETSIZE leaves room for the listener. */

static SOCKET clients[MOST_CLIENTS];
static int client_count;
static int ended;

static int failed(const char* what) {
  fprintf(stderr, "server: %s: error %d\n", what, WSAGetLastError());
  return 1;
}

static SOCKET listen_on(const char* address, const char* port) {
  struct addrinfo hints, *found;
  SOCKET s;
  int error;

  memset(&hints, 0, sizeof hints);
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_protocol = IPPROTO_TCP;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST;
  error = getaddrinfo(address, port, &hints, &found);
  if (error != 0) {
    fprintf(stderr, "server: %s: error %d\n", address, error);
    return INVALID_SOCKET;
  }
  s = socket(found->ai_family, found->ai_socktype, found->ai_protocol);
  if (s != INVALID_SOCKET && (bind(s, found->ai_addr, (int)found->ai_addrlen) == SOCKET_ERROR ||
                              listen(s, SOMAXCONN) == SOCKET_ERROR)) {
    failed("bind and listen");
    closesocket(s);
    s = INVALID_SOCKET;
  }
  freeaddrinfo(found);
  return s;
}

static int announce(SOCKET listener) {
  struct sockaddr_storage name;
  char address[NI_MAXHOST], port[NI_MAXSERV];
  int length = sizeof name;

  if (getsockname(listener, (struct sockaddr*)&name, &length) == SOCKET_ERROR ||
      getnameinfo((struct sockaddr*)&name, length, address, sizeof address, port, sizeof port,
                  NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return failed("getsockname");
  printf("listening on %s port %s\n", address, port);
  fflush(stdout);
  return 0;
}

static void welcome(SOCKET listener) {
  DWORD on = TRUE;
  SOCKET s = accept(listener, NULL, NULL);

  if (s == INVALID_SOCKET) {
    failed("accept");
    return;
  }
  if (client_count == MOST_CLIENTS) {
    closesocket(s);
    return;
  }
  if (setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (const char*)&on, sizeof on) == SOCKET_ERROR)
    failed("setsockopt SO_KEEPALIVE");
  clients[client_count++] = s;
}

/* Returns what it has read to where it came from; 0 when the connection is over. */
static int echo(SOCKET s) {
  char text[512];
  int at, sent, got = recv(s, text, sizeof text, 0);

  if (got == SOCKET_ERROR) failed("recv");
  if (got <= 0) return 0;
  for (at = 0; at < got; at += sent) {
    sent = send(s, text + at, got - at, 0);
    if (sent == SOCKET_ERROR) {
      failed("send");
      return 0;
    }
  }
  return 1;
}

static void serve(fd_set* readable) {
  int i;

  for (i = client_count - 1; i >= 0; --i) {
    if (!FD_ISSET(clients[i], readable) || echo(clients[i])) continue;
    closesocket(clients[i]);
    clients[i] = clients[--client_count];
    ++ended;
  }
}

static int run(SOCKET listener, int limit) {
  fd_set readable;
  int i;

  while (limit == 0 || ended < limit) {
    FD_ZERO(&readable);
    FD_SET(listener, &readable);
    for (i = 0; i < client_count; ++i) FD_SET(clients[i], &readable);
    if (select(0, &readable, NULL, NULL, NULL) == SOCKET_ERROR) return failed("select");
    serve(&readable);
    if (FD_ISSET(listener, &readable)) welcome(listener);
  }
  return 0;
}

int main(int argc, char** argv) {
  WSADATA data;
  SOCKET listener;
  int result = 1;

  if (argc != 3 && argc != 4) {
    fprintf(stderr, "usage: server ADDRESS PORT [CLIENTS]\n");
    return 2;
  }
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return 1;
  listener = listen_on(argv[1], argv[2]);
  if (listener != INVALID_SOCKET) {
    if (announce(listener) == 0) result = run(listener, argc == 4 ? atoi(argv[3]) : 0);
    closesocket(listener);
  }
  WSACleanup();
  return result;
}
