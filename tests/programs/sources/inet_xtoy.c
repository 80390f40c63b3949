// Converts addresses between text and binary in all ways that Winsock has, and back.
//
//   inet_xtoy <address>...
//
// Prints what each way makes of each address; the exit status is 1 if one was understood by none.

#include <stdio.h>
#include <string.h>
#include <tchar.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#pragma comment(lib, "ws2_32.lib")

static int by_inet(const char* text) {
  int families[2] = {AF_INET, AF_INET6};
  int at, understood = 0;
  for (at = 0; at < 2; ++at) {
    unsigned char binary[sizeof(IN6_ADDR)];
    char again[INET6_ADDRSTRLEN];
    if (inet_pton(families[at], text, binary) != 1) continue;
    understood = 1;
    if (!inet_ntop(families[at], binary, again, sizeof(again))) return 0;
    printf("  inet_pton, inet_ntop: %s\n", again);
  }
  return understood;
}

static int by_wsa(const char* text) {
  int families[2] = {AF_INET, AF_INET6};
  char copy[128];
  int at, understood = 0;
  if (strcpy_s(copy, sizeof(copy), text) != 0) return 0;
  for (at = 0; at < 2; ++at) {
    SOCKADDR_STORAGE address;
    INT size = sizeof(address);
    char again[128];
    DWORD length = sizeof(again);
    if (WSAStringToAddressA(copy, families[at], NULL, (SOCKADDR*)&address, &size) != 0) continue;
    understood = 1;
    if (WSAAddressToStringA((SOCKADDR*)&address, (DWORD)size, NULL, again, &length) != 0) return 0;
    printf("  WSAStringToAddress, WSAAddressToString: %s\n", again);
  }
  return understood;
}

static int by_getaddrinfo(const char* text) {
  ADDRINFOA hints;
  ADDRINFOA* found = NULL;
  char host[NI_MAXHOST];
  memset(&hints, 0, sizeof(hints));
  hints.ai_flags = AI_NUMERICHOST;
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(text, NULL, &hints, &found) != 0) return 0;
  if (getnameinfo(found->ai_addr, (socklen_t)found->ai_addrlen, host, sizeof(host), NULL, 0,
                  NI_NUMERICHOST) == 0) {
    printf("  getaddrinfo, getnameinfo: %s\n", host);
  }
  freeaddrinfo(found);
  return 1;
}

int main(int argc, char** argv) {
  WSADATA data;
  int at, status = 0;
  if (argc < 2) {
    fprintf(stderr, "usage: inet_xtoy <address>...\n");
    return 2;
  }
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return 1;
  for (at = 1; at < argc; ++at) {
    int ways = 0;
    printf("%s\n", argv[at]);
    ways += by_inet(argv[at]);
    ways += by_wsa(argv[at]);
    ways += by_getaddrinfo(argv[at]);
    if (ways == 0) {
      printf("  no address\n");
      status = 1;
    }
  }
  WSACleanup();
  return status;
}
