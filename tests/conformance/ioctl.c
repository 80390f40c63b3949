/* SIO_KEEPALIVE_VALS by WSAIoctl: which structures and sockets are taken, the order of the checks, and
 * what is then in force. */
#include <string.h>

#include "suite/conformance.h"
#include "suite/host.h"

/* What is in force, if this world can say so. */
static void tell(SOCKET s, struct outcome* seen) {
  struct in_force now;
  if (skip(seen, host_in_force(s, &now))) return;
  effect(seen, "T %u I %u N %u", now.idle, now.interval, now.probes);
}

/* {a, b, c} = {onoff, time, interval} on a new socket. */
static void values(const struct row* row, struct outcome* seen) {
  const SOCKET s = tcp();
  struct tcp_keepalive in;
  DWORD bytes = 77;
  in.onoff = (u_long)row->with.a;
  in.keepalivetime = (u_long)row->with.b;
  in.keepaliveinterval = (u_long)row->with.c;
  ATTEMPT(seen, WSAIoctl(s, SIO_KEEPALIVE_VALS, &in, sizeof in, NULL, 0, &bytes, NULL, NULL));
  effect(seen, "reads %d", keep_alive(s));
  effect(seen, "%d bytes", (int)bytes);
}

static void in_force(const struct row* row, struct outcome* seen) {
  const SOCKET s = tcp();
  ATTEMPT(seen,
          keep_alive_values(s, (u_long)row->with.a, (u_long)row->with.b, (u_long)row->with.c));
  tell(s, seen);
}

/* The same behind {1, 5000, 500}. */
static void behind_others(const struct row* row, struct outcome* seen) {
  const SOCKET s = tcp();
  keep_alive_values(s, 1, 5000, 500);
  ATTEMPT(seen,
          keep_alive_values(s, (u_long)row->with.a, (u_long)row->with.b, (u_long)row->with.c));
  effect(seen, "reads %d", keep_alive(s));
  tell(s, seen);
}

/* Values survive off and on (K-56), and off by an ioctl of zeroes. */
static void off_and_on(const struct row* row, struct outcome* seen) {
  const SOCKET s = tcp();
  keep_alive_values(s, 1, 5000, 500);
  if (row->with.a) {
    keep_alive_values(s, 0, 0, 0);
  } else {
    set_keep_alive(s, 0);
  }
  ATTEMPT(seen, set_keep_alive(s, 1));
  effect(seen, "reads %d", keep_alive(s));
  tell(s, seen);
}

/* a: enum kind. */
static void on_kind(const struct row* row, struct outcome* seen) {
  const SOCKET s = of_kind(row->with.a);
  if (skip(seen, s == INVALID_SOCKET ? "there are no such sockets" : NULL)) return;
  ATTEMPT(seen, keep_alive_values(s, 1, 1000, 1000));
  effect(seen, "reads %d", keep_alive(s));
}

/* a: length of the input, of which only so much exists; b: an output buffer is given. */
static void length(const struct row* row, struct outcome* seen) {
  const SOCKET s = tcp();
  const struct tcp_keepalive in = {1, 1000, 1000};
  char* const buffer = before_the_end((size_t)row->with.a);
  char out[16] = "untouched";
  DWORD bytes = 77;
  memcpy(buffer, &in, row->with.a < 12 ? (size_t)row->with.a : sizeof in);
  ATTEMPT(seen,
          WSAIoctl(s, SIO_KEEPALIVE_VALS, buffer, (DWORD)row->with.a, row->with.b ? out : NULL,
                   row->with.b ? sizeof out : 0, &bytes, NULL, NULL));
  effect(seen, "reads %d, %d bytes", keep_alive(s), (int)bytes);
  if (row->with.b) effect(seen, "output %s", out);
}

