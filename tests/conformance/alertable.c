/* Blocking calls wait alertably: a call that is queued to their thread runs while they wait, and they go on (K-136). */
#include <string.h>

#include "suite/conformance.h"
#include "suite/host.h"

enum call {
  ACCEPT,
  WSAACCEPT,
  RECV,
  WSARECV,
  RECVFROM,
  SEND,
  WSASEND,
  SELECT,
  POLL,
  CONNECT,
  BY_LIST
};

/* All that a row's thread waits for. */
struct scene {
  int call;
  SOCKET listening;
  SOCKET datagrams;
  struct pair pair;
  SOCKET client;
  struct sockaddr_in deaf;
  int result;
  int error;
  HANDLE ran;
};

static char much[16 * 1024 * 1024];

static int taken(SOCKET s) {
  if (s == INVALID_SOCKET) return -1;
  closesocket(s);
  return 0;
}

static int by_buffer(SOCKET s, int sends) {
  char octets[8];
  WSABUF buffer;
  DWORD bytes = 0;
  DWORD flags = 0;
  buffer.buf = sends ? much : octets;
  buffer.len = sends ? sizeof much : sizeof octets;
  if (sends) return WSASend(s, &buffer, 1, &bytes, 0, NULL, NULL);
  return WSARecv(s, &buffer, 1, &bytes, &flags, NULL, NULL);
}

static int by_select(SOCKET s) {
  fd_set set;
  FD_ZERO(&set);
  FD_SET(s, &set);
  return select(0, &set, NULL, NULL, NULL) == 1 ? 0 : -1;
}

static int by_poll(SOCKET s) {
  WSAPOLLFD item;
  memset(&item, 0, sizeof item);
  item.fd = s;
  item.events = POLLRDNORM;
  return WSAPoll(&item, 1, 10000) == 1 ? 0 : -1;
}

static int by_list(const struct scene* scene) {
  struct sockaddr_in to = scene->deaf;
  SOCKET_ADDRESS_LIST list;
  list.iAddressCount = 1;
  list.Address[0].lpSockaddr = (struct sockaddr*)&to;
  list.Address[0].iSockaddrLength = sizeof to;
  return WSAConnectByList(scene->client, &list, NULL, NULL, NULL, NULL, NULL, NULL) ? 0 : -1;
}

static int make_call(const struct scene* scene) {
  char octets[8];
  switch (scene->call) {
    case ACCEPT:
      return taken(accept(scene->listening, NULL, NULL));
    case WSAACCEPT:
      return taken(WSAAccept(scene->listening, NULL, NULL, NULL, 0));
    case RECV:
      return recv(scene->pair.client, octets, sizeof octets, 0) == 1 ? 0 : -1;
    case WSARECV:
      return by_buffer(scene->pair.client, 0);
    case RECVFROM:
      return recvfrom(scene->datagrams, octets, sizeof octets, 0, NULL, NULL) == 1 ? 0 : -1;
    case SEND:
      return send(scene->pair.client, much, sizeof much, 0) == (int)sizeof much ? 0 : -1;
    case WSASEND:
      return by_buffer(scene->pair.client, 1);
    case SELECT:
      return by_select(scene->pair.client);
    case CONNECT:
      return connect_to(scene->client, &scene->deaf);
    case BY_LIST:
      return by_list(scene);
    default:
      return by_poll(scene->pair.client);
  }
}

static DWORD WINAPI body(void* scene) {
  struct scene* const on = scene;
  on->result = make_call(on);
  on->error = on->result == 0 ? 0 : WSAGetLastError();
  return 0;
}

static void CALLBACK run(ULONG_PTR event) { SetEvent((HANDLE)event); }

/* What the call waits for comes now. */
static void satisfy(const struct scene* on) {
  struct sockaddr_in to;
  int got = 1;
  size_t all = 0;
  switch (on->call) {
    case ACCEPT:
    case WSAACCEPT:
      to = name_of(on->listening);
      connect_to(tcp(), &to);
      break;
    case RECVFROM:
      to = name_of(on->datagrams);
      sendto(bound_udp(), "m", 1, 0, (const struct sockaddr*)&to, sizeof to);
      break;
    case CONNECT:
    case BY_LIST:
      closesocket(on->client); /* Nobody answers. */
      break;
    case SEND:
    case WSASEND:
      while (got > 0 && all < sizeof much) {
        static char into[65536];
        got = recv(on->pair.server, into, sizeof into, 0);
        all += got > 0 ? (size_t)got : 0;
      }
      break;
    default:
      send(on->pair.server, "x", 1, 0);
  }
}

