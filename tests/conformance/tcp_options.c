/* TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT: from which release on they exist, their ranges, and how they and
 * SIO_KEEPALIVE_VALS share one cell each; TCP_MAXRT, which leaves keep-alive alone. */
#include <string.h>

#include "suite/conformance.h"
#include "suite/host.h"

/* The same beside SO_KEEPALIVE, over a value of its own: 77. */
static void set_while_on(const struct row* row, struct outcome* seen) {
  const SOCKET s = tcp();
  struct outcome again;
  memset(&again, 0, sizeof again);
  set_keep_alive(s, 1);
  if (set_option(s, IPPROTO_TCP, row->with.a, 77) != 0) return;
  ATTEMPT(&again, set_option(s, IPPROTO_TCP, row->with.a, row->with.b));
  if (again.result != seen->result || again.error != seen->error ||
      option_of(s, IPPROTO_TCP, row->with.a) != (again.result == 0 ? row->with.b : 77))
    effect(seen, "otherwise while it is on");
}

/* a: the option, b: the value, c: enum kind. Both calls, and SO_KEEPALIVE untouched. */
static void set(const struct row* row, struct outcome* seen) {
  const SOCKET s = of_kind(row->with.c);
  if (row->with.c == RAW && skip(seen, s == INVALID_SOCKET ? "raw sockets need a right" : NULL))
    return;
  ATTEMPT(seen, set_option(s, IPPROTO_TCP, row->with.a, row->with.b));
  if (row->with.c == UDP4 || row->with.c == RAW) return;
  effect(seen, "reads %d", option_of(s, IPPROTO_TCP, row->with.a));
  effect(seen, "SO_KEEPALIVE %d", keep_alive(s));
  set_while_on(row, seen);
}

static const int kTimes[] = {TCP_KEEPALIVE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_NODELAY};

/* a: enum kind. None of them can be set or read there. */
static void none(const struct row* row, struct outcome* seen) {
  const SOCKET s = of_kind(row->with.a);
  int at;
  if (skip(seen, s == INVALID_SOCKET ? "there are no such sockets" : NULL)) return;
  for (at = 0; at < 4; ++at) {
    DWORD value = 5;
    int size = sizeof value;
    ATTEMPT(seen, set_option(s, IPPROTO_TCP, kTimes[at], 5));
    if (seen->result != row->result || seen->error != row->error)
      effect(seen, "set %d", kTimes[at]);
    ATTEMPT(seen, getsockopt(s, IPPROTO_TCP, kTimes[at], (char*)&value, &size));
    if (seen->result != row->result || seen->error != row->error)
      effect(seen, "get %d", kTimes[at]);
  }
}

static void get(const struct row* row, struct outcome* seen) {
  const SOCKET s = of_kind(row->with.c);
  DWORD value = 77;
  int size = sizeof value;
  ATTEMPT(seen, getsockopt(s, IPPROTO_TCP, row->with.a, (char*)&value, &size));
  effect(seen, "value %d, length %d", (int)value, size);
}

/* a: the option, b: *optlen. The buffer holds 0xAA. */
static void get_length(const struct row* row, struct outcome* seen) {
  const SOCKET s = tcp();
  unsigned char value[16];
  int size = row->with.b;
  int touched = 0;
  int i;
  memset(value, 0xAA, sizeof value);
  ATTEMPT(seen, getsockopt(s, IPPROTO_TCP, row->with.a, (char*)value, &size));
  for (i = 0; i < 16; ++i) {
    if (value[i] != 0xAA) touched = i + 1;
  }
  effect(seen, "%d bytes written, length %d", touched, size);
}

static void set_length(const struct row* row, struct outcome* seen) {
  const SOCKET s = tcp();
  const DWORD value[4] = {30, 0, 0, 0};
  ATTEMPT(seen, setsockopt(s, IPPROTO_TCP, row->with.a, (const char*)value, row->with.b));
  effect(seen, "reads %d", option_of(s, IPPROTO_TCP, row->with.a));
}

