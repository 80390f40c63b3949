/* WSAStartup counts and negotiates, WSACleanup closes, and what works without a start-up (K-20, K-100, K-107). */
#include <stdio.h>
#include <string.h>

#include "suite/conformance.h"

static int start(void) {
  WSADATA data;
  return WSAStartup(MAKEWORD(2, 2), &data);
}

/* {a, b}: the version asked for. */
static void negotiate(const struct row* row, struct outcome* seen) {
  WSADATA data;
  memset(&data, 0, sizeof data);
  seen->result = WSAStartup(MAKEWORD(row->with.a, row->with.b), &data);
  if (seen->result != 0) return;
  effect(seen, "%d.%d of %d.%d", LOBYTE(data.wVersion), HIBYTE(data.wVersion),
         LOBYTE(data.wHighVersion), HIBYTE(data.wHighVersion));
  WSACleanup();
}

static void bad_pointer(const struct row* row, struct outcome* seen) {
  seen->result = WSAStartup(MAKEWORD(2, 2), (WSADATA*)(void*)(row->with.a ? NOWHERE : NULL));
  effect_error(seen, "cleanup is", WSACleanup() == 0 ? 0 : WSAGetLastError());
}

/* a start-ups, b clean-ups, and then a socket. */
static void counts(const struct row* row, struct outcome* seen) {
  SOCKET s = INVALID_SOCKET;
  int i;
  for (i = 0; i < row->with.a; ++i) start();
  for (i = 0; i < row->with.b; ++i) WSACleanup();
  ATTEMPT(seen, (s = socket(AF_INET, SOCK_STREAM, 0)) == INVALID_SOCKET ? -1 : 0);
  for (i = row->with.b; i < row->with.a; ++i) WSACleanup();
}

static void cleanup_too_many(const struct row* row, struct outcome* seen) {
  (void)row;
  start();
  WSACleanup();
  ATTEMPT(seen, WSACleanup());
}

/* A socket from before WSACleanup is none after it (a: start again in between). */
static void closes_all(const struct row* row, struct outcome* seen) {
  SOCKET s = INVALID_SOCKET;
  start();
  s = tcp();
  WSACleanup();
  if (row->with.a) start();
  ATTEMPT(seen, set_keep_alive(s, 1));
  if (row->with.a) WSACleanup();
}

/* The peer of a socket that WSACleanup closed gets an end. */
static void peer_hears(const struct row* row, struct outcome* seen) {
  struct pair pair;
  (void)row;
  start();
  pair = connected();
  start();
  WSACleanup(); /* Not the last. */
  ATTEMPT(seen, send(pair.client, "x", 1, 0));
  WSACleanup();
}

/* Calls that need no start-up; by a. */
static void without(const struct row* row, struct outcome* seen) {
  DWORD value = 0;
  int size = sizeof value;
  switch (row->with.a) {
    case 0:
      WSASetLastError(1234);
      seen->result = WSAGetLastError();
      break;
    case 1:
      seen->result = inet_addr("127.0.0.1") == htonl(INADDR_LOOPBACK);
      break;
    case 2:
      seen->result = htons(0x1234) == 0x3412;
      break;
    case 3:
      ATTEMPT(seen, getsockopt(INVALID_SOCKET, SOL_SOCKET, SO_KEEPALIVE, (char*)&value, &size));
      break;
    case 4:
      ATTEMPT(seen, setsockopt(INVALID_SOCKET, SOL_SOCKET, SO_KEEPALIVE, (char*)&value, size));
      break;
    case 5:
      ATTEMPT(seen, closesocket(INVALID_SOCKET));
      break;
    case 6:
      ATTEMPT(seen, select(0, NULL, NULL, NULL, NULL));
      break;
    default:
      ATTEMPT(seen, WSACleanup());
      break;
  }
}

