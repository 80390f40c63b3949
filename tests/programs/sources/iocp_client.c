/* iocp_client: many connections to an echo server at once, all on one completion port.
 *
 *     iocp_client ADDRESS PORT CONNECTIONS MESSAGES
 *
 * Connections are made by ConnectEx, which sends the first message along; a few threads take what ends. It ends with
 * status 0 when every message has come back, unchanged.
 *
 * An ordinary Winsock program, C and C++ alike. On Windows:  cl iocp_client.c
 * On Linux:                                                  wsalive-cc iocp_client.c -o iocp_client
 */
#define PROGRAM "iocp_client"
#include "talking.h"

#define THREADS 2
#define MESSAGE 64
#define BATCH 16 /* Packets taken at once. */

enum Doing { CONNECTING, SENDING, RECEIVING };

typedef struct Connection {
  OVERLAPPED overlapped; /* First, so that a packet leads to the rest. */
  enum Doing doing;
  SOCKET socket;
  int number, round, have;
  char sent[MESSAGE], back[MESSAGE];
} Connection;

static struct sockaddr_storage server;
static int server_size;
static HANDLE port;
static LPFN_CONNECTEX connect_ex;
static int count, rounds;
static volatile LONG done, wrong;

static void finish(Connection* c, int bad) {
  closesocket(c->socket);
  if (bad) InterlockedIncrement(&wrong);
  if (InterlockedIncrement(&done) == count) PostQueuedCompletionStatus(port, 0, 0, NULL);
}

static void begin(Connection* c, enum Doing what) {
  memset(&c->overlapped, 0, sizeof c->overlapped);
  c->doing = what;
}

static void fill(Connection* c) {
  memset(c->sent, 'a' + (c->number + c->round) % 26, MESSAGE);
  c->have = 0;
}

static void start_send(Connection* c) {
  WSABUF buffer;
  fill(c);
  buffer.buf = c->sent;
  buffer.len = MESSAGE;
  begin(c, SENDING);
  if (WSASend(c->socket, &buffer, 1, NULL, 0, &c->overlapped, NULL) != 0 &&
      WSAGetLastError() != WSA_IO_PENDING)
    finish(c, 1);
}

static void start_receive(Connection* c) {
  WSABUF buffer;
  DWORD flags = 0;
  buffer.buf = c->back + c->have;
  buffer.len = (ULONG)(MESSAGE - c->have);
  begin(c, RECEIVING);
  if (WSARecv(c->socket, &buffer, 1, NULL, &flags, &c->overlapped, NULL) != 0 &&
      WSAGetLastError() != WSA_IO_PENDING)
    finish(c, 1);
}

static void when_connected(Connection* c) {
  DWORD on = 1;
  if (setsockopt(c->socket, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, NULL, 0) == SOCKET_ERROR ||
      setsockopt(c->socket, SOL_SOCKET, SO_KEEPALIVE, (const char*)&on, sizeof on) ==
          SOCKET_ERROR) {
    failed("setsockopt");
    finish(c, 1);
  } else {
    start_receive(c);
  }
}

static void when_received(Connection* c, DWORD bytes) {
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

static void go_on(Connection* c) {
  DWORD bytes = 0, flags = 0;
  if (!WSAGetOverlappedResult(c->socket, &c->overlapped, &bytes, FALSE, &flags)) {
    failed("a connection");
    finish(c, 1);
  } else if (c->doing == RECEIVING) {
    if (bytes == 0) {
      finish(c, 1);
    } else {
      when_received(c, bytes);
    }
  } else if (bytes != MESSAGE) {
    finish(c, 1);
  } else if (c->doing == CONNECTING) {
    when_connected(c);
  } else {
    start_receive(c);
  }
}

/* The packet without an OVERLAPPED says that all is done; each thread leaves it for the next one. */
static DWORD WINAPI work(LPVOID unused) {
  (void)unused;
  for (;;) {
    OVERLAPPED_ENTRY entries[BATCH];
    ULONG taken = 0, at;
    if (!GetQueuedCompletionStatusEx(port, entries, BATCH, &taken, INFINITE, FALSE))
      return (DWORD)failed("GetQueuedCompletionStatusEx");
    for (at = 0; at < taken; ++at) {
      if (!entries[at].lpOverlapped) {
        PostQueuedCompletionStatus(port, 0, 0, NULL);
        return 0;
      }
      go_on((Connection*)entries[at].lpOverlapped);
    }
  }
}

/* ConnectEx wants a bound socket. */
static int start_connect(Connection* c, int number) {
  struct sockaddr_storage any;
  memset(&any, 0, sizeof any);
  any.ss_family = server.ss_family;
  c->number = number;
  c->socket = WSASocketW(server.ss_family, SOCK_STREAM, IPPROTO_TCP, NULL, 0, WSA_FLAG_OVERLAPPED);
  if (c->socket == INVALID_SOCKET ||
      bind(c->socket, (struct sockaddr*)&any, server_size) == SOCKET_ERROR ||
      !CreateIoCompletionPort((HANDLE)c->socket, port, 0, 0))
    return failed("a socket");
  fill(c);
  begin(c, CONNECTING);
  if (!connect_ex(c->socket, (struct sockaddr*)&server, server_size, c->sent, MESSAGE, NULL,
                  &c->overlapped) &&
      WSAGetLastError() != ERROR_IO_PENDING)
    return failed("ConnectEx");
  return 0;
}

static int run(void) {
  Connection* all = (Connection*)calloc((size_t)count, sizeof *all);
  HANDLE threads[THREADS];
  int at;
  port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
  if (!all || !port) return failed("the port");
  for (at = 0; at < THREADS; ++at) threads[at] = CreateThread(NULL, 0, work, NULL, 0, NULL);
  for (at = 0; at < count; ++at) {
    if (start_connect(&all[at], at) != 0) return 1;
  }
  WaitForMultipleObjects(THREADS, threads, TRUE, INFINITE);
  for (at = 0; at < THREADS; ++at) CloseHandle(threads[at]);
  CloseHandle(port);
  free(all);
  printf("%ld connections, %ld failed\n", (long)done, (long)wrong);
  return wrong == 0 ? 0 : 1;
}

int main(int argc, char** argv) {
  WSADATA data;
  int status;
  if (argc != 5 || atoi(argv[3]) < 1) {
    fprintf(stderr, "usage: iocp_client ADDRESS PORT CONNECTIONS MESSAGES\n");
    return 2;
  }
  count = atoi(argv[3]);
  rounds = atoi(argv[4]);
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return failed("WSAStartup");
  status = find_server(argv[1], argv[2], &server, &server_size);
  if (status == 0) status = find_connect_ex(server.ss_family, &connect_ex);
  if (status == 0) status = run();
  WSACleanup();
  return status;
}