enum fault {
  IN_NULL,
  IN_NOWHERE,
  IN_UNMAPPED,
  IN_SHORT,
  COUNT_NULL,
  COUNT_NOWHERE,
  COUNT_UNMAPPED,
  COUNT_SHORT,
  COUNT_READ_ONLY,
  NO_CODE
};
/* a: enum kind, b: a bit for each fault. */
static void faults(const struct row* row, struct outcome* seen) {
  const int bits = row->with.b;
  const SOCKET s = of_kind(row->with.a);
  struct tcp_keepalive in = {1, 1000, 1000};
  DWORD bytes = 77;
  void* input = &in;
  DWORD* count = &bytes;
  const DWORD code = bits & 1 << NO_CODE ? _WSAIOW(IOC_VENDOR, 999) : SIO_KEEPALIVE_VALS;
  if (bits & 1 << IN_NULL) input = NULL;
  if (bits & 1 << IN_NOWHERE) input = NOWHERE;
  if (bits & 1 << IN_UNMAPPED) input = before_the_end(0);
  if (bits & 1 << IN_SHORT) input = before_the_end(sizeof in - 1);
  if (bits & 1 << COUNT_NULL) count = NULL;
  if (bits & 1 << COUNT_NOWHERE) count = (DWORD*)(void*)NOWHERE;
  if (bits & 1 << COUNT_UNMAPPED) count = (DWORD*)(void*)before_the_end(0);
  if (bits & 1 << COUNT_SHORT) count = (DWORD*)(void*)before_the_end(2);
  if (bits & 1 << COUNT_READ_ONLY) count = (DWORD*)(void*)read_only(0);
  ATTEMPT(seen, WSAIoctl(s, code, input, sizeof in, NULL, 0, count, NULL, NULL));
  if (row->with.a == TCP4) effect(seen, "reads %d", keep_alive(s));
  if (count == &bytes) effect(seen, "%d bytes", (int)bytes);
}

/* *lpcbBytesReturned of a refused call. */
static void count_of_refused(const struct row* row, struct outcome* seen) {
  const SOCKET s = tcp();
  DWORD bytes = 77;
  (void)row;
  ATTEMPT(seen, WSAIoctl(s, SIO_KEEPALIVE_VALS, NULL, 0, NULL, 0, &bytes, NULL, NULL));
  effect(seen, "%d bytes", (int)bytes);
}

static void not_started(const struct row* row, struct outcome* seen) {
  const SOCKET s = tcp();
  (void)row;
  WSACleanup();
  ATTEMPT(seen, WSAIoctl(s, 1, NULL, 0, NULL, 0, NULL, NULL, NULL));
}

static void unknown_function(const struct row* row, struct outcome* seen) {
  GUID id = {1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}};
  const GUID connect_ex = WSAID_CONNECTEX;
  void* function = NULL;
  DWORD bytes = 0;
  if (row->with.a) id = connect_ex;
  ATTEMPT(seen, WSAIoctl(tcp(), SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &function,
                         sizeof function, &bytes, NULL, NULL));
  effect(seen, function ? "a pointer" : "no pointer");
}

/* A connected socket: the next probe stands T behind the last segment (K-50), and the end T + N x I (K-52). */
static void instants(const struct row* row, struct outcome* seen) {
  const struct pair pair = connected();
  struct in_force now;
  ATTEMPT(seen, keep_alive_values(pair.client, 1, (u_long)row->with.b, (u_long)row->with.c));
  if (skip(seen, host_in_force(pair.client, &now))) return;
  effect(seen, "probe in %s",
         now.next_probe_in > row->with.b - 3000 && now.next_probe_in <= row->with.b + 200
             ? "T"
             : "another time");
  effect(seen, "end in %s",
         now.give_up_in > row->with.b + 10.0 * row->with.c - 3000 &&
                 now.give_up_in <= row->with.b + 10.0 * row->with.c + 200
             ? "T + 10 x I"
             : "another time");
}

/* The silence counts from the last segment: after 400 ms of it a T of 200 sends the first probe at once, so that the
 * next one is an I away. */
