/* overlapped_echo: sends back what comes, by overlapped operations whose ends set events.
 *
 *     overlapped_echo ADDRESS PORT [CLIENTS]
 *
 * Port 0 takes any free port; the server prints "listening on ADDRESS port PORT". It ends after CLIENTS
 * connections have ended, or never, and then prints how many octets it has sent back.
 *
 * Every client has one operation under way and one event. A wait takes 64 events, so each thread has up to 63
 * clients and one event that announces new ones; an operation belongs to the thread that started it.
 *
 * An ordinary Winsock program, C and C++ alike. On Windows:  cl overlapped_echo.c
 * On Linux:                                                  wsalive-cc overlapped_echo.c
 */
#define PROGRAM "overlapped_echo"
#include "talking.h"

#define PLACES (WSA_MAXIMUM_WAIT_EVENTS - 1)
#define ROOM 4096

enum Doing { RECEIVING, SENDING };

typedef struct Client {
  WSAOVERLAPPED overlapped;
  SOCKET socket;
  enum Doing doing;
  char room[ROOM];
} Client;

/* Event 0 says that `arrived` has grown; event n + 1 is that of clients[n]. */
typedef struct Group {
  struct Group* next;
  HANDLE thread;
  CRITICAL_SECTION lock; /* Of the next three. */
  int taken;             /* Places, arrived ones included. */
  int arrived_count;
  SOCKET arrived[PLACES];
  int count;
  WSAEVENT events[WSA_MAXIMUM_WAIT_EVENTS];
  Client* clients[PLACES];
} Group;

static Group* groups;
static volatile LONG ended;
static LONG most = -1;
static volatile LONG64 octets;
static WSAEVENT all_ended;
static volatile LONG stopping;

static void count_end(Group* group) {
  EnterCriticalSection(&group->lock);
  --group->taken;
  LeaveCriticalSection(&group->lock);
  if (InterlockedIncrement(&ended) == most) WSASetEvent(all_ended);
}

/* Returns 0 when the connection is over. What ends at once has set its event as well. */
static int start(Client* client, enum Doing what, DWORD bytes) {
  WSABUF buffer;
  DWORD flags = 0;
  int result;
  WSAEVENT event = client->overlapped.hEvent;
  memset(&client->overlapped, 0, sizeof client->overlapped);
  client->overlapped.hEvent = event;
  client->doing = what;
  buffer.buf = client->room;
  buffer.len = bytes;
  result = what == RECEIVING
               ? WSARecv(client->socket, &buffer, 1, NULL, &flags, &client->overlapped, NULL)
               : WSASend(client->socket, &buffer, 1, NULL, 0, &client->overlapped, NULL);
  return result == 0 || WSAGetLastError() == WSA_IO_PENDING;
}

static int go_on(Client* client) {
  DWORD bytes = 0, flags = 0;
  if (!WSAGetOverlappedResult(client->socket, &client->overlapped, &bytes, FALSE, &flags)) return 0;
  if (client->doing == SENDING) {
    InterlockedExchangeAdd64(&octets, bytes);
    return start(client, RECEIVING, ROOM);
  }
  return bytes != 0 && start(client, SENDING, bytes);
}

/* The last client takes the free place. */
static void remove_client(Group* group, int at) {
  int last = --group->count;
  closesocket(group->clients[at]->socket);
  WSACloseEvent(group->events[at + 1]);
  free(group->clients[at]);
  group->clients[at] = group->clients[last];
  group->events[at + 1] = group->events[last + 1];
  count_end(group);
}

static void add_client(Group* group, SOCKET s) {
  DWORD on = 1;
  Client* client = (Client*)calloc(1, sizeof *client);
  WSAEVENT event = WSACreateEvent();
  if (!client || event == WSA_INVALID_EVENT) {
    failed("a new client");
    closesocket(s);
    if (event != WSA_INVALID_EVENT) WSACloseEvent(event);
    free(client);
    count_end(group);
    return;
  }
  setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (const char*)&on, sizeof on);
  client->socket = s;
  client->overlapped.hEvent = event;
  group->clients[group->count] = client;
  group->events[++group->count] = event;
  if (!start(client, RECEIVING, ROOM)) remove_client(group, group->count - 1);
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

/* The wait names the first event that is set; all that are set are served, so that no client waits behind a busy one. */
static DWORD WINAPI serve_group(LPVOID argument) {
  Group* group = (Group*)argument;
  for (;;) {
    DWORD first =
        WSAWaitForMultipleEvents((DWORD)group->count + 1, group->events, FALSE, INFINITE, FALSE);
    int at;
    if (first == WSA_WAIT_FAILED) return (DWORD)failed("WSAWaitForMultipleEvents");
    if (stopping) return 0;
    if (first == WSA_WAIT_EVENT_0) take_arrived(group);
    for (at = group->count - 1; at >= 0; --at) {
      if (HasOverlappedIoCompleted(&group->clients[at]->overlapped) && !go_on(group->clients[at]))
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
  group->next = groups;
  groups = group;
  return group;
}

/* No thread may wait on an event any more when Winsock is cleaned up. */
static void end_groups(void) {
  Group* group;
  InterlockedExchange(&stopping, 1);
  for (group = groups; group; group = group->next) {
    WSASetEvent(group->events[0]);
    WaitForSingleObject(group->thread, INFINITE);
    CloseHandle(group->thread);
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

static int place(SOCKET s) {
  Group* group;
  for (group = groups; group; group = group->next) {
    if (give_to(group, s)) return 0;
  }
  group = start_group();
  if (group && give_to(group, s)) return 0;
  closesocket(s);
  return failed("no place for a client");
}

static int serve(SOCKET listener) {
  LONG accepted;
  for (accepted = 0; accepted != most; ++accepted) {
    SOCKET s = WSAAccept(listener, NULL, NULL, NULL, 0);
    if (s == INVALID_SOCKET) return failed("WSAAccept");
    if (place(s) != 0) return 1;
  }
  WSAWaitForMultipleEvents(1, &all_ended, FALSE, WSA_INFINITE, FALSE);
  printf("%ld connections, %lld octets\n", (long)ended, (long long)octets);
  return 0;
}

int main(int argc, char** argv) {
  WSADATA data;
  SOCKET listener;
  int status = 1;
  if (argc < 3) {
    fprintf(stderr, "usage: overlapped_echo ADDRESS PORT [CLIENTS]\n");
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
