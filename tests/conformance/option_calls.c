/* getsockopt and setsockopt with SO_KEEPALIVE, and the options whose sizes follow the same rules: which
 * values and lengths are taken, what is written, and that a refused call changes nothing. */
#include <string.h>

#include "suite/conformance.h"

/* a: the value, b: its length; only so many bytes exist. Where the option was off before, and where it was on. */
static void set(const struct row* row, struct outcome* seen) {
  const size_t size = row->with.b > 0 ? (size_t)row->with.b : 8;
  char* const value = before_the_end(size);
  struct outcome answers[2];
  int now[2];
  int was;
  memcpy(value, &row->with.a, size < 4 ? size : 4);
  memset(answers, 0, sizeof answers);
  for (was = 0; was < 2; ++was) {
    const SOCKET s = tcp();
    set_keep_alive(s, was);
    ATTEMPT(&answers[was], setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, value, row->with.b));
    now[was] = keep_alive(s);
  }
  *seen = answers[0];
  if (answers[0].result != answers[1].result || answers[0].error != answers[1].error)
    effect(seen, "another answer where it was on");
  if (now[0] == now[1]) {
    effect(seen, "reads %d", now[0]);
  } else {
    effect(seen, now[1] == 1 ? "reads as before" : "reads the contrary");
  }
}

/* Only the first four bytes exist, whatever the length says. */
static void set_four_of(const struct row* row, struct outcome* seen) {
  const SOCKET s = tcp();
  char* const value = before_the_end(4);
  memcpy(value, &row->with.a, 4);
  ATTEMPT(seen, setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, value, row->with.b));
  effect(seen, "reads %d", keep_alive(s));
}

/* The same on a socket whose option is on. */
static void set_on_one_that_is_on(const struct row* row, struct outcome* seen) {
  const SOCKET s = tcp();
  char value[16];
  memset(value, 1, sizeof value); /* What stands behind the fourth byte must not count. */
  memcpy(value, &row->with.a, 4);
  set_keep_alive(s, 1);
  ATTEMPT(seen, setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, value, row->with.b));
  effect(seen, "reads %d", keep_alive(s));
}

/* a: what it was set to before, b: *optlen. The buffer holds 0xAA. */
static void get(const struct row* row, struct outcome* seen) {
  const SOCKET s = tcp();
  unsigned char value[16];
  int size = row->with.b;
  int touched = 0;
  int i;
  DWORD number = 0;
  set_keep_alive(s, row->with.a);
  memset(value, 0xAA, sizeof value);
  ATTEMPT(seen, getsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (char*)value, &size));
  for (i = 0; i < 16; ++i) {
    if (value[i] != 0xAA) touched = i + 1;
  }
  if (touched > 0) {
    memcpy(&number, value, touched < 4 ? (size_t)touched : 4);
    effect(seen, "%d bytes written: %d", touched, (int)number);
  } else {
    effect(seen, "nothing written");
  }
  effect(seen, "length %d", size);
  if (keep_alive(s) != (row->with.a != 0)) effect(seen, "the option is another one now");
}

/* a: enum kind, b: 1 sets, 0 reads. */
static void on_kind(const struct row* row, struct outcome* seen) {
  const SOCKET s = of_kind(row->with.a);
  DWORD value = 1;
  int size = sizeof value;
  if (row->with.b) {
    ATTEMPT(seen, setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (const char*)&value, size));
    if (seen->result == 0 && (keep_alive(s) != 1 || set_keep_alive(s, 0) != 0 ||
                              keep_alive(s) != 0 || set_keep_alive(s, 1) != 0))
      effect(seen, "not off and on again");
  } else {
    ATTEMPT(seen, getsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (char*)&value, &size));
  }
  effect(seen, "reads %d", keep_alive(s));
}

/* A new socket reads FALSE; a: enum kind. */
static void fresh(const struct row* row, struct outcome* seen) {
  const SOCKET s = of_kind(row->with.a);
  seen->result = keep_alive(s);
}