static void local_name(const struct row* row, struct outcome* seen) {
  const struct hostent* host;
  (void)row;
  start();
  host = gethostbyname("");
  seen->result = host != NULL;
  if (host) effect(seen, "%d bytes an address", host->h_length);
  if (host) effect(seen, host->h_addr_list[0] ? "an address" : "no address");
  WSACleanup();
}

/* The last error belongs to the thread. */
static DWORD WINAPI other_thread(LPVOID unused) {
  (void)unused;
  WSASetLastError(WSAEFAULT);
  return 0;
}
static void own_last_error(const struct row* row, struct outcome* seen) {
  (void)row;
  mark();
  join(spawn(other_thread, NULL));
  seen->error = WSAGetLastError();
}

/* Values are small numbers; INVALID_SOCKET is none of them (K-05). */
static void small_numbers(const struct row* row, struct outcome* seen) {
  SOCKET s = INVALID_SOCKET;
  (void)row;
  start();
  s = tcp();
  effect(seen, s != INVALID_SOCKET && s < 0x7fffffff ? "small" : "large");
  effect(seen, "SOCKET of %d bytes, pointers of %d", (int)sizeof s, (int)sizeof(void*));
  effect(seen, "u_long of %d", (int)sizeof(u_long));
  WSACleanup();
}

/* Numbers that programs are compiled with (K-01, K-03, K-04). */
static void numbers(const struct row* row, struct outcome* seen) {
  const int found[] = {SOL_SOCKET,
                       SO_KEEPALIVE,
                       (int)SIO_KEEPALIVE_VALS,
                       TCP_KEEPIDLE,
                       TCP_KEEPALIVE,
                       TCP_KEEPCNT,
                       TCP_KEEPINTVL,
                       TCP_MAXRT,
                       TCP_NODELAY,
                       AF_INET6,
                       (int)sizeof(struct tcp_keepalive)};
  seen->result = found[row->with.a];
}

