/* keepalive: holds an idle connection open, and tells when the other end is gone.
 *
 *     keepalive ADDRESS PORT TIME_MS INTERVAL_MS
 *
 * After TIME_MS of silence a probe leaves; unanswered, it is repeated every INTERVAL_MS, ten times in all. Then recv ends.
 *
 * On Windows:  cl keepalive.c ws2_32.lib    On Linux:  wsalive-cc keepalive.c -o keepalive -lws2_32
 */
#include <winsock2.h>

#include <mstcpip.h>
#include <ws2tcpip.h>

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char** argv) {
  WSADATA data;
  SOCKET s;
  struct sockaddr_in peer = {0};
  struct tcp_keepalive values;
  DWORD returned = 0;
  char text[512];
  int got;

  if (argc != 5) return fprintf(stderr, "usage: keepalive ADDRESS PORT TIME_MS INTERVAL_MS\n"), 2;
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return 1;
  peer.sin_family = AF_INET;
  peer.sin_port = htons((u_short)atoi(argv[2]));
  s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  if (inet_pton(AF_INET, argv[1], &peer.sin_addr) != 1 ||
      connect(s, (struct sockaddr*)&peer, sizeof peer) == SOCKET_ERROR)
    return fprintf(stderr, "connect: error %d\n", WSAGetLastError()), 1;

  values.onoff = 1;
  values.keepalivetime = strtoul(argv[3], NULL, 10);
  values.keepaliveinterval = strtoul(argv[4], NULL, 10);
  if (WSAIoctl(s, SIO_KEEPALIVE_VALS, &values, sizeof values, NULL, 0, &returned, NULL, NULL) ==
      SOCKET_ERROR)
    return fprintf(stderr, "SIO_KEEPALIVE_VALS: error %d\n", WSAGetLastError()), 1;

  printf("waiting\n");
  fflush(stdout);
  while ((got = recv(s, text, sizeof text, 0)) > 0) fwrite(text, 1, (size_t)got, stdout);
  if (got == 0)
    printf("the other end has closed the connection\n");
  else if (WSAGetLastError() == WSAENETRESET)
    printf("WSAENETRESET: the other end does not answer any more\n");
  else
    printf("recv: error %d\n", WSAGetLastError());
  closesocket(s);
  WSACleanup();
  return 0;
}