static void v6only(const struct row* row, struct outcome* seen) {
  (void)row;
  seen->result = option_of(of_kind(TCP6), IPPROTO_IPV6, IPV6_V6ONLY);
}

struct place {
  int kind, level, name;
};
/* The other options of K-16, by with.c. */
static const struct place kSwitches[] = {{TCP4, IPPROTO_TCP, TCP_NODELAY},
                                         {TCP4, SOL_SOCKET, SO_DONTROUTE},
                                         {TCP6, IPPROTO_IPV6, IPV6_V6ONLY}};

/* a: the value, b: the length, c: of kSwitches. It was off before. */
static void set_switch(const struct row* row, struct outcome* seen) {
  const struct place place = kSwitches[row->with.c];
  const SOCKET s = of_kind(place.kind);
  set_option(s, place.level, place.name, 0);
  ATTEMPT(seen, setsockopt(s, place.level, place.name, (const char*)&row->with.a, row->with.b));
  effect(seen, "reads %d", option_of(s, place.level, place.name));
}

/* K-14: calls that set the last error to 0 where they succeed, and calls that leave it; by with.a. */
static void last_error(const struct row* row, struct outcome* seen) {
  const struct pair pair = connected();
  const SOCKET s = tcp();
  const SOCKET bound = bound_tcp();
  const struct sockaddr_in any_port = loopback(0);
  DWORD value = 0;
  int size = sizeof value;
  struct sockaddr_in name;
  int name_size = sizeof name;
  switch (row->with.a) {
    case 0:
      ATTEMPT(seen, getsockopt(s, SOL_SOCKET, SO_TYPE, (char*)&value, &size));
      break;
    case 1:
      ATTEMPT(seen, setsockopt(s, SOL_SOCKET, SO_OOBINLINE, (char*)&value, size));
      break;
    case 2:
      ATTEMPT(seen, bind(s, (const struct sockaddr*)&any_port, sizeof any_port));
      break;
    case 3:
      ATTEMPT(seen, shutdown(pair.client, SD_SEND));
      break;
    case 4:
      ATTEMPT(seen, keep_alive_values(s, 1, 1000, 1000));
      break;
    case 5:
      ATTEMPT(seen, getsockname(pair.client, (struct sockaddr*)&name, &name_size));
      break;
    case 6:
      ATTEMPT(seen, getpeername(pair.client, (struct sockaddr*)&name, &name_size));
      break;
    case 7:
      ATTEMPT(seen, closesocket(s));
      break;
    case 8:
      ATTEMPT(seen, listen(bound, 1));
      break;
    default:
      ATTEMPT(seen, send(pair.client, "x", 1, 0));
      break;
  }
}

