/* event_echo: sends back what comes, by network events: WSAEventSelect and WSAWaitForMultipleEvents.
 *
 *     event_echo ADDRESS PORT [CLIENTS]
 *
 * Port 0 takes any free port; the server prints "listening on ADDRESS port PORT". It ends after CLIENTS
 * connections have ended, or never, and then prints how many octets it has sent back.
 *
 * One wait takes 64 events, so each thread has a group of up to 63 clients and one event that announces
 * new ones. The main thread accepts and gives every client to the first group with a place; groups are started
 * as they are needed and stay.
 *
 * An ordinary Winsock program, C and C++ alike. On Windows:  cl event_echo.c
 * On Linux:                                                  wsalive-cc event_echo.c -o event_echo
 */
#define PROGRAM "event_echo"
#include "talking.h"

#define PLACES (WSA_MAXIMUM_WAIT_EVENTS - 1)
#define GROUPS 256
#define ROOM 4096

/* What came and is not yet sent back lies in room[begin..end). */
typedef struct Client {
  SOCKET socket;
  int begin, end;
  int peer_ended;
  char room[ROOM];
} Client;

/* Event 0 says that `arrived` has grown; event n + 1 is that of clients[n]. */
typedef struct Group {
  HANDLE thread;
  CRITICAL_SECTION lock; /* Of the next three. */
  int taken;             /* Places, arrived ones included. */
  int arrived_count;
  SOCKET arrived[PLACES];
  int count;
  WSAEVENT events[WSA_MAXIMUM_WAIT_EVENTS];
  Client* clients[PLACES];
} Group;

static Group* groups[GROUPS];
static int group_count;
static volatile LONG ended;
static volatile LONG stopping;
static LONG most = -1;
static volatile LONG64 octets;
static WSAEVENT all_ended;

static void count_end(void) {
  if (InterlockedIncrement(&ended) == most) WSASetEvent(all_ended);
}

/* The last client takes the free place. */
static void remove_client(Group* group, int at) {
  int last = group->count - 1;
  closesocket(group->clients[at]->socket);
  WSACloseEvent(group->events[at + 1]);
  free(group->clients[at]);
  group->clients[at] = group->clients[last];
  group->events[at + 1] = group->events[last + 1];
  group->count = last;
  EnterCriticalSection(&group->lock);
  --group->taken;
  LeaveCriticalSection(&group->lock);
  count_end();
}

static void add_client(Group* group, SOCKET s) {
  DWORD on = 1;
  Client* client = (Client*)calloc(1, sizeof *client);
  WSAEVENT event = WSACreateEvent();
  if (client && event != WSA_INVALID_EVENT &&
      setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (const char*)&on, sizeof on) == 0 &&
      WSAEventSelect(s, event, FD_READ | FD_WRITE | FD_CLOSE) == 0) {
    client->socket = s;
    group->clients[group->count] = client;
    group->events[++group->count] = event;
    return;
  }
  failed("a new client");
  closesocket(s);
  if (event != WSA_INVALID_EVENT) WSACloseEvent(event);
  free(client);
  EnterCriticalSection(&group->lock);
  --group->taken;
  LeaveCriticalSection(&group->lock);
  count_end();
}

static void take_arrived(Group* group) {
  SOCKET arrived[PLACES];
  int count, at;
  EnterCriticalSection(&group->lock);
  count = group->arrived_count;
  memcpy(arrived, group->arrived, (size_t)count * sizeof arrived[0]);
  group->arrived_count = 0;
  WSAResetEvent(group->events[0]);
  LeaveCriticalSection(&group->lock);
  for (at = 0; at < count; ++at) add_client(group, arrived[at]);
}

/* Sends and receives until either would block. Returns 0 when the connection is over. */
static int pump(Client* client) {
  for (;;) {
    int moved;
    while (client->begin < client->end) {
      moved = send(client->socket, client->room + client->begin, client->end - client->begin, 0);
      if (moved == SOCKET_ERROR) return WSAGetLastError() == WSAEWOULDBLOCK;
      client->begin += moved;
      InterlockedExchangeAdd64(&octets, moved);
    }
    client->begin = client->end = 0;
    moved = recv(client->socket, client->room, ROOM, 0);
    if (moved == SOCKET_ERROR) return WSAGetLastError() == WSAEWOULDBLOCK && !client->peer_ended;
    if (moved == 0) return 0;
    client->end = moved;
  }
}