static void shortened(const struct row* row, struct outcome* seen) {
  struct in_force now;
  SOCKET s = INVALID_SOCKET;
  (void)row;
  if (skip(seen, host_dead_peer(&s))) return;
  Sleep(400);
  ATTEMPT(seen, keep_alive_values(s, 1, 200, 60000));
  Sleep(60);
  if (skip(seen, host_in_force(s, &now))) return;
  effect(seen, now.next_probe_in > 50000 ? "the first is out" : "the first is to come");
}

/* A longer T moves the next instant. */
static void lengthened(const struct row* row, struct outcome* seen) {
  const struct pair pair = connected();
  struct in_force now;
  (void)row;
  keep_alive_values(pair.client, 1, 60000, 1000);
  ATTEMPT(seen, keep_alive_values(pair.client, 1, 90500, 1000));
  if (skip(seen, host_in_force(pair.client, &now))) return;
  effect(seen, now.next_probe_in > 87000 && now.next_probe_in <= 90700 ? "later" : "not moved");
}

/* Sent data that is not acknowledged holds the probes back (K-58). */
static void data_outstanding(const struct row* row, struct outcome* seen) {
  struct in_force now;
  SOCKET s = INVALID_SOCKET;
  (void)row;
  if (skip(seen, host_dead_peer(&s))) return;
  keep_alive_values(s, 1, 60000, 1000);
  ATTEMPT(seen, send(s, "unheard", 7, 0));
  if (skip(seen, host_in_force(s, &now))) return;
  effect(seen, now.next_probe_in < 0 ? "no probe" : "a probe");
}