/* {1, b, c} by the ioctl, then the option a is read (K-74). */
static void after_ioctl(const struct row* row, struct outcome* seen) {
  const SOCKET s = tcp();
  keep_alive_values(s, 1, (u_long)row->with.b, (u_long)row->with.c);
  seen->result = option_of(s, IPPROTO_TCP, row->with.a);
}

/* The last writer wins (K-55): ioctl {1, 5000, 5000}, then the option a = b; or, with c, the other way round. */
static void last_writer(const struct row* row, struct outcome* seen) {
  const SOCKET s = tcp();
  if (row->with.c) {
    set_option(s, IPPROTO_TCP, row->with.a, row->with.b);
    keep_alive_values(s, 1, 5000, 5000);
  } else {
    keep_alive_values(s, 1, 5000, 5000);
    set_option(s, IPPROTO_TCP, row->with.a, row->with.b);
  }
  seen->result = option_of(s, IPPROTO_TCP, row->with.a);
}

/* TCP_MAXRT (a) = b: what both options of the cell read, beside keep-alive's own T. It was 77 before. c: SO_KEEPALIVE is off. */
static void limit(const struct row* row, struct outcome* seen) {
  const SOCKET s = connected().client;
  struct in_force now;
  set_keep_alive(s, !row->with.c);
  set_option(s, IPPROTO_TCP, TCP_MAXRT, 77);
  ATTEMPT(seen, set_option(s, IPPROTO_TCP, row->with.a, row->with.b));
  effect(seen, "TCP_MAXRT %d", option_of(s, IPPROTO_TCP, TCP_MAXRT));
  if (host_release() >= WIN10)
    effect(seen, "TCP_MAXRTMS %d", option_of(s, IPPROTO_TCP, TCP_MAXRTMS));
  if (host_in_force(s, &now) == NULL && (now.idle != 7200000 || now.interval != 1000)) {
    effect(seen, "T %u I %u", now.idle, now.interval);
  }
}

/* A new socket has none; the same option on the socket that accept makes of a listener that has 7. */
static void limit_of_new(const struct row* row, struct outcome* seen) {
  const SOCKET from = listener();
  const struct sockaddr_in address = name_of(from);
  (void)row;
  effect(seen, "new %d", option_of(from, IPPROTO_TCP, TCP_MAXRT));
  ATTEMPT(seen, set_option(from, IPPROTO_TCP, TCP_MAXRT, 7));
  connect_to(tcp(), &address);
  effect(seen, "accepted %d", option_of(accept(from, NULL, NULL), IPPROTO_TCP, TCP_MAXRT));
}

/* Length -1 is refused; under the observed rules as K-16 says. */
static void minus_one(const struct row* row, struct outcome* seen) {
  const SOCKET s = tcp();
  const DWORD value = 30;
  ATTEMPT(seen, setsockopt(s, IPPROTO_TCP, row->with.a, (const char*)&value, -1));
  effect(seen, "reads %d", option_of(s, IPPROTO_TCP, row->with.a));
}

static void in_force(const struct row* row, struct outcome* seen) {
  const SOCKET s = tcp();
  struct in_force now;
  ATTEMPT(seen, set_option(s, IPPROTO_TCP, row->with.a, row->with.b));
  if (skip(seen, host_in_force(s, &now))) return;
  effect(seen, "T %u I %u N %u", now.idle, now.interval, now.probes);
  effect(seen, "from the socket: %d", now.from_socket);
}