/* One client's event. Returns 0 when it is over. */
static int go_on(Group* group, int at) {
  WSANETWORKEVENTS happened;
  Client* client = group->clients[at];
  if (WSAEnumNetworkEvents(client->socket, group->events[at + 1], &happened) != 0) return 0;
  if (happened.lNetworkEvents & FD_CLOSE) {
    if (happened.iErrorCode[FD_CLOSE_BIT] != 0) return 0; /* Reset, or found dead. */
    client->peer_ended = 1;
  }
  return pump(client);
}

/* The wait names the first event that is set; all that are set are served, so that no client waits behind a busy one. */
static DWORD WINAPI serve_group(LPVOID argument) {
  Group* group = (Group*)argument;
  for (;;) {
    int first = (int)WSAWaitForMultipleEvents((DWORD)group->count + 1, group->events, FALSE,
                                              WSA_INFINITE, FALSE);
    int at;
    if (first == (int)WSA_WAIT_FAILED) return (DWORD)failed("WSAWaitForMultipleEvents");
    if (stopping) return 0;
    if (first == WSA_WAIT_EVENT_0) take_arrived(group);
    for (at = group->count - 1; at >= 0; --at) {
      if (WSAWaitForMultipleEvents(1, &group->events[at + 1], FALSE, 0, FALSE) ==
              WSA_WAIT_EVENT_0 &&
          !go_on(group, at))
        remove_client(group, at);
    }
  }
}

static Group* start_group(void) {
  Group* group = (Group*)calloc(1, sizeof *group);
  if (!group) return NULL;
  InitializeCriticalSection(&group->lock);
  group->events[0] = WSACreateEvent();
  group->thread = CreateThread(NULL, 0, serve_group, group, 0, NULL);
  if (!group->thread) return NULL;
  groups[group_count++] = group;
  return group;
}

/* No thread may wait on an event any more when Winsock is cleaned up. */
static void end_groups(void) {
  int at;
  InterlockedExchange(&stopping, 1);
  for (at = 0; at < group_count; ++at) {
    WSASetEvent(groups[at]->events[0]);
    WaitForSingleObject(groups[at]->thread, INFINITE);
    CloseHandle(groups[at]->thread);
  }
}

static int give_to(Group* group, SOCKET s) {
  int placed;
  EnterCriticalSection(&group->lock);
  placed = group->taken < PLACES;
  if (placed) {
    ++group->taken;
    group->arrived[group->arrived_count++] = s;
    WSASetEvent(group->events[0]);
  }
  LeaveCriticalSection(&group->lock);
  return placed;
}

static void place(SOCKET s) {
  int at;
  WSAEventSelect(s, NULL, 0); /* The listener's selection came with it. */
  for (at = 0; at < group_count; ++at) {
    if (give_to(groups[at], s)) return;
  }
  if (group_count < GROUPS && start_group() && give_to(groups[group_count - 1], s)) return;
  fprintf(stderr, "event_echo: no place for a client\n");
  closesocket(s);
  count_end();
}

/* Accepts until all clients have ended. */
static int serve(SOCKET listener) {
  WSAEVENT events[2];
  events[0] = all_ended;
  events[1] = WSACreateEvent();
  if (WSAEventSelect(listener, events[1], FD_ACCEPT) != 0) return failed("WSAEventSelect");
  while (WSAWaitForMultipleEvents(2, events, FALSE, WSA_INFINITE, FALSE) == WSA_WAIT_EVENT_0 + 1) {
    WSANETWORKEVENTS happened;
    SOCKET s;
    if (WSAEnumNetworkEvents(listener, events[1], &happened) != 0)
      return failed("WSAEnumNetworkEvents");
    while ((s = accept(listener, NULL, NULL)) != INVALID_SOCKET) place(s);
    if (WSAGetLastError() != WSAEWOULDBLOCK) failed("accept");
  }
  WSACloseEvent(events[1]);
  printf("%ld connections, %lld octets\n", (long)ended, (long long)octets);
  return 0;
}

int main(int argc, char** argv) {
  WSADATA data;
  SOCKET listener;
  int status = 1;
  if (argc < 3) {
    fprintf(stderr, "usage: event_echo ADDRESS PORT [CLIENTS]\n");
    return 2;
  }
  if (argc > 3) most = atol(argv[3]);
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return failed("WSAStartup");
  all_ended = WSACreateEvent();
  listener = listen_on(argv[1], argv[2]);
  if (listener != INVALID_SOCKET && announce(listener, argv[1]) == 0) status = serve(listener);
  end_groups();
  WSACleanup();
  return status;
}