static void prepare(struct scene* on, int call) {
  memset(on, 0, sizeof *on);
  on->call = call;
  on->listening = listener();
  on->datagrams = bound_udp();
  on->pair = connected();
  on->client = tcp();
  on->result = -99;
  on->ran = CreateEvent(NULL, TRUE, FALSE, NULL);
}

/* Twice, as the call goes on. */
static void queued(const struct row* row, struct outcome* seen) {
  struct scene on;
  HANDLE thread;
  int round;
  prepare(&on, row->with.a);
  if (row->with.a >= CONNECT && skip(seen, host_deaf_address(&on.deaf))) return;
  thread = spawn(body, &on);
  for (round = 0; round < 2; ++round) {
    Sleep(50);
    ResetEvent(on.ran);
    ATTEMPT(seen, QueueUserAPC(run, thread, (ULONG_PTR)on.ran) != 0);
    if (WaitForSingleObject(on.ran, 5000) != WAIT_OBJECT_0) effect(seen, "it does not run");
  }
  effect(seen, WaitForSingleObject(thread, 20) == WAIT_TIMEOUT ? "goes on" : "has ended");
  satisfy(&on);
  join(thread);
  effect(seen, "%d", on.result);
  CloseHandle(on.ran);
}

static HANDLE this_thread(void) {
  HANDLE self = NULL;
  DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &self, 0, FALSE,
                  DUPLICATE_SAME_ACCESS);
  return self;
}

/* A call that need not wait runs none; the next alertable wait does. */
static void need_not_wait(const struct row* row, struct outcome* seen) {
  struct scene on;
  char octet;
  (void)row;
  prepare(&on, RECV);
  QueueUserAPC(run, this_thread(), (ULONG_PTR)on.ran);
  send(on.pair.server, "x", 1, 0);
  Sleep(50);
  effect(seen, "select %d", by_select(on.pair.client));
  effect(seen, "recv %d", (int)recv(on.pair.client, &octet, 1, 0));
  never_block(on.pair.client);
  ATTEMPT(seen, recv(on.pair.client, &octet, 1, 0));
  effect(seen, WaitForSingleObject(on.ran, 0) == WAIT_OBJECT_0 ? "it ran" : "not yet");
  SleepEx(0, TRUE);
  effect(seen, WaitForSingleObject(on.ran, 0) == WAIT_OBJECT_0 ? "now" : "never");
}

/* The time-out is the whole call's, however often it is interrupted. */
static void time_runs_through(const struct row* row, struct outcome* seen) {
  const DWORD begin = GetTickCount();
  struct scene on;
  HANDLE thread;
  (void)row;
  prepare(&on, RECV);
  set_option(on.pair.client, SOL_SOCKET, SO_RCVTIMEO, 300);
  thread = spawn(body, &on);
  while (WaitForSingleObject(thread, 10) == WAIT_TIMEOUT && GetTickCount() - begin < 5000) {
    QueueUserAPC(run, thread, (ULONG_PTR)on.ran);
  }
  if (GetTickCount() - begin >= 5000) closesocket(on.pair.client);
  join(thread);
  effect(seen, WaitForSingleObject(on.ran, 0) == WAIT_OBJECT_0 ? "it ran" : "it did not run");
  effect_error(seen, "recv", on.error);
}

/* Two threads in one accept: the one that is left hears what is queued to it. */
static void two_in_accept(const struct row* row, struct outcome* seen) {
  struct scene on;
  struct scene other;
  HANDLE threads[2];
  DWORD served;
  (void)row;
  prepare(&on, ACCEPT);
  other = on;
  threads[0] = spawn(body, &on);
  threads[1] = spawn(body, &other);
  Sleep(50);
  satisfy(&on);
  served = WaitForMultipleObjects(2, threads, FALSE, 5000) - WAIT_OBJECT_0;
  if (served > 1) {
    effect(seen, "nobody is served");
    closesocket(on.listening);
    return;
  }
  effect(seen, WaitForSingleObject(threads[1 - served], 50) == WAIT_TIMEOUT ? "one is served"
                                                                            : "two are");
  QueueUserAPC(run, threads[1 - served], (ULONG_PTR)on.ran);
  effect(seen, WaitForSingleObject(on.ran, 5000) == WAIT_OBJECT_0 ? "it runs" : "it does not run");
  satisfy(&on);
  join(threads[0]);
  join(threads[1]);
}

