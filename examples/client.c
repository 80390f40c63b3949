/* client: says one line to a server and prints its answer.
 *
 *     client HOST PORT TEXT
 *
 * On Windows:  cl client.c ws2_32.lib       On Linux:  wsalive-cc client.c -o client -lws2_32
 */
#include <winsock2.h>
#include <ws2tcpip.h>

#include <stdio.h>
#include <string.h>

/* Connects to the first of the host's addresses, IPv4 or IPv6, that answers. */
static SOCKET connect_to(const char* host, const char* port) {
  struct addrinfo hints = {0}, *found, *each;
  SOCKET s = INVALID_SOCKET;

  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(host, port, &hints, &found) != 0) return INVALID_SOCKET;
  for (each = found; each != NULL && s == INVALID_SOCKET; each = each->ai_next) {
    s = socket(each->ai_family, each->ai_socktype, each->ai_protocol);
    if (s != INVALID_SOCKET && connect(s, each->ai_addr, (int)each->ai_addrlen) == SOCKET_ERROR) {
      fprintf(stderr, "client: connect: error %d\n", WSAGetLastError());
      closesocket(s);
      s = INVALID_SOCKET;
    }
  }
  freeaddrinfo(found);
  return s;
}

int main(int argc, char** argv) {
  WSADATA data;
  SOCKET s;
  char answer[512];
  int got = SOCKET_ERROR;

  if (argc != 4) return fprintf(stderr, "usage: client HOST PORT TEXT\n"), 2;
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return 1;
  s = connect_to(argv[1], argv[2]);
  if (s != INVALID_SOCKET) {
    if (send(s, argv[3], (int)strlen(argv[3]), 0) != SOCKET_ERROR &&
        shutdown(s, SD_SEND) != SOCKET_ERROR)
      while ((got = recv(s, answer, sizeof answer, 0)) > 0) fwrite(answer, 1, (size_t)got, stdout);
    if (got == SOCKET_ERROR) fprintf(stderr, "client: error %d\n", WSAGetLastError());
    closesocket(s);
  }
  WSACleanup();
  return got == 0 ? 0 : 1;
}
