/* poll_client: many connections to an echo server at once, each of which sends and checks some messages, by WSAPoll.
 *
 *     poll_client ADDRESS PORT CONNECTIONS MESSAGES
 *
 * One thread and one array; connects, sends and receives are non-blocking. It ends with status 0 when every
 * message has come back, unchanged.
 *
 * An ordinary Winsock program, C and C++ alike. On Windows:  cl poll_client.c
 * On Linux:                                                  wsalive-cc poll_client.c -o poll_client
 */
#define PROGRAM "poll_client"
#include "talking.h"

#define MESSAGE 64
#define PATIENCE 30000 /* Milliseconds without any news after which the run has failed. */

typedef struct Connection {
  int connected, number, round, sent, have;
  char out[MESSAGE], back[MESSAGE];
} Connection;

static struct sockaddr_storage server;
static int server_size;
static int rounds;
static int done, wrong;

static void finish(WSAPOLLFD* item, int bad) {
  closesocket(item->fd);
  item->fd = INVALID_SOCKET;
  item->events = 0;
  wrong += bad;
  ++done;
}

static void next_message(Connection* c) {
  memset(c->out, 'a' + (c->number + c->round) % 26, MESSAGE);
  c->sent = c->have = 0;
}

static int start_connect(WSAPOLLFD* item, Connection* c) {
  u_long on = 1;
  DWORD keep_alive = 1;
  item->fd = socket(server.ss_family, SOCK_STREAM, IPPROTO_TCP);
  if (item->fd == INVALID_SOCKET) return failed("socket");
  if (ioctlsocket(item->fd, FIONBIO, &on) == SOCKET_ERROR ||
      setsockopt(item->fd, SOL_SOCKET, SO_KEEPALIVE, (const char*)&keep_alive, sizeof keep_alive) ==
          SOCKET_ERROR)
    return failed("socket options");
  if (connect(item->fd, (struct sockaddr*)&server, server_size) == SOCKET_ERROR &&
      WSAGetLastError() != WSAEWOULDBLOCK)
    return failed("connect");
  item->events = POLLWRNORM;
  next_message(c);
  return 0;
}

static int would_block(void) { return WSAGetLastError() == WSAEWOULDBLOCK; }

/* Returns 0 when the connection has failed. */
static int send_rest(Connection* c, SOCKET s) {
  while (c->sent < MESSAGE) {
    int moved = send(s, c->out + c->sent, MESSAGE - c->sent, 0);
    if (moved == SOCKET_ERROR) return would_block();
    c->sent += moved;
  }
  return 1;
}

static int receive_rest(Connection* c, SOCKET s) {
  while (c->have < MESSAGE) {
    int moved = recv(s, c->back + c->have, MESSAGE - c->have, 0);
    if (moved == SOCKET_ERROR) return would_block();
    if (moved == 0) return 0;
    c->have += moved;
  }
  return 1;
}

static void go_on(WSAPOLLFD* item, Connection* c) {
  if (item->revents & (POLLERR | POLLNVAL)) {
    finish(item, 1);
    return;
  }
  c->connected = 1;
  if (!send_rest(c, item->fd) || !receive_rest(c, item->fd)) {
    finish(item, 1);
    return;
  }
  if (c->have == MESSAGE) {
    if (memcmp(c->out, c->back, MESSAGE) != 0) {
      finish(item, 1);
      return;
    }
    if (++c->round == rounds) {
      finish(item, 0);
      return;
    }
    next_message(c);
    if (!send_rest(c, item->fd)) {
      finish(item, 1);
      return;
    }
  }
  item->events = c->sent < MESSAGE ? POLLRDNORM | POLLWRNORM : POLLRDNORM;
}

/* Takes ended connections out of the array, which WSAPoll would report as no sockets. */
static int compact(WSAPOLLFD* items, Connection** order, int count) {
  int at, kept = 0;
  for (at = 0; at < count; ++at) {
    if (items[at].fd == INVALID_SOCKET) continue;
    items[kept] = items[at];
    order[kept++] = order[at];
  }
  return kept;
}

static int run(int count) {
  WSAPOLLFD* items = (WSAPOLLFD*)calloc((size_t)count, sizeof *items);
  Connection* all = (Connection*)calloc((size_t)count, sizeof *all);
  Connection** order = (Connection**)calloc((size_t)count, sizeof *order);
  int at, open = count;
  if (!items || !all || !order) return 1;
  for (at = 0; at < count; ++at) {
    all[at].number = at;
    order[at] = &all[at];
    if (start_connect(&items[at], &all[at]) != 0) return 1;
  }
  while (open != 0) {
    int ready = WSAPoll(items, (ULONG)open, PATIENCE);
    if (ready == SOCKET_ERROR) return failed("WSAPoll");
    if (ready == 0) {
      fprintf(stderr, "poll_client: nothing came for %d ms\n", PATIENCE);
      return 1;
    }
    for (at = 0; at < open; ++at) {
      if (items[at].revents != 0) go_on(&items[at], order[at]);
    }
    open = compact(items, order, open);
  }
  free(order);
  free(all);
  free(items);
  printf("%d connections, %d failed\n", done, wrong);
  return wrong == 0 ? 0 : 1;
}

int main(int argc, char** argv) {
  WSADATA data;
  int status;
  if (argc != 5) {
    fprintf(stderr, "usage: poll_client ADDRESS PORT CONNECTIONS MESSAGES\n");
    return 2;
  }
  rounds = atoi(argv[4]);
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return failed("WSAStartup");
  status = find_server(argv[1], argv[2], &server, &server_size);
  if (status == 0) status = run(atoi(argv[3]));
  WSACleanup();
  return status;
}
