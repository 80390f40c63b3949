/* server: sends back whatever a client says; a thread for each client, and keep-alive for all of them.
 *
 *     server ADDRESS PORT          ADDRESS is IPv4; port 0 takes a free port
 *
 * On Windows:  cl server.c ws2_32.lib       On Linux:  wsalive-cc server.c -o server -lws2_32
 */
#include <winsock2.h>
#include <ws2tcpip.h>

#include <process.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned __stdcall serve(void* argument) {
  SOCKET s = (SOCKET)argument;
  char text[512];
  int got;

  while ((got = recv(s, text, sizeof text, 0)) > 0)
    if (send(s, text, got, 0) == SOCKET_ERROR) break; /* A blocking socket takes all of it. */
  if (got == SOCKET_ERROR) fprintf(stderr, "server: recv: error %d\n", WSAGetLastError());
  closesocket(s);
  return 0;
}

int main(int argc, char** argv) {
  WSADATA data;
  SOCKET listener, s;
  struct sockaddr_in name = {0};
  int length = sizeof name;
  DWORD on = TRUE;
  HANDLE thread;

  if (argc != 3) return fprintf(stderr, "usage: server ADDRESS PORT\n"), 2;
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return 1;
  name.sin_family = AF_INET;
  name.sin_port = htons((u_short)atoi(argv[2]));
  listener = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  /* Accepted sockets inherit it: a client that vanishes is noticed two hours and ten seconds later, by Windows' defaults. */
  setsockopt(listener, SOL_SOCKET, SO_KEEPALIVE, (const char*)&on, sizeof on);
  if (inet_pton(AF_INET, argv[1], &name.sin_addr) != 1 ||
      bind(listener, (struct sockaddr*)&name, sizeof name) == SOCKET_ERROR ||
      listen(listener, SOMAXCONN) == SOCKET_ERROR ||
      getsockname(listener, (struct sockaddr*)&name, &length) == SOCKET_ERROR)
    return fprintf(stderr, "server: error %d\n", WSAGetLastError()), 1;
  printf("listening on %s port %d\n", argv[1], ntohs(name.sin_port));
  fflush(stdout);
  while ((s = accept(listener, NULL, NULL)) != INVALID_SOCKET) {
    thread = (HANDLE)_beginthreadex(NULL, 0, serve, (void*)s, 0, NULL);
    if (thread != NULL) CloseHandle(thread);
  }
  return fprintf(stderr, "server: accept: error %d\n", WSAGetLastError()), 1;
}
