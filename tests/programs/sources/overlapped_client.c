/* overlapped_client: many connections to an echo server at once, each of which sends and checks some messages.
 *
 *     overlapped_client ADDRESS PORT CONNECTIONS MESSAGES
 *
 * One thread; connections are made by ConnectEx, whose end and that of the sends come as completion routines of
 * an alertable wait. It ends with status 0 when every message has come back, unchanged.
 *
 * An ordinary Winsock program, C and C++ alike. On Windows:  cl overlapped_client.c
 * On Linux:                                                  wsalive-cc overlapped_client.c
 */
#define PROGRAM "overlapped_client"
#include "talking.h"

#define MESSAGE 64
#define AT_ONCE 60 /* Events that one wait takes, less some. */

typedef struct Connection {
  OVERLAPPED overlapped; /* First, so that a routine's pointer leads to the rest. */
  SOCKET socket;
  HANDLE connected; /* The event of ConnectEx. */
  int number, round, have;
  char sent[MESSAGE], back[MESSAGE];
} Connection;

static struct sockaddr_storage server;
static int server_size;
static int rounds;
static int done, wrong;
static LPFN_CONNECTEX connect_ex;

static void CALLBACK when_sent(DWORD error, DWORD bytes, LPWSAOVERLAPPED overlapped, DWORD flags);
static void CALLBACK when_received(DWORD error, DWORD bytes, LPWSAOVERLAPPED overlapped,
                                   DWORD flags);

static void finish(Connection* c, int bad) {
  closesocket(c->socket);
  c->socket = INVALID_SOCKET;
  wrong += bad;
  ++done;
}

static void start_send(Connection* c) {
  WSABUF buffer;
  memset(c->sent, 'a' + (c->number + c->round) % 26, MESSAGE);
  buffer.buf = c->sent;
  buffer.len = MESSAGE;
  c->have = 0;
  memset(&c->overlapped, 0, sizeof c->overlapped);
  if (WSASend(c->socket, &buffer, 1, NULL, 0, &c->overlapped, when_sent) != 0 &&
      WSAGetLastError() != WSA_IO_PENDING)
    finish(c, 1);
}

static void start_receive(Connection* c) {
  WSABUF buffer;
  DWORD flags = 0;
  buffer.buf = c->back + c->have;
  buffer.len = (ULONG)(MESSAGE - c->have);
  memset(&c->overlapped, 0, sizeof c->overlapped);
  if (WSARecv(c->socket, &buffer, 1, NULL, &flags, &c->overlapped, when_received) != 0 &&
      WSAGetLastError() != WSA_IO_PENDING)
    finish(c, 1);
}

static void CALLBACK when_sent(DWORD error, DWORD bytes, LPWSAOVERLAPPED overlapped, DWORD flags) {
  Connection* c = (Connection*)overlapped;
  (void)flags;
  if (error != 0 || bytes != MESSAGE) {
    finish(c, 1);
  } else {
    start_receive(c);
  }
}

static void CALLBACK when_received(DWORD error, DWORD bytes, LPWSAOVERLAPPED overlapped,
                                   DWORD flags) {
  Connection* c = (Connection*)overlapped;
  (void)flags;
  if (error != 0 || bytes == 0) {
    finish(c, 1);
    return;
  }
  c->have += (int)bytes;
  if (c->have < MESSAGE) {
    start_receive(c);
  } else if (memcmp(c->sent, c->back, MESSAGE) != 0) {
    finish(c, 1);
  } else if (++c->round == rounds) {
    finish(c, 0);
  } else {
    start_send(c);
  }
}

/* ConnectEx wants a bound socket. */
static int start_connect(Connection* c) {
  struct sockaddr_storage any;
  memset(&any, 0, sizeof any);
  any.ss_family = server.ss_family;
  c->socket = socket(server.ss_family, SOCK_STREAM, IPPROTO_TCP);
  c->connected = CreateEvent(NULL, TRUE, FALSE, NULL);
  if (c->socket == INVALID_SOCKET || !c->connected) return failed("socket");
  if (bind(c->socket, (struct sockaddr*)&any, server_size) == SOCKET_ERROR) return failed("bind");
  c->overlapped.hEvent = c->connected;
  if (!connect_ex(c->socket, (struct sockaddr*)&server, server_size, NULL, 0, NULL,
                  &c->overlapped) &&
      WSAGetLastError() != ERROR_IO_PENDING)
    return failed("ConnectEx");
  return 0;
}

static int end_connect(Connection* c) {
  DWORD bytes, flags;
  DWORD on = 1;
  while (WaitForSingleObjectEx(c->connected, INFINITE, TRUE) == WAIT_IO_COMPLETION) {
  }
  CloseHandle(c->connected);
  if (!WSAGetOverlappedResult(c->socket, &c->overlapped, &bytes, FALSE, &flags))
    return failed("connection");
  if (setsockopt(c->socket, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, NULL, 0) == SOCKET_ERROR ||
      setsockopt(c->socket, SOL_SOCKET, SO_KEEPALIVE, (const char*)&on, sizeof on) == SOCKET_ERROR)
    return failed("setsockopt");
  start_send(c);
  return 0;
}

static int run(int count) {
  Connection* all = (Connection*)calloc((size_t)count, sizeof *all);
  int first, at;
  if (!all) return 1;
  for (first = 0; first < count; first += AT_ONCE) {
    int end = first + AT_ONCE < count ? first + AT_ONCE : count;
    for (at = first; at < end; ++at) {
      all[at].number = at;
      if (start_connect(&all[at]) != 0) return 1;
    }
    for (at = first; at < end; ++at) {
      if (end_connect(&all[at]) != 0) return 1;
    }
  }
  while (done < count) SleepEx(INFINITE, TRUE);
  free(all);
  printf("%d connections, %d failed\n", done, wrong);
  return wrong == 0 ? 0 : 1;
}

int main(int argc, char** argv) {
  WSADATA data;
  int status;
  if (argc != 5) {
    fprintf(stderr, "usage: overlapped_client ADDRESS PORT CONNECTIONS MESSAGES\n");
    return 2;
  }
  rounds = atoi(argv[4]);
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return failed("WSAStartup");
  status = find_server(argv[1], argv[2], &server, &server_size);
  if (status == 0) status = find_connect_ex(server.ss_family, &connect_ex);
  if (status == 0) status = run(atoi(argv[3]));
  WSACleanup();
  return status;
}
