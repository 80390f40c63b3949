/* simple: the same talk over TCP or UDP: a line goes to a server and comes back.
 *
 *     simple serve tcp|udp ADDRESS PORT COUNT    answers COUNT clients, port 0 takes a free one
 *     simple ask tcp|udp HOST PORT TEXT          prints what comes back, and where it came from
 *
 * "any" is every address of this machine, of IPv4 and of IPv6: a socket for each, and select for them all.
 *
 * An ordinary Winsock program, C and C++ alike. On Windows:  cl simple.c
 * On Linux:                                                  wsalive-cc simple.c -o simple
 */
#include <winsock2.h>

#include <ws2tcpip.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _MSC_VER
#pragma comment(lib, "ws2_32.lib")
#endif

#define ROOM 1024
#define TRIES 3
#define ANSWER_MS 3000

static int failed(const char* what, int error) {
  fprintf(stderr, "simple: %s: error %d\n", what, error);
  return 1;
}

static int find(const char* host, const char* port, int type, int flags, struct addrinfo** found) {
  struct addrinfo hints;
  int error;
  memset(&hints, 0, sizeof hints);
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = type;
  hints.ai_flags = flags;
  error = getaddrinfo(host, port, &hints, found);
  return error == 0 ? 0 : failed(host ? host : "any address", error);
}

static void print_name(const char* before, const struct sockaddr* name, int size,
                       const char* after) {
  char host[NI_MAXHOST], service[NI_MAXSERV];
  if (getnameinfo(name, size, host, sizeof host, service, sizeof service,
                  NI_NUMERICHOST | NI_NUMERICSERV) == 0)
    printf("%s%s port %s%s", before, host, service, after);
  fflush(stdout);
}

/* One socket for one address; the port that the first one got is asked for by the others. */
static SOCKET open_server(const struct addrinfo* at, u_short* port) {
  struct sockaddr_storage name;
  int size = sizeof name;
  SOCKET s = socket(at->ai_family, at->ai_socktype, at->ai_protocol);
  if (s == INVALID_SOCKET) return s;
  if (*port != 0) SS_PORT(at->ai_addr) = *port;
  if (bind(s, at->ai_addr, (int)at->ai_addrlen) == SOCKET_ERROR ||
      (at->ai_socktype == SOCK_STREAM && listen(s, SOMAXCONN) == SOCKET_ERROR) ||
      getsockname(s, (struct sockaddr*)&name, &size) == SOCKET_ERROR) {
    failed("a server's socket", WSAGetLastError());
    closesocket(s);
    return INVALID_SOCKET;
  }
  *port = SS_PORT(&name);
  print_name("listening on ", (struct sockaddr*)&name, size, "\n");
  return s;
}

/* A stream is sent back until its client ends it. */
static int answer_stream(SOCKET listener) {
  struct sockaddr_storage from;
  char line[ROOM];
  int size = sizeof from, got;
  SOCKET s = accept(listener, (struct sockaddr*)&from, &size);
  if (s == INVALID_SOCKET) return failed("accept", WSAGetLastError());
  print_name("serving ", (struct sockaddr*)&from, size, "\n");
  while ((got = recv(s, line, sizeof line, 0)) > 0) {
    if (send(s, line, got, 0) != got) break;
  }
  if (got != 0) failed("a client", WSAGetLastError());
  closesocket(s);
  return 0;
}

static int answer_message(SOCKET s) {
  struct sockaddr_storage from;
  char line[ROOM];
  int size = sizeof from;
  int got = recvfrom(s, line, sizeof line, 0, (struct sockaddr*)&from, &size);
  if (got == SOCKET_ERROR) return failed("recvfrom", WSAGetLastError());
  print_name("serving ", (struct sockaddr*)&from, size, "\n");
  if (sendto(s, line, got, 0, (struct sockaddr*)&from, size) == SOCKET_ERROR)
    return failed("sendto", WSAGetLastError());
  return 0;
}

