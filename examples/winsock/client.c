/* client: says one line to a server and prints its answer.
 *
 *     client HOST PORT TEXT
 *
 * An ordinary Winsock program. On Windows:  cl client.c
 * On Linux:                                 wsalive-cc client.c -o client
 */
#include <winsock2.h>

#include <ws2tcpip.h>

#include <stdio.h>
#include <string.h>

#ifdef _MSC_VER
#pragma comment(lib, "ws2_32.lib")
#endif

static int failed(const char* what, int error) {
  fprintf(stderr, "client: %s: error %d\n", what, error);
  return 1;
}

/* Connects to the first of the host's addresses, IPv4 or IPv6, that answers. */
static SOCKET connect_to(const char* host, const char* port) {
  struct addrinfo hints, *found, *next;
  SOCKET s = INVALID_SOCKET;
  int error;

  memset(&hints, 0, sizeof hints);
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_protocol = IPPROTO_TCP;
  error = getaddrinfo(host, port, &hints, &found);
  if (error != 0) {
    failed(host, error);
    return INVALID_SOCKET;
  }
  for (next = found; next != NULL; next = next->ai_next) {
    s = socket(next->ai_family, next->ai_socktype, next->ai_protocol);
    if (s == INVALID_SOCKET) continue;
    if (connect(s, next->ai_addr, (int)next->ai_addrlen) == 0) break;
    failed("connect", WSAGetLastError());
    closesocket(s);
    s = INVALID_SOCKET;
  }
  freeaddrinfo(found);
  return s;
}

static int send_all(SOCKET s, const char* text, int length) {
  int sent;

  for (; length > 0; text += sent, length -= sent) {
    sent = send(s, text, length, 0);
    if (sent == SOCKET_ERROR) return SOCKET_ERROR;
  }
  return 0;
}

/* Sends the text, ends its own direction, and prints all that comes back. */
static int talk(SOCKET s, const char* text) {
  char answer[512];
  int got;

  if (send_all(s, text, (int)strlen(text)) == SOCKET_ERROR || send_all(s, "\n", 1) == SOCKET_ERROR)
    return failed("send", WSAGetLastError());
  if (shutdown(s, SD_SEND) == SOCKET_ERROR) return failed("shutdown", WSAGetLastError());
  while ((got = recv(s, answer, sizeof answer, 0)) > 0) fwrite(answer, 1, (size_t)got, stdout);
  return got == 0 ? 0 : failed("recv", WSAGetLastError());
}

int main(int argc, char** argv) {
  WSADATA data;
  SOCKET s;
  int result = 1;

  if (argc != 4) {
    fprintf(stderr, "usage: client HOST PORT TEXT\n");
    return 2;
  }
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return 1;
  s = connect_to(argv[1], argv[2]);
  if (s != INVALID_SOCKET) {
    result = talk(s, argv[3]);
    closesocket(s);
  }
  WSACleanup();
  return result;
}
