/* Blocking calls wait alertably: a call that is queued to their thread runs while they wait, and they go on (K-136). */
#include <string.h>

#include "suite/conformance.h"

enum call { ACCEPT, WSAACCEPT, RECV, WSARECV, RECVFROM, SEND, WSASEND, SELECT, POLL };

/* All that a row's thread waits for. */
struct scene {
  int call;
  SOCKET listening;
  SOCKET datagrams;
  struct pair pair;
  int result;
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
    default:
      return by_poll(scene->pair.client);
  }
}

static DWORD WINAPI body(void* scene) {
  struct scene* const on = scene;
  on->result = make_call(on);
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
  on->result = -99;
  on->ran = CreateEvent(NULL, TRUE, FALSE, NULL);
}

static void queued(const struct row* row, struct outcome* seen) {
  struct scene on;
  HANDLE thread;
  prepare(&on, row->with.a);
  thread = spawn(body, &on);
  Sleep(50);
  ATTEMPT(seen, QueueUserAPC(run, thread, (ULONG_PTR)on.ran) != 0);
  effect(seen, WaitForSingleObject(on.ran, 5000) == WAIT_OBJECT_0 ? "it runs" : "it does not run");
  effect(seen, WaitForSingleObject(thread, 20) == WAIT_TIMEOUT ? "goes on" : "has ended");
  satisfy(&on);
  join(thread);
  effect(seen, "%d", on.result);
  CloseHandle(on.ran);
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
    {"accept",      "K-136", ALL, BOTH, queued, {ACCEPT, 0, 0},     1, KEPT, "it runs, goes on, 0"},
    {"wsaaccept",   "K-136", ALL, BOTH, queued, {WSAACCEPT, 0, 0},  1, KEPT, "it runs, goes on, 0"},
    {"recv",        "K-136", ALL, BOTH, queued, {RECV, 0, 0},       1, KEPT, "it runs, goes on, 0"},
    {"wsarecv",     "K-136", ALL, BOTH, queued, {WSARECV, 0, 0},    1, KEPT, "it runs, goes on, 0"},
    {"recvfrom",    "K-136", ALL, BOTH, queued, {RECVFROM, 0, 0},   1, KEPT, "it runs, goes on, 0"},
    {"send",        "K-136", ALL, BOTH, queued, {SEND, 0, 0},       1, KEPT, "it runs, goes on, 0"},
    {"wsasend",     "K-136", ALL, BOTH, queued, {WSASEND, 0, 0},    1, KEPT, "it runs, goes on, 0"},
    {"select",      "K-136", ALL, BOTH, queued, {SELECT, 0, 0},     1, KEPT, "it runs, goes on, 0"},
    {"poll",        "K-136", ALL, BOTH, queued, {POLL, 0, 0},       1, KEPT, "it runs, goes on, 0"},
    {"due_routine", "K-136", ALL, BOTH, due_routine, {0, 0, 0},     1, KEPT, "2 in it"},
    // clang-format on
};

RUN_TOPIC(EACH_ROW, kRows)