static int serve(int type, const char* address, const char* service, int count) {
  struct addrinfo *found, *at;
  SOCKET servers[FD_SETSIZE];
  int open = 0, each, ready;
  u_short port = 0;
  if (find(address, service, type, AI_PASSIVE | AI_NUMERICHOST, &found) != 0) return 1;
  for (at = found; at && open < FD_SETSIZE; at = at->ai_next) {
    SOCKET s = open_server(at, &port);
    if (s != INVALID_SOCKET) servers[open++] = s;
  }
  freeaddrinfo(found);
  if (open == 0) return 1;
  while (count > 0) {
    fd_set waiting;
    FD_ZERO(&waiting);
    for (each = 0; each < open; ++each) FD_SET(servers[each], &waiting);
    ready = select(0, &waiting, NULL, NULL, NULL);
    if (ready == SOCKET_ERROR) return failed("select", WSAGetLastError());
    for (each = 0; each < open && count > 0; ++each) {
      if (!FD_ISSET(servers[each], &waiting)) continue;
      if ((type == SOCK_STREAM ? answer_stream : answer_message)(servers[each]) != 0) return 1;
      --count;
    }
  }
  for (each = 0; each < open; ++each) closesocket(servers[each]);
  return 0;
}

/* Receives as much as was sent; a message that was lost is sent again, as UDP's users must. */
static int exchange(SOCKET s, int type, const char* text, char* back) {
  int size = (int)strlen(text), have = 0, tries;
  DWORD wait = ANSWER_MS;
  if (setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (const char*)&wait, sizeof wait) == SOCKET_ERROR)
    return failed("SO_RCVTIMEO", WSAGetLastError());
  for (tries = 0; tries < (type == SOCK_STREAM ? 1 : TRIES) && have < size; ++tries) {
    if (send(s, text, size, 0) != size) return failed("send", WSAGetLastError());
    do {
      int got = recv(s, back + have, ROOM - 1 - have, 0);
      if (got == SOCKET_ERROR && type == SOCK_DGRAM && WSAGetLastError() == WSAETIMEDOUT) break;
      if (got == SOCKET_ERROR) return failed("recv", WSAGetLastError());
      if (got == 0) return failed("the server's end", 0);
      have += got;
    } while (have < size);
  }
  back[have] = 0;
  return have == size ? 0 : failed("no answer", WSAETIMEDOUT);
}

static int ask(int type, const char* host, const char* service, const char* text) {
  struct addrinfo *found, *at;
  struct sockaddr_storage name;
  int size = sizeof name, status;
  char back[ROOM];
  SOCKET s = INVALID_SOCKET;
  if (strlen(text) >= ROOM) return failed("a line that is too long", WSAEMSGSIZE);
  if (find(host, service, type, 0, &found) != 0) return 1;
  for (at = found; at; at = at->ai_next) {
    s = socket(at->ai_family, at->ai_socktype, at->ai_protocol);
    if (s != INVALID_SOCKET && connect(s, at->ai_addr, (int)at->ai_addrlen) == 0) break;
    status = WSAGetLastError();
    if (s != INVALID_SOCKET) closesocket(s);
    if (!at->ai_next) {
      freeaddrinfo(found);
      return failed("connect", status);
    }
  }
  freeaddrinfo(found);
  status = exchange(s, type, text, back);
  if (status == 0 && getpeername(s, (struct sockaddr*)&name, &size) == 0) {
    print_name("", (struct sockaddr*)&name, size, ": ");
    printf("%s\n", back);
  }
  closesocket(s);
  return status;
}

int main(int argc, char** argv) {
  WSADATA data;
  int type, status;
  if (argc != 6 || (strcmp(argv[2], "tcp") != 0 && strcmp(argv[2], "udp") != 0)) {
    fprintf(stderr,
            "usage: simple serve tcp|udp ADDRESS|any PORT COUNT\n"
            "       simple ask tcp|udp HOST PORT TEXT\n");
    return 2;
  }
  type = strcmp(argv[2], "tcp") == 0 ? SOCK_STREAM : SOCK_DGRAM;
  status = WSAStartup(MAKEWORD(2, 2), &data);
  if (status != 0) return failed("WSAStartup", status);
  if (strcmp(argv[1], "serve") == 0) {
    status = serve(type, strcmp(argv[3], "any") == 0 ? NULL : argv[3], argv[4], atoi(argv[5]));
  } else {
    status = ask(type, argv[3], argv[4], argv[5]);
  }
  WSACleanup();
  return status;
}
