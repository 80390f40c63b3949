/* connect_by: reaches a host by its name, or by the first of several addresses that answers.
 *
 *     connect_by name HOST SERVICE
 *     connect_by list PORT ADDRESS...
 *
 * SO_KEEPALIVE is set before the connection is asked for, and holds on it. Sends one line, prints the line that
 * comes back and which end answered.
 *
 * An ordinary Winsock program, C and C++ alike. On Windows:  cl connect_by.c
 * On Linux:                                                  wsalive-cc connect_by.c -o connect_by
 */
#include <winsock2.h>

#include <ws2tcpip.h>

#include <mswsock.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _MSC_VER
#pragma comment(lib, "ws2_32.lib")
#endif

#define MOST 16

static int failed(const char* what) {
  fprintf(stderr, "connect_by: %s: error %d\n", what, WSAGetLastError());
  return 1;
}

static int by_list(SOCKET s, int count, char** words) {
  struct sockaddr_in addresses[MOST];
  SOCKET_ADDRESS_LIST* list = (SOCKET_ADDRESS_LIST*)malloc(SIZEOF_SOCKET_ADDRESS_LIST(MOST));
  struct timeval limit = {10, 0};
  int at, good;
  if (!list) return 1;
  list->iAddressCount = 0;
  for (at = 1; at < count && at <= MOST; ++at) {
    struct sockaddr_in* address = &addresses[at - 1];
    memset(address, 0, sizeof *address);
    address->sin_family = AF_INET;
    address->sin_port = htons((u_short)atoi(words[0]));
    address->sin_addr.s_addr = inet_addr(words[at]);
    list->Address[at - 1].lpSockaddr = (LPSOCKADDR)address;
    list->Address[at - 1].iSockaddrLength = sizeof *address;
    ++list->iAddressCount;
  }
  good = WSAConnectByList(s, list, NULL, NULL, NULL, NULL, &limit, NULL);
  free(list);
  return good ? 0 : failed("WSAConnectByList");
}

static int by_name(SOCKET s, const char* host, const char* service) {
  struct timeval limit = {10, 0};
  return WSAConnectByNameA(s, host, service, NULL, NULL, NULL, NULL, &limit, NULL)
             ? 0
             : failed("WSAConnectByName");
}

static int talk(SOCKET s) {
  char line[64];
  char host[NI_MAXHOST];
  struct sockaddr_storage peer;
  int size = sizeof peer;
  int got;
  DWORD on = 0;
  int on_size = sizeof on;
  if (setsockopt(s, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, NULL, 0) == SOCKET_ERROR)
    return failed("SO_UPDATE_CONNECT_CONTEXT");
  if (getpeername(s, (struct sockaddr*)&peer, &size) == SOCKET_ERROR) return failed("getpeername");
  if (getnameinfo((struct sockaddr*)&peer, size, host, sizeof host, NULL, 0, NI_NUMERICHOST) != 0)
    return failed("getnameinfo");
  if (getsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (char*)&on, &on_size) == SOCKET_ERROR)
    return failed("SO_KEEPALIVE");
  if (send(s, "hello\n", 6, 0) != 6) return failed("send");
  got = recv(s, line, sizeof line - 1, 0);
  if (got <= 0) return failed("recv");
  line[got] = 0;
  printf("%s keep-alive %s: %s", host, on ? "on" : "off", line);
  return 0;
}

int main(int argc, char** argv) {
  WSADATA data;
  SOCKET s;
  DWORD on = 1;
  int status;
  if (argc < 4) {
    fprintf(stderr, "usage: connect_by name HOST SERVICE | list PORT ADDRESS...\n");
    return 2;
  }
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return failed("WSAStartup");
  s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (const char*)&on, sizeof on);
  status =
      strcmp(argv[1], "list") == 0 ? by_list(s, argc - 2, argv + 2) : by_name(s, argv[2], argv[3]);
  if (status == 0) status = talk(s);
  closesocket(s);
  WSACleanup();
  return status;
}