static void CALLBACK close_it(ULONG_PTR s) { closesocket((SOCKET)s); }

/* What is queued closes the socket that its thread waits on (K-109). */
static void closed_meanwhile(const struct row* row, struct outcome* seen) {
  struct scene on;
  HANDLE thread;
  (void)row;
  prepare(&on, RECV);
  thread = spawn(body, &on);
  Sleep(50);
  QueueUserAPC(close_it, thread, (ULONG_PTR)on.pair.client);
  join(thread);
  effect_error(seen, "recv", on.error);
}

static int routine_calls;
static void CALLBACK routine(DWORD error, DWORD bytes, LPWSAOVERLAPPED which, DWORD flags) {
  (void)error;
  (void)which;
  (void)flags;
  routine_calls += (int)bytes;
}

static DWORD WINAPI feed(void* pairs) {
  const struct pair* const both = pairs;
  Sleep(50);
  send(both[1].server, "ab", 2, 0);
  Sleep(200);
  send(both[0].server, "x", 1, 0);
  return 0;
}

static void due_routine(const struct row* row, struct outcome* seen) {
  static OVERLAPPED overlapped;
  static char octets[8];
  WSABUF buffer = {sizeof octets, octets};
  DWORD flags = 0;
  char octet;
  HANDLE thread;
  struct pair both[2];
  (void)row;
  both[0] = connected();
  both[1] = connected();
  routine_calls = 0;
  memset(&overlapped, 0, sizeof overlapped);
  WSARecv(both[1].client, &buffer, 1, NULL, &flags, &overlapped, routine);
  thread = spawn(feed, both);
  ATTEMPT(seen, recv(both[0].client, &octet, 1, 0));
  effect(seen, "%d in it", routine_calls);
  join(thread);
}

static const struct row kRows[] = {
    // clang-format off
    {"accept",      "K-136", ALL, BOTH, queued, {ACCEPT, 0, 0},     1, KEPT, "goes on, 0"},
    {"wsaaccept",   "K-136", ALL, BOTH, queued, {WSAACCEPT, 0, 0},  1, KEPT, "goes on, 0"},
    {"recv",        "K-136", ALL, BOTH, queued, {RECV, 0, 0},       1, KEPT, "goes on, 0"},
    {"wsarecv",     "K-136", ALL, BOTH, queued, {WSARECV, 0, 0},    1, KEPT, "goes on, 0"},
    {"recvfrom",    "K-136", ALL, BOTH, queued, {RECVFROM, 0, 0},   1, KEPT, "goes on, 0"},
    {"send",        "K-136", ALL, BOTH, queued, {SEND, 0, 0},       1, KEPT, "goes on, 0"},
    {"wsasend",     "K-136", ALL, BOTH, queued, {WSASEND, 0, 0},    1, KEPT, "goes on, 0"},
    {"select",      "K-136", ALL, BOTH, queued, {SELECT, 0, 0},     1, KEPT, "goes on, 0"},
    {"poll",        "K-136", ALL, BOTH, queued, {POLL, 0, 0},       1, KEPT, "goes on, 0"},
    {"connect",     "K-136", ALL, BOTH, queued, {CONNECT, 0, 0},    1, KEPT, "goes on, -1"},
    {"by_list",     "K-136", FROM(VISTA), BOTH, queued, {BY_LIST, 0, 0}, 1, KEPT, "goes on, -1"},
    {"need_not_wait", "K-136", ALL, BOTH, need_not_wait, {0, 0, 0}, -1, WSAEWOULDBLOCK, "select 0, recv 1, not yet, now"},
    {"time_runs_through", "K-136", ALL, BOTH, time_runs_through, {0, 0, 0}, 0, ANY_ERROR, "it ran, recv WSAETIMEDOUT"},
    {"two_in_accept", "K-136", ALL, BOTH, two_in_accept, {0, 0, 0},  0, ANY_ERROR, "one is served, it runs"},
    {"closed_meanwhile", "K-136", ALL, BOTH, closed_meanwhile, {0, 0, 0}, 0, ANY_ERROR, "recv WSAEINTR"},
    {"due_routine", "K-136", ALL, BOTH, due_routine, {0, 0, 0},     1, KEPT, "2 in it"},
    // clang-format on
};

RUN_TOPIC(EACH_ROW, kRows)