static const struct row kRows[] = {
    // clang-format off
    {"idle_before",        "K-73", BEFORE(VISTA), BOTH, set, {TCP_KEEPALIVE, 30, TCP4},   -1, WSAENOPROTOOPT, "reads -1, SO_KEEPALIVE 0"},
    {"idle",               "K-70", FROM(VISTA), BOTH, set, {TCP_KEEPALIVE, 30, TCP4},      0, BY_K14, "reads 30, SO_KEEPALIVE 0"},
    {"interval_before",    "K-73", BEFORE(WIN10_1709), BOTH, set, {TCP_KEEPINTVL, 30, TCP4}, -1, WSAENOPROTOOPT, "reads -1, SO_KEEPALIVE 0"},
    {"interval",           "K-70", FROM(WIN10_1709), BOTH, set, {TCP_KEEPINTVL, 30, TCP4}, 0, BY_K14, "reads 30, SO_KEEPALIVE 0"},
    {"count_before",       "K-73", BEFORE(WIN10_1703), BOTH, set, {TCP_KEEPCNT, 30, TCP4}, -1, WSAENOPROTOOPT, "reads -1, SO_KEEPALIVE 0"},
    {"count",              "K-70", FROM(WIN10_1703), BOTH, set, {TCP_KEEPCNT, 30, TCP4},   0, BY_K14, "reads 30, SO_KEEPALIVE 0"},
    {"get_idle_before",    "K-73", BEFORE(VISTA), BOTH, get, {TCP_KEEPALIVE, 0, TCP4},    -1, WSAENOPROTOOPT, "value 77, length 4"},
    {"idle_default",       "K-70", FROM(VISTA), BOTH, get, {TCP_KEEPALIVE, 0, TCP4},       0, BY_K14, "value 7200, length 4"},
    {"default_is_two_hours", "K-51", FROM(VISTA), BOTH, get, {TCP_KEEPALIVE, 0, CONNECTED}, 0, BY_K14, "value 7200, length 4"},
    {"interval_default",   "K-51", FROM(WIN10_1709), BOTH, get, {TCP_KEEPINTVL, 0, TCP4},  0, BY_K14, "value 1, length 4"},
    {"count_default",      "K-53", FROM(WIN10_1703), BOTH, get, {TCP_KEEPCNT, 0, TCP4},    0, BY_K14, "value 10, length 4"},

    {"count_255",          "K-71", FROM(WIN10_1703), BOTH, set, {TCP_KEEPCNT, 255, TCP4},  0, BY_K14, "reads 255, SO_KEEPALIVE 0"},
    {"count_1",            "K-71", FROM(WIN10_1703), BOTH, set, {TCP_KEEPCNT, 1, TCP4},    0, BY_K14, "reads 1, SO_KEEPALIVE 0"},
    {"count_256",          "K-71", FROM(WIN10_1703), BOTH, set, {TCP_KEEPCNT, 256, TCP4}, -1, WSAEINVAL, "reads 10, SO_KEEPALIVE 0"},
    {"count_0",            "K-71", FROM(WIN10_1703), BOTH, set, {TCP_KEEPCNT, 0, TCP4},   -1, WSAEINVAL, "reads 10, SO_KEEPALIVE 0"},
    {"count_minus_1",      "K-71", FROM(WIN10_1703), BOTH, set, {TCP_KEEPCNT, -1, TCP4},  -1, WSAEINVAL, "reads 10, SO_KEEPALIVE 0"},
    {"idle_0",             "K-71", FROM(VISTA), BOTH, set, {TCP_KEEPALIVE, 0, TCP4},      -1, WSAEINVAL, "reads 7200, SO_KEEPALIVE 0"},
    {"idle_1",             "K-71", FROM(VISTA), BOTH, set, {TCP_KEEPALIVE, 1, TCP4},       0, BY_K14, "reads 1, SO_KEEPALIVE 0"},
    {"idle_minus_1",       "K-71", FROM(VISTA), BOTH, set, {TCP_KEEPALIVE, -1, TCP4},     -1, WSAEINVAL, "reads 7200, SO_KEEPALIVE 0"},
    {"idle_longest",       "K-71", FROM(VISTA), BOTH, set, {TCP_KEEPALIVE, 4294967, TCP4}, 0, BY_K14, "reads 4294967, SO_KEEPALIVE 0"},
    {"idle_longer",        "K-71", FROM(VISTA), BOTH, set, {TCP_KEEPALIVE, 4294968, TCP4}, -1, WSAEINVAL, "reads 7200, SO_KEEPALIVE 0"},
    {"interval_0",         "K-71", FROM(WIN10_1709), BOTH, set, {TCP_KEEPINTVL, 0, TCP4}, -1, WSAEINVAL, "reads 1, SO_KEEPALIVE 0"},
    {"interval_longest",   "K-71", FROM(WIN10_1709), BOTH, set, {TCP_KEEPINTVL, 4294967, TCP4}, 0, BY_K14, "reads 4294967, SO_KEEPALIVE 0"},
    {"interval_longer",    "K-71", FROM(WIN10_1709), BOTH, set, {TCP_KEEPINTVL, 4294968, TCP4}, -1, WSAEINVAL, "reads 1, SO_KEEPALIVE 0"},

    {"set_three_bytes",    "K-72", FROM(VISTA), BOTH, set_length, {TCP_KEEPALIVE, 3, 0},  -1, WSAEFAULT, "reads 7200"},
    {"set_no_bytes",       "K-72", FROM(VISTA), BOTH, set_length, {TCP_KEEPALIVE, 0, 0},  -1, WSAEFAULT, "reads 7200"},
    {"set_eight_bytes",    "K-72", FROM(VISTA), BOTH, set_length, {TCP_KEEPALIVE, 8, 0},   0, BY_K14, "reads 30"},
    {"get_into_three",     "K-72", FROM(VISTA), BOTH, get_length, {TCP_KEEPALIVE, 3, 0},  -1, WSAEFAULT, "0 bytes written, length 0"},
    {"get_into_one",       "K-72", FROM(WIN10_1703), BOTH, get_length, {TCP_KEEPCNT, 1, 0}, -1, WSAEFAULT, "0 bytes written, length 0"},
    {"get_into_eight",     "K-72", FROM(VISTA), BOTH, get_length, {TCP_KEEPALIVE, 8, 0},   0, BY_K14, "4 bytes written, length 4"},

    {"set_one_byte",       "K-72", FROM(VISTA), BOTH, set_length, {TCP_KEEPALIVE, 1, 0},  -1, WSAEFAULT, "reads 7200"},
    {"set_four_bytes",     "K-72", FROM(VISTA), BOTH, set_length, {TCP_KEEPALIVE, 4, 0},   0, BY_K14, "reads 30"},
    {"idle_get_into_one",  "K-72", FROM(VISTA), BOTH, get_length, {TCP_KEEPALIVE, 1, 0},  -1, WSAEFAULT, "0 bytes written, length 0"},
    {"get_into_none",      "K-72", FROM(VISTA), BOTH, get_length, {TCP_KEEPALIVE, 0, 0},  -1, WSAEFAULT, "0 bytes written, length 0"},
    {"get_into_four",      "K-72", FROM(VISTA), BOTH, get_length, {TCP_KEEPALIVE, 4, 0},   0, BY_K14, "4 bytes written, length 4"},
    {"get_into_minus_one", "K-72", FROM(VISTA), BOTH, get_length, {TCP_KEEPALIVE, -1, 0}, -1, WSAEFAULT, "0 bytes written, length 0"},
    {"set_minus_one",      "K-72", FROM(VISTA), DOCUMENTED, minus_one, {TCP_KEEPALIVE, 0, 0}, -1, WSAEFAULT, "reads 7200"},
    {"set_minus_one",      "K-72", VISTA, VISTA, OBSERVED, minus_one, {TCP_KEEPALIVE, 0, 0}, -1, WSAENOBUFS, "reads 7200"},
    {"set_minus_one",      "K-72", WIN7, WIN10_1709, OBSERVED, minus_one, {TCP_KEEPALIVE, 0, 0}, -1, WSAEFAULT, "reads 7200"},
    {"set_minus_one",      "K-72", FROM(WIN10_21H1), OBSERVED, minus_one, {TCP_KEEPALIVE, 0, 0}, -1, WSAENOBUFS, "reads 7200"},

    {"interval_set_three_bytes", "K-72", FROM(WIN10_1709), BOTH, set_length, {TCP_KEEPINTVL, 3, 0}, -1, WSAEFAULT, "reads 1"},
    {"interval_set_no_bytes", "K-72", FROM(WIN10_1709), BOTH, set_length, {TCP_KEEPINTVL, 0, 0},   -1, WSAEFAULT, "reads 1"},
    {"interval_set_four_bytes", "K-72", FROM(WIN10_1709), BOTH, set_length, {TCP_KEEPINTVL, 4, 0},  0, BY_K14, "reads 30"},
    {"interval_set_eight_bytes", "K-72", FROM(WIN10_1709), BOTH, set_length, {TCP_KEEPINTVL, 8, 0}, 0, BY_K14, "reads 30"},
    {"interval_get_into_three", "K-72", FROM(WIN10_1709), BOTH, get_length, {TCP_KEEPINTVL, 3, 0}, -1, WSAEFAULT, "0 bytes written, length 0"},
    {"interval_get_into_none", "K-72", FROM(WIN10_1709), BOTH, get_length, {TCP_KEEPINTVL, 0, 0},  -1, WSAEFAULT, "0 bytes written, length 0"},
    {"interval_get_into_minus_one", "K-72", FROM(WIN10_1709), BOTH, get_length, {TCP_KEEPINTVL, -1, 0}, -1, WSAEFAULT, "0 bytes written, length 0"},
    {"interval_get_into_four", "K-72", FROM(WIN10_1709), BOTH, get_length, {TCP_KEEPINTVL, 4, 0},   0, BY_K14, "4 bytes written, length 4"},
    {"interval_get_into_eight", "K-72", FROM(WIN10_1709), BOTH, get_length, {TCP_KEEPINTVL, 8, 0},  0, BY_K14, "4 bytes written, length 4"},
    {"count_set_three_bytes", "K-72", FROM(WIN10_1703), BOTH, set_length, {TCP_KEEPCNT, 3, 0}, -1, WSAEFAULT, "reads 10"},
    {"count_set_no_bytes", "K-72", FROM(WIN10_1703), BOTH, set_length, {TCP_KEEPCNT, 0, 0},   -1, WSAEFAULT, "reads 10"},
    {"count_set_four_bytes", "K-72", FROM(WIN10_1703), BOTH, set_length, {TCP_KEEPCNT, 4, 0},  0, BY_K14, "reads 30"},
    {"count_set_eight_bytes", "K-72", FROM(WIN10_1703), BOTH, set_length, {TCP_KEEPCNT, 8, 0}, 0, BY_K14, "reads 30"},
    {"count_get_into_three", "K-72", FROM(WIN10_1703), BOTH, get_length, {TCP_KEEPCNT, 3, 0}, -1, WSAEFAULT, "0 bytes written, length 0"},
    {"count_get_into_none", "K-72", FROM(WIN10_1703), BOTH, get_length, {TCP_KEEPCNT, 0, 0},  -1, WSAEFAULT, "0 bytes written, length 0"},
    {"count_get_into_minus_one", "K-72", FROM(WIN10_1703), BOTH, get_length, {TCP_KEEPCNT, -1, 0}, -1, WSAEFAULT, "0 bytes written, length 0"},
    {"count_get_into_four", "K-72", FROM(WIN10_1703), BOTH, get_length, {TCP_KEEPCNT, 4, 0},   0, BY_K14, "4 bytes written, length 4"},
    {"count_get_into_eight", "K-72", FROM(WIN10_1703), BOTH, get_length, {TCP_KEEPCNT, 8, 0},  0, BY_K14, "4 bytes written, length 4"},
    {"interval_set_minus_one", "K-72", FROM(WIN10_1709), DOCUMENTED, minus_one, {TCP_KEEPINTVL, 0, 0}, -1, WSAEFAULT, "reads 1"},
    {"interval_set_minus_one", "K-72", WIN10_1709, WIN10_1709, OBSERVED, minus_one, {TCP_KEEPINTVL, 0, 0}, -1, WSAEFAULT, "reads 1"},
    {"interval_set_minus_one", "K-72", FROM(WIN10_21H1), OBSERVED, minus_one, {TCP_KEEPINTVL, 0, 0}, -1, WSAENOBUFS, "reads 1"},
    {"count_set_minus_one", "K-72", FROM(WIN10_1703), DOCUMENTED, minus_one, {TCP_KEEPCNT, 0, 0}, -1, WSAEFAULT, "reads 10"},
    {"count_set_minus_one", "K-72", WIN10_1703, WIN10_1709, OBSERVED, minus_one, {TCP_KEEPCNT, 0, 0}, -1, WSAEFAULT, "reads 10"},
    {"count_set_minus_one", "K-72", FROM(WIN10_21H1), OBSERVED, minus_one, {TCP_KEEPCNT, 0, 0}, -1, WSAENOBUFS, "reads 10"},

    {"idle_is_rounded_up", "K-74", FROM(VISTA), BOTH, after_ioctl, {TCP_KEEPALIVE, 1500, 1000}, 2, ANY_ERROR, NULL},
    {"whole_idle_is_kept", "K-74", FROM(VISTA), BOTH, after_ioctl, {TCP_KEEPALIVE, 2000, 1000}, 2, ANY_ERROR, NULL},
    {"one_millisecond",    "K-74", FROM(VISTA), BOTH, after_ioctl, {TCP_KEEPALIVE, 1, 1},  1, ANY_ERROR, NULL},
    {"interval_is_rounded_up", "K-74", FROM(WIN10_1709), BOTH, after_ioctl, {TCP_KEEPINTVL, 1500, 2300}, 3, ANY_ERROR, NULL},
    {"longest_is_rounded_up", "K-74", FROM(VISTA), BOTH, after_ioctl, {TCP_KEEPALIVE, -1, 1}, 4294968, ANY_ERROR, NULL},
    {"interval_of_one_millisecond", "K-74", FROM(WIN10_1709), BOTH, after_ioctl, {TCP_KEEPINTVL, 1500, 1}, 1, ANY_ERROR, NULL},
    {"ioctl_keeps_the_count", "K-60", FROM(WIN10_1703), BOTH, last_writer, {TCP_KEEPCNT, 7, 1}, 7, ANY_ERROR, NULL},
    {"option_after_ioctl", "K-55", FROM(VISTA), BOTH, last_writer, {TCP_KEEPALIVE, 9, 0},  9, ANY_ERROR, NULL},
    {"ioctl_after_option", "K-55", FROM(VISTA), BOTH, last_writer, {TCP_KEEPALIVE, 9, 1},  5, ANY_ERROR, NULL},
    {"interval_after_ioctl", "K-55", FROM(WIN10_1709), BOTH, last_writer, {TCP_KEEPINTVL, 9, 0}, 9, ANY_ERROR, NULL},
    {"read_back_idle",     "K-96", FROM(VISTA), BOTH, in_force, {TCP_KEEPALIVE, 9, 0},     0, BY_K14, "T 9000 I 1000 N 10, from the socket: 1"},
    {"read_back_interval", "K-96", FROM(WIN10_1709), BOTH, in_force, {TCP_KEEPINTVL, 9, 0}, 0, BY_K14, "T 7200000 I 9000 N 10, from the socket: 2"},
    {"read_back_count",    "K-53", FROM(WIN10_1703), BOTH, in_force, {TCP_KEEPCNT, 255, 0}, 0, BY_K14, "T 7200000 I 1000 N 255, from the socket: 4"},

    {"maxrt_before",       "K-76", BEFORE(VISTA), BOTH, set, {TCP_MAXRT, 30, TCP4},       -1, WSAENOPROTOOPT, "reads -1, SO_KEEPALIVE 0"},
    {"maxrtms_before",     "K-76", BEFORE(WIN10), BOTH, set, {TCP_MAXRTMS, 30, TCP4},     -1, WSAENOPROTOOPT, "reads -1, SO_KEEPALIVE 0"},
    {"maxrt",              "K-76", VISTA, WIN8_1, BOTH, limit, {TCP_MAXRT, 30, 0},         0, BY_K14, "TCP_MAXRT 30"},
    {"maxrt",              "K-76", FROM(WIN10), BOTH, limit, {TCP_MAXRT, 30, 0},           0, BY_K14, "TCP_MAXRT 30, TCP_MAXRTMS 30000"},
    {"maxrtms_is_rounded_up", "K-76", FROM(WIN10), BOTH, limit, {TCP_MAXRTMS, 1500, 0},    0, BY_K14, "TCP_MAXRT 2, TCP_MAXRTMS 1500"},
    {"maxrt_for_ever",     "K-76", VISTA, WIN8_1, BOTH, limit, {TCP_MAXRT, -1, 0},         0, BY_K14, "TCP_MAXRT -1"},
    {"maxrt_for_ever",     "K-76", FROM(WIN10), BOTH, limit, {TCP_MAXRT, -1, 0},           0, BY_K14, "TCP_MAXRT -1, TCP_MAXRTMS -1"},
    {"maxrt_hosts_own",    "K-76", FROM(WIN10), BOTH, limit, {TCP_MAXRT, 0, 0},            0, BY_K14, "TCP_MAXRT 0, TCP_MAXRTMS 0"},
    {"maxrt_negative",     "K-76", VISTA, WIN8_1, BOTH, limit, {TCP_MAXRT, -2, 0},        -1, WSAEINVAL, "TCP_MAXRT 77"},
    {"maxrt_negative",     "K-76", FROM(WIN10), BOTH, limit, {TCP_MAXRT, -2, 0},          -1, WSAEINVAL, "TCP_MAXRT 77, TCP_MAXRTMS 77000"},
    {"maxrt_beside_no_keep_alive", "K-76", FROM(WIN10), BOTH, limit, {TCP_MAXRT, 7, 1},    0, BY_K14, "TCP_MAXRT 7, TCP_MAXRTMS 7000"},
    {"maxrtms_one",        "K-76", FROM(WIN10), BOTH, limit, {TCP_MAXRTMS, 1, 0},          0, BY_K14, "TCP_MAXRT 1, TCP_MAXRTMS 1"},
    {"maxrtms_for_ever",   "K-76", FROM(WIN10), BOTH, limit, {TCP_MAXRTMS, -1, 0},         0, BY_K14, "TCP_MAXRT -1, TCP_MAXRTMS -1"},
    {"maxrt_beyond_the_milliseconds", "K-76", FROM(WIN10), BOTH, limit, {TCP_MAXRT, 2147484, 0}, 0, BY_K14, "TCP_MAXRT 2147484, TCP_MAXRTMS 2147483647"},
    {"maxrtms_negative",   "K-76", FROM(WIN10), BOTH, limit, {TCP_MAXRTMS, -2147483647 - 1, 0}, -1, WSAEINVAL, "TCP_MAXRT 77, TCP_MAXRTMS 77000"},
    {"maxrt_is_inherited", "K-76", FROM(VISTA), BOTH, limit_of_new, {0, 0, 0},             0, BY_K14, "new 0, accepted 7"},

    {"none_on_datagram",   "K-75", ALL, BOTH, none, {UDP4, 0, 0},                         -1, WSAENOPROTOOPT, NULL},
    {"none_on_datagram_ipv6", "K-75", ALL, BOTH, none, {UDP6, 0, 0},                      -1, WSAENOPROTOOPT, NULL},
    {"none_on_local_stream", "K-75", FROM(WIN10_21H1), BOTH, none, {LOCAL, 0, 0},         -1, WSAENOPROTOOPT, NULL},
    {"idle_on_datagram",   "K-75", ALL, BOTH, set, {TCP_KEEPALIVE, 30, UDP4},             -1, WSAENOPROTOOPT, NULL},
    {"interval_on_datagram", "K-75", ALL, BOTH, set, {TCP_KEEPINTVL, 30, UDP4},           -1, WSAENOPROTOOPT, NULL},
    {"count_on_datagram",  "K-75", ALL, BOTH, set, {TCP_KEEPCNT, 30, UDP4},               -1, WSAENOPROTOOPT, NULL},
    {"idle_on_raw",        "K-75", ALL, BOTH, set, {TCP_KEEPALIVE, 30, RAW},              -1, WSAENOPROTOOPT, NULL},
    {"count_on_raw",       "K-75", ALL, BOTH, set, {TCP_KEEPCNT, 30, RAW},                -1, WSAENOPROTOOPT, NULL},
    {"get_count_on_datagram", "K-75", ALL, BOTH, get, {TCP_KEEPCNT, 0, UDP4},             -1, WSAENOPROTOOPT, "value 77, length 4"},
    // clang-format on
};

RUN_TOPIC(EACH_ROW, kRows)