static const struct row kRows[] = {
    // clang-format off
    {"sol_socket",            "K-01", ALL, BOTH, numbers, {0, 0, 0},      0xffff, ANY_ERROR, NULL},
    {"so_keepalive",          "K-01", ALL, BOTH, numbers, {1, 0, 0},      8, ANY_ERROR, NULL},
    {"sio_keepalive_vals",    "K-03", ALL, BOTH, numbers, {2, 0, 0},      (int)0x98000004, ANY_ERROR, NULL},
    {"tcp_keepidle",          "K-04", ALL, BOTH, numbers, {3, 0, 0},      3, ANY_ERROR, NULL},
    {"tcp_keepalive",         "K-04", ALL, BOTH, numbers, {4, 0, 0},      3, ANY_ERROR, NULL},
    {"tcp_keepcnt",           "K-04", ALL, BOTH, numbers, {5, 0, 0},      16, ANY_ERROR, NULL},
    {"tcp_keepintvl",         "K-04", ALL, BOTH, numbers, {6, 0, 0},      17, ANY_ERROR, NULL},
    {"tcp_maxrt",             "K-04", ALL, BOTH, numbers, {7, 0, 0},      5, ANY_ERROR, NULL},
    {"tcp_nodelay",           "K-04", ALL, BOTH, numbers, {8, 0, 0},      1, ANY_ERROR, NULL},
    {"af_inet6",              "K-05", ALL, BOTH, numbers, {9, 0, 0},      23, ANY_ERROR, NULL},
    {"tcp_keepalive_size",    "K-03", ALL, BOTH, numbers, {10, 0, 0},     12, ANY_ERROR, NULL},
    {"sockets_are_small",     "K-05", ALL, BOTH, small_numbers, {0, 0, 0}, 0, ANY_ERROR, "small, SOCKET of 8 bytes, pointers of 8, u_long of 4"},

    {"version_1_0",           "K-100", ALL, BOTH, negotiate, {1, 0, 0},   0, ANY_ERROR, "1.0 of 2.2"},
    {"version_1_1",           "K-100", ALL, BOTH, negotiate, {1, 1, 0},   0, ANY_ERROR, "1.1 of 2.2"},
    {"version_2_0",           "K-100", ALL, BOTH, negotiate, {2, 0, 0},   0, ANY_ERROR, "2.0 of 2.2"},
    {"version_2_1",           "K-100", ALL, BOTH, negotiate, {2, 1, 0},   0, ANY_ERROR, "2.1 of 2.2"},
    {"version_2_2",           "K-100", ALL, BOTH, negotiate, {2, 2, 0},   0, ANY_ERROR, "2.2 of 2.2"},
    {"version_2_3",           "K-100", ALL, BOTH, negotiate, {2, 3, 0},   0, ANY_ERROR, "2.2 of 2.2"},
    {"version_3_0",           "K-100", ALL, BOTH, negotiate, {3, 0, 0},   0, ANY_ERROR, "2.2 of 2.2"},
    {"version_0_9",           "K-100", ALL, BOTH, negotiate, {0, 9, 0},   WSAVERNOTSUPPORTED, ANY_ERROR, NULL},
    {"null_data",             "K-26", ALL, BOTH, bad_pointer, {0, 0, 0},  WSAEFAULT, ANY_ERROR, "cleanup is WSANOTINITIALISED"},
    {"bad_data",              "K-26", ALL, BOTH, bad_pointer, {1, 0, 0},  WSAEFAULT, ANY_ERROR, "cleanup is WSANOTINITIALISED"},

    {"one_start",             "K-100", ALL, BOTH, counts, {1, 0, 0},      0, ANY_ERROR, NULL},
    {"two_starts_one_end",    "K-100", ALL, BOTH, counts, {2, 1, 0},      0, ANY_ERROR, NULL},
    {"two_starts_two_ends",   "K-100", ALL, BOTH, counts, {2, 2, 0},      -1, WSANOTINITIALISED, NULL},
    {"one_cleanup_too_many",  "K-100", ALL, BOTH, cleanup_too_many, {0, 0, 0}, -1, WSANOTINITIALISED, NULL},
    {"cleanup_closes_sockets", "K-100", ALL, BOTH, closes_all, {1, 0, 0}, -1, WSAENOTSOCK, NULL},
    {"sockets_need_a_start",  "K-20", ALL, BOTH, closes_all, {0, 0, 0},   -1, WSANOTINITIALISED, NULL},
    {"not_the_last_cleanup",  "K-100", ALL, BOTH, peer_hears, {0, 0, 0},  1, ANY_ERROR, NULL},

    {"last_error_without",    "K-100", ALL, BOTH, without, {0, 0, 0},     1234, ANY_ERROR, NULL},
    {"inet_addr_without",     "K-100", ALL, BOTH, without, {1, 0, 0},     1, ANY_ERROR, NULL},
    {"htons_without",         "K-100", ALL, BOTH, without, {2, 0, 0},     1, ANY_ERROR, NULL},
    {"getsockopt_without",    "K-20", ALL, BOTH, without, {3, 0, 0},      -1, WSANOTINITIALISED, NULL},
    {"setsockopt_without",    "K-20", ALL, BOTH, without, {4, 0, 0},      -1, WSANOTINITIALISED, NULL},
    {"closesocket_without",   "K-20", ALL, BOTH, without, {5, 0, 0},      -1, WSANOTINITIALISED, NULL},
    {"select_without",        "K-20", ALL, BOTH, without, {6, 0, 0},      -1, WSANOTINITIALISED, NULL},
    {"cleanup_without",       "K-100", ALL, BOTH, without, {7, 0, 0},     -1, WSANOTINITIALISED, NULL},

    {"last_error_is_the_threads", "K-13", ALL, BOTH, own_last_error, {0, 0, 0}, 0, KEPT, NULL},
    {"empty_name",            "K-107", ALL, BOTH, local_name, {0, 0, 0},  1, ANY_ERROR, "4 bytes an address, an address"},
    // clang-format on
};

RUN_TOPIC(NOT_STARTED, kRows)