static const struct row kRows[] = {
    // clang-format off
    {"fresh",                     "K-10", ALL, BOTH,       fresh, {TCP4, 0, 0},     0, ANY_ERROR, NULL},
    {"fresh_ipv6",                "K-10", ALL, BOTH,       fresh, {TCP6, 0, 0},     0, ANY_ERROR, NULL},
    {"fresh_accepted",            "K-59", ALL, BOTH,       fresh, {ACCEPTED, 0, 0}, 0, ANY_ERROR, NULL},
    {"v6only_is_true",            "K-113", ALL, BOTH,      v6only, {0, 0, 0},       1, ANY_ERROR, NULL},

    {"set_one",                   "K-11", ALL, BOTH,       set, {1, 4, 0},          0, BY_K14, "reads 1"},
    {"set_any_nonzero",           "K-11", ALL, BOTH,       set, {0x7f, 4, 0},       0, BY_K14, "reads 1"},
    {"set_second_byte",           "K-11", ALL, DOCUMENTED, set, {0x100, 4, 0},      0, BY_K14, "reads 1"},
    {"set_second_byte",           "K-16", BEFORE(VISTA), OBSERVED, set, {0x100, 4, 0}, 0, BY_K14, "reads 1"},
    {"set_second_byte",           "K-16", FROM(VISTA), OBSERVED, set, {0x100, 4, 0}, 0, BY_K14, "reads 0"},
    {"set_last_byte",             "K-11", ALL, DOCUMENTED, set, {0x1000000, 4, 0},  0, BY_K14, "reads 1"},
    {"set_last_byte",             "K-16", BEFORE(VISTA), OBSERVED, set, {0x1000000, 4, 0}, 0, BY_K14, "reads 1"},
    {"set_last_byte",             "K-16", FROM(VISTA), OBSERVED, set, {0x1000000, 4, 0}, 0, BY_K14, "reads 0"},
    {"set_high_bit",              "K-11", ALL, DOCUMENTED, set, {-2147483647 - 1, 4, 0}, 0, BY_K14, "reads 1"},
    {"set_high_bit",              "K-16", BEFORE(VISTA), OBSERVED, set, {-2147483647 - 1, 4, 0}, 0, BY_K14, "reads 1"},
    {"set_high_bit",              "K-16", FROM(VISTA), OBSERVED, set, {-2147483647 - 1, 4, 0}, 0, BY_K14, "reads 0"},
    {"set_zero",                  "K-11", ALL, BOTH,       set, {0, 4, 0},          0, BY_K14, "reads 0"},
    {"set_minus_one",             "K-11", ALL, BOTH,       set, {-1, 4, 0},         0, BY_K14, "reads 1"},
    {"set_five_bytes",            "K-15", ALL, BOTH,       set, {1, 5, 0},          0, BY_K14, "reads 1"},
    {"set_eight_bytes",           "K-15", ALL, BOTH,       set, {1, 8, 0},          0, BY_K14, "reads 1"},

    {"set_four_of_eight",         "K-15", ALL, BOTH,       set_four_of, {1, 8, 0},  0, BY_K14, "reads 1"},
    {"set_later_bytes_no_matter", "K-15", ALL, BOTH,       set_on_one_that_is_on, {0, 16, 0}, 0, BY_K14, "reads 0"},

    {"set_no_bytes",              "K-26", ALL, DOCUMENTED, set, {1, 0, 0},          -1, WSAEFAULT, "reads as before"},
    {"set_no_bytes",              "K-16", ALL, OBSERVED,   set, {1, 0, 0},          -1, WSAEFAULT, "reads as before"},
    {"set_one_byte",              "K-26", ALL, DOCUMENTED, set, {1, 1, 0},         -1, WSAEFAULT, "reads as before"},
    {"set_one_byte",              "K-16", BEFORE(VISTA), OBSERVED, set, {1, 1, 0}, -1, WSAEFAULT, "reads as before"},
    {"set_one_byte",              "K-16", FROM(VISTA), OBSERVED, set, {1, 1, 0},    0, BY_K14, "reads 1"},
    {"set_three_bytes",           "K-26", ALL, DOCUMENTED, set, {1, 3, 0},         -1, WSAEFAULT, "reads as before"},
    {"set_three_bytes",           "K-16", BEFORE(VISTA), OBSERVED, set, {1, 3, 0}, -1, WSAEFAULT, "reads as before"},
    {"set_three_bytes",           "K-16", FROM(VISTA), OBSERVED, set, {1, 3, 0},    0, BY_K14, "reads 1"},
    {"set_minus_one_bytes",       "K-26", ALL, DOCUMENTED, set, {1, -1, 0},        -1, WSAEFAULT, "reads as before"},
    {"set_minus_one_bytes",       "K-16", BEFORE(VISTA), OBSERVED, set, {1, -1, 0}, -1, WSAEFAULT, "reads as before"},
    {"set_minus_one_bytes",       "K-16", VISTA, VISTA, OBSERVED, set, {1, -1, 0}, -1, WSAENOBUFS, "reads as before"},
    {"set_minus_one_bytes",       "K-16", WIN7, WIN10_1709, OBSERVED, set, {1, -1, 0}, -1, WSAEFAULT, "reads as before"},
    {"set_minus_one_bytes",       "K-16", FROM(WIN10_21H1), OBSERVED, set, {1, -1, 0}, -1, WSAENOBUFS, "reads as before"},

    {"get_off",                   "K-12", ALL, DOCUMENTED, get, {0, 4, 0},          0, BY_K14, "4 bytes written: 0, length 4"},
    {"get_on",                    "K-12", ALL, DOCUMENTED, get, {1, 4, 0},          0, BY_K14, "4 bytes written: 1, length 4"},
    {"get_on_is_one",             "K-12", ALL, DOCUMENTED, get, {0x7f, 4, 0},       0, BY_K14, "4 bytes written: 1, length 4"},
    {"get_into_eight",            "K-12", ALL, DOCUMENTED, get, {1, 8, 0},          0, BY_K14, "4 bytes written: 1, length 4"},
    {"get_into_three",            "K-26", ALL, DOCUMENTED, get, {1, 3, 0},         -1, WSAEFAULT, "nothing written, length 3"},
    {"get_into_none",             "K-26", ALL, DOCUMENTED, get, {1, 0, 0},         -1, WSAEFAULT, "nothing written, length 0"},
    {"get_into_minus_one",        "K-26", ALL, DOCUMENTED, get, {1, -1, 0},        -1, WSAEFAULT, "nothing written, length -1"},
    {"get_off",                   "K-16", BEFORE(VISTA), OBSERVED, get, {0, 4, 0},  0, BY_K14, "4 bytes written: 0, length 4"},
    {"get_off",                   "K-16", FROM(VISTA), OBSERVED, get, {0, 4, 0},    0, BY_K14, "1 bytes written: 0, length 1"},
    {"get_on_is_one",             "K-16", FROM(VISTA), OBSERVED, get, {0x7f, 4, 0}, 0, BY_K14, "1 bytes written: 1, length 1"},
    {"get_into_three",            "K-16", BEFORE(VISTA), OBSERVED, get, {1, 3, 0}, -1, WSAEFAULT, "nothing written, length 3"},
    {"get_into_three",            "K-16", FROM(VISTA), OBSERVED, get, {1, 3, 0},    0, BY_K14, "1 bytes written: 1, length 1"},
    {"get_on",                    "K-16", BEFORE(VISTA), OBSERVED, get, {1, 4, 0},  0, BY_K14, "4 bytes written: 1, length 4"},
    {"get_on",                    "K-16", FROM(VISTA), OBSERVED, get, {1, 4, 0},    0, BY_K14, "1 bytes written: 1, length 1"},
    {"get_into_one",              "K-16", FROM(VISTA), OBSERVED, get, {1, 1, 0},    0, BY_K14, "1 bytes written: 1, length 1"},
    {"get_into_one",              "K-16", BEFORE(VISTA), OBSERVED, get, {1, 1, 0}, -1, WSAEFAULT, "nothing written, length 1"},
    {"get_into_eight",            "K-16", FROM(VISTA), OBSERVED, get, {1, 8, 0},    0, BY_K14, "1 bytes written: 1, length 1"},
    {"get_into_none",             "K-16", ALL, OBSERVED,   get, {1, 0, 0},         -1, WSAEFAULT, "nothing written, length 0"},
    {"get_into_minus_one",        "K-16", ALL, OBSERVED,   get, {1, -1, 0},        -1, WSAEFAULT, "nothing written, length -1"},

    {"nodelay_three_bytes",       "K-26", ALL, DOCUMENTED, set_switch, {1, 3, 0},  -1, WSAEFAULT, "reads 0"},
    {"nodelay_three_bytes",       "K-16", FROM(VISTA), OBSERVED, set_switch, {1, 3, 0}, 0, BY_K14, "reads 1"},
    {"nodelay_any_nonzero",       "K-16", ALL, BOTH,       set_switch, {2, 4, 0},   0, BY_K14, "reads 1"},
    {"nodelay_second_byte",       "K-16", ALL, DOCUMENTED, set_switch, {0x100, 4, 0}, 0, BY_K14, "reads 1"},
    {"nodelay_second_byte",       "K-16", BEFORE(VISTA), OBSERVED, set_switch, {0x100, 4, 0}, 0, BY_K14, "reads 1"},
    {"nodelay_second_byte",       "K-16", FROM(VISTA), OBSERVED, set_switch, {0x100, 4, 0}, 0, BY_K14, "reads 0"},
    {"dontroute_one_byte",        "K-16", FROM(VISTA), OBSERVED, set_switch, {1, 1, 1}, 0, BY_K14, "reads 1"},
    {"dontroute_second_byte",     "K-16", FROM(VISTA), OBSERVED, set_switch, {0x100, 4, 1}, 0, BY_K14, "reads 0"},
    {"v6only_one_byte",           "K-16", FROM(VISTA), OBSERVED, set_switch, {1, 1, 2}, 0, BY_K14, "reads 1"},
    {"v6only_four_bytes",         "K-15", ALL, BOTH,       set_switch, {1, 4, 2},   0, BY_K14, "reads 1"},

    {"set_on_ipv6",               "K-40", ALL, BOTH,       on_kind, {TCP6, 1, 0},   0, BY_K14, "reads 1"},
    {"set_on_bound",              "K-40", ALL, BOTH,       on_kind, {BOUND, 1, 0},  0, BY_K14, "reads 1"},
    {"set_on_listening",          "K-40", ALL, BOTH,       on_kind, {LISTENING, 1, 0}, 0, BY_K14, "reads 1"},
    {"set_on_connected",          "K-40", ALL, BOTH,       on_kind, {CONNECTED, 1, 0}, 0, BY_K14, "reads 1"},
    {"set_on_accepted",           "K-40", ALL, BOTH,       on_kind, {ACCEPTED, 1, 0}, 0, BY_K14, "reads 1"},
    {"set_on_datagram",           "K-25", ALL, BOTH,       on_kind, {UDP4, 1, 0},  -1, WSAENOPROTOOPT, "reads -1"},
    {"set_on_datagram_ipv6",      "K-25", ALL, BOTH,       on_kind, {UDP6, 1, 0},  -1, WSAENOPROTOOPT, "reads -1"},
    {"get_on_datagram_ipv6",      "K-42", ALL, BOTH,       on_kind, {UDP6, 0, 0},  -1, WSAENOPROTOOPT, "reads -1"},
    {"get_on_datagram",           "K-42", ALL, BOTH,       on_kind, {UDP4, 0, 0},  -1, WSAENOPROTOOPT, "reads -1"},

    {"getsockopt_last_error",     "K-14", ALL, BOTH,       last_error, {0, 0, 0},   0, BY_K14, NULL},
    {"setsockopt_last_error",     "K-14", ALL, BOTH,       last_error, {1, 0, 0},   0, BY_K14, NULL},
    {"bind_last_error",           "K-14", ALL, BOTH,       last_error, {2, 0, 0},   0, BY_K14, NULL},
    {"shutdown_last_error",       "K-14", ALL, BOTH,       last_error, {3, 0, 0},   0, BY_K14, NULL},
    {"ioctl_last_error",          "K-14", ALL, BOTH,       last_error, {4, 0, 0},   0, BY_K14, NULL},
    {"getsockname_last_error",    "K-14", ALL, BOTH,       last_error, {5, 0, 0},   0, KEPT, NULL},
    {"getpeername_last_error",    "K-14", ALL, BOTH,       last_error, {6, 0, 0},   0, KEPT, NULL},
    {"closesocket_last_error",    "K-14", ALL, BOTH,       last_error, {7, 0, 0},   0, KEPT, NULL},
    {"listen_last_error",         "K-14", ALL, BOTH,       last_error, {8, 0, 0},   0, KEPT, NULL},
    {"send_last_error",           "K-14", ALL, BOTH,       last_error, {9, 0, 0},   1, KEPT, NULL},
    // clang-format on
};

RUN_TOPIC(EACH_ROW, kRows)