static const struct row kRows[] = {
    // clang-format off
    {"on",                     "K-60", ALL, BOTH, values, {1, 1000, 1000},           0, BY_K14, "reads 1, 0 bytes"},
    {"any_nonzero_is_on",      "K-60", ALL, BOTH, values, {0x100, 1000, 1000},       0, BY_K14, "reads 1, 0 bytes"},
    {"on_in_force",            "K-60", FROM(VISTA), BOTH, in_force, {1, 1500, 300},  0, BY_K14, "T 1500 I 300 N 10"},
    {"on_in_force",            "K-60", BEFORE(VISTA), BOTH, in_force, {1, 1500, 300}, 0, BY_K14, "T 1500 I 300 N 5"},
    {"longest",                "K-57", FROM(VISTA), BOTH, in_force, {1, -1, -1},     0, BY_K14, "T 4294967295 I 4294967295 N 10"},
    {"shortest",               "K-57", FROM(VISTA), BOTH, in_force, {1, 1, 1},       0, BY_K14, "T 1 I 1 N 10"},
    {"off",                    "K-61", ALL, BOTH, values, {0, 1000, 1000},           0, BY_K14, "reads 0, 0 bytes"},
    {"off_stores_no_times",    "K-61", FROM(VISTA), BOTH, in_force, {0, 1500, 300},  0, BY_K14, "T 7200000 I 1000 N 10"},
    {"off_keeps_earlier_times", "K-61", FROM(VISTA), BOTH, behind_others, {0, 1500, 300}, 0, BY_K14, "reads 0, T 5000 I 500 N 10"},
    {"values_survive_off_and_on", "K-56", FROM(VISTA), BOTH, off_and_on, {0, 0, 0},  0, BY_K14, "reads 1, T 5000 I 500 N 10"},
    {"values_survive_zeroes",  "K-56", FROM(VISTA), BOTH, off_and_on, {1, 0, 0},     0, BY_K14, "reads 1, T 5000 I 500 N 10"},
    {"zero_times",             "K-62", ALL, BOTH, values, {1, 0, 0},                 0, BY_K14, "reads 1, 0 bytes"},
    {"zero_interval",          "K-62", ALL, BOTH, values, {1, 1000, 0},              0, BY_K14, "reads 1, 0 bytes"},
    {"zero_idle",              "K-62", ALL, BOTH, values, {1, 0, 1000},              0, BY_K14, "reads 1, 0 bytes"},
    {"zero_idle_takes_away",   "K-62", FROM(VISTA), BOTH, behind_others, {1, 0, 2000}, 0, BY_K14, "reads 1, T 7200000 I 2000 N 10"},
    {"any_nonzero_in_force",   "K-60", FROM(VISTA), BOTH, behind_others, {256, 9000, 3000}, 0, BY_K14, "reads 1, T 9000 I 3000 N 10"},
    {"all_zero",               "K-62", ALL, BOTH, values, {0, 0, 0},                 0, BY_K14, "reads 0, 0 bytes"},
    {"zero_times_take_away",   "K-62", FROM(VISTA), BOTH, behind_others, {1, 0, 0},  0, BY_K14, "reads 1, T 7200000 I 1000 N 10"},
    {"zero_interval_takes_away", "K-62", FROM(VISTA), BOTH, behind_others, {1, 1500, 0}, 0, BY_K14, "reads 1, T 1500 I 1000 N 10"},
    {"all_zero_keeps_times",   "K-61", FROM(VISTA), BOTH, behind_others, {0, 0, 0},  0, BY_K14, "reads 0, T 5000 I 500 N 10"},

    {"on_fresh",               "K-63", ALL, BOTH, on_kind, {TCP4, 0, 0},             0, BY_K14, "reads 1"},
    {"on_ipv6",                "K-63", ALL, BOTH, on_kind, {TCP6, 0, 0},             0, BY_K14, "reads 1"},
    {"on_listening",           "K-63", ALL, BOTH, on_kind, {LISTENING, 0, 0},        0, BY_K14, "reads 1"},
    {"on_connected",           "K-63", ALL, BOTH, on_kind, {CONNECTED, 0, 0},        0, BY_K14, "reads 1"},
    {"on_datagram",            "K-66", ALL, BOTH, on_kind, {UDP4, 0, 0},            -1, WSAENOPROTOOPT, "reads -1"},
    {"on_local_stream",        "K-66", FROM(WIN10_21H1), BOTH, on_kind, {LOCAL, 0, 0}, -1, WSAENOPROTOOPT, "reads -1"},

    {"no_input",               "K-64", ALL, BOTH, length, {0, 0, 0},                -1, WSAEFAULT, "reads 0, 0 bytes"},
    {"four_bytes",             "K-64", ALL, BOTH, length, {4, 0, 0},                -1, WSAEFAULT, "reads 0, 0 bytes"},
    {"eleven_bytes",           "K-64", ALL, BOTH, length, {11, 0, 0},               -1, WSAEFAULT, "reads 0, 0 bytes"},
    {"thirteen_bytes",         "K-65", ALL, BOTH, length, {13, 0, 0},                0, BY_K14, "reads 1, 0 bytes"},
    {"twenty_bytes",           "K-65", ALL, BOTH, length, {20, 0, 0},                0, BY_K14, "reads 1, 0 bytes"},
    {"output_is_ignored",      "K-65", ALL, BOTH, length, {12, 1, 0},                0, BY_K14, "reads 1, 0 bytes, output untouched"},
    {"longer_with_output",     "K-65", ALL, BOTH, length, {16, 1, 0},                0, BY_K14, "reads 1, 0 bytes, output untouched"},
    {"input_null",             "K-64", ALL, BOTH, faults, {TCP4, 1 << IN_NULL, 0},  -1, WSAEFAULT, "reads 0, 0 bytes"},
    {"input_nowhere",          "K-64", ALL, BOTH, faults, {TCP4, 1 << IN_NOWHERE, 0}, -1, WSAEFAULT, "reads 0, 0 bytes"},
    {"input_unmapped",         "K-64", ALL, BOTH, faults, {TCP4, 1 << IN_UNMAPPED, 0}, -1, WSAEFAULT, "reads 0, 0 bytes"},
    {"input_page_ends",        "K-64", ALL, BOTH, faults, {TCP4, 1 << IN_SHORT, 0}, -1, WSAEFAULT, "reads 0, 0 bytes"},
    {"count_unmapped",         "K-64", ALL, BOTH, faults, {TCP4, 1 << COUNT_UNMAPPED, 0}, -1, WSAEFAULT, "reads 0"},
    {"count_page_ends",        "K-64", ALL, BOTH, faults, {TCP4, 1 << COUNT_SHORT, 0}, -1, WSAEFAULT, "reads 0"},
    {"count_read_only",        "K-64", ALL, BOTH, faults, {TCP4, 1 << COUNT_READ_ONLY, 0}, -1, WSAEFAULT, "reads 0"},
    {"count_null",             "K-64", ALL, BOTH, faults, {TCP4, 1 << COUNT_NULL, 0}, -1, WSAEFAULT, "reads 0"},
    {"count_nowhere",          "K-64", ALL, BOTH, faults, {TCP4, 1 << COUNT_NOWHERE, 0}, -1, WSAEFAULT, "reads 0"},
    {"refused_returns_none",   "K-64", ALL, BOTH, count_of_refused, {0, 0, 0},      -1, WSAEFAULT, "0 bytes"},
    {"unknown_code",           "K-68", ALL, BOTH, faults, {TCP4, 1 << NO_CODE, 0},  -1, WSAEOPNOTSUPP, "reads 0, 77 bytes"},
    {"unknown_code_datagram",  "K-68", ALL, BOTH, faults, {UDP4, 1 << NO_CODE, 0},  -1, WSAEOPNOTSUPP, "77 bytes"},
    {"not_started_wins",       "K-69", ALL, BOTH, not_started, {0, 0, 0},           -1, WSANOTINITIALISED, NULL},
    {"socket_before_count",    "K-69", ALL, BOTH, faults, {CLOSED, 1 << COUNT_NULL, 0}, -1, WSAENOTSOCK, NULL},
    {"socket_before_code",     "K-69", ALL, BOTH, faults, {INVALID, 1 << NO_CODE, 0}, -1, WSAENOTSOCK, "77 bytes"},
    {"count_before_code",      "K-69", ALL, BOTH, faults, {TCP4, 1 << NO_CODE | 1 << COUNT_NULL, 0}, -1, WSAEFAULT, "reads 0"},
    {"count_before_kind",      "K-69", ALL, BOTH, faults, {UDP4, 1 << COUNT_NULL, 0}, -1, WSAEFAULT, NULL},
    {"kind_before_input",      "K-69", ALL, BOTH, faults, {UDP4, 1 << IN_NULL, 0},  -1, WSAENOPROTOOPT, "77 bytes"},

    {"unknown_function",       "K-103", ALL, BOTH, unknown_function, {0, 0, 0},     -1, WSAEINVAL, "no pointer"},
    {"connect_ex_function",    "K-103", ALL, BOTH, unknown_function, {1, 0, 0},      0, BY_K14, "a pointer"},

    {"next_probe_and_end",     "K-50", FROM(VISTA), BOTH, instants, {1, 90500, 700}, 0, BY_K14, "probe in T, end in T + 10 x I"},
    {"next_probe_and_end_2",   "K-52", FROM(VISTA), BOTH, instants, {1, 7200000, 1000}, 0, BY_K14, "probe in T, end in T + 10 x I"},
    {"silence_counts_from_the_last_segment", "K-50", ALL, BOTH, shortened, {0, 0, 0}, 0, BY_K14, "the first is out"},
    {"longer_moves_the_next",  "K-50", ALL, BOTH, lengthened, {0, 0, 0},             0, BY_K14, "later"},
    {"no_probe_while_data_waits", "K-58", ALL, BOTH, data_outstanding, {0, 0, 0},    7, KEPT, "no probe"},
    // clang-format on
};

RUN_TOPIC(EACH_ROW, kRows)
