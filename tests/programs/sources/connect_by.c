/* connect_by: reaches a host by its name, or by the first of several addresses that answers.
 *
 *     connect_by [COUNT] name HOST SERVICE
 *     connect_by [COUNT] list PORT ADDRESS...
 *
 * SO_KEEPALIVE is set before the connection is asked for, and holds on it. Sends one line, prints the line that
 * comes back and which end answered. With a COUNT it makes so many connections, each of them so, and holds them all
 * while every one of them sends three lines and has them back, one after the other.
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
#define ROUNDS 3

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

/* How to reach the host: the words of the command line. */
typedef struct Way {
  const char* kind;
  int count;
  char** words;
} Way;

static SOCKET connect_one(const Way* way) {
  DWORD on = 1;
  int error;
  SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  if (s == INVALID_SOCKET) {
    failed("socket");
    return s;
  }
  setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (const char*)&on, sizeof on);
  error = strcmp(way->kind, "list") == 0 ? by_list(s, way->count, way->words)
                                         : by_name(s, way->words[0], way->words[1]);
  if (error == 0) return s;
  closesocket(s);
  return INVALID_SOCKET;
}

/* Each connection's line is its own, so that one that came to another would be seen. */
static int exchange(SOCKET s, int number, int round) {
  char line[64], back[64];
  int size = sprintf(line, "connection %d says %d\n", number, round);
  int have = 0;
  if (send(s, line, size, 0) != size) return failed("send");
  while (have < size) {
    int got = recv(s, back + have, size - have, 0);
    if (got <= 0) return failed("recv");
    have += got;
  }
  return memcmp(line, back, (size_t)size) == 0 ? 0 : failed("another line came back");
}

static int hold_many(const Way* way, int count) {
  SOCKET* all = (SOCKET*)malloc((size_t)count * sizeof *all);
  int at, made, round, wrong = 0;
  if (!all) return 1;
  for (made = 0; made < count; ++made) {
    all[made] = connect_one(way);
    if (all[made] == INVALID_SOCKET) break;
  }
  wrong = count - made;
  for (round = 0; round < ROUNDS && wrong == 0; ++round) {
    for (at = 0; at < made; ++at) wrong += exchange(all[at], at, round);
  }
  for (at = 0; at < made; ++at) closesocket(all[at]);
  free(all);
  printf("%d connections, %d failed\n", count, wrong);
  return wrong == 0 ? 0 : 1;
}

static int talk_to_one(const Way* way) {
  SOCKET s = connect_one(way);
  int status;
  if (s == INVALID_SOCKET) return 1;
  status = talk(s);
  closesocket(s);
  return status;
}

int main(int argc, char** argv) {
  WSADATA data;
  Way way;
  int many = argc > 1 ? atoi(argv[1]) : 0;
  int first = many > 0 ? 2 : 1;
  int status;
  if (argc < first + 3) {
    fprintf(stderr, "usage: connect_by [COUNT] name HOST SERVICE | list PORT ADDRESS...\n");
    return 2;
  }
  way.kind = argv[first];
  way.count = argc - first - 1;
  way.words = argv + first + 1;
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return failed("WSAStartup");
  status = many > 0 ? hold_many(&way, many) : talk_to_one(&way);
  WSACleanup();
  return status;
}
