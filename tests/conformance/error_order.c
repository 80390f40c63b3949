/* Which error wins where several apply (K-20 to K-26), that bad pointers never crash, and that a refused call
 * leaves socket, buffer and length as they were (K-13). */
#include <string.h>

#include "suite/conformance.h"

enum { STOPPED = 100 }; /* A kind: a socket, and no start-up. */

enum option {
  KEEP_ALIVE,
  NO_LEVEL,
  LINUX_LEVEL,
  NO_OPTION,
  NO_TCP_OPTION,
  NO_IP_OPTION,
  NO_UDP_OPTION,
  NO_IPV6_OPTION
};
struct named {
  int level, name;
};
static const struct named kOptions[] = {{SOL_SOCKET, SO_KEEPALIVE},
                                        {0x8000, SO_KEEPALIVE},
                                        {1, 9}, /* Linux's SOL_SOCKET and SO_KEEPALIVE. */
                                        {SOL_SOCKET, 0x7777},
                                        {IPPROTO_TCP, 0x7777},
                                        {IPPROTO_IP, 0x7777},
                                        {IPPROTO_UDP, 0x7777},
                                        {IPPROTO_IPV6, 0x7777}};

static SOCKET socket_of(int kind) {
  SOCKET s = INVALID_SOCKET;
  if (kind != STOPPED) return of_kind(kind);
  s = tcp();
  WSACleanup();
  return s;
}

/* Kinds that not every world gives to every program. */
static const char* denied(int kind, SOCKET s) {
  if (s != INVALID_SOCKET) return NULL;
  if (kind == RAW) return "raw sockets need a right";
  return kind == LOCAL ? "there are no streams of AF_UNIX" : NULL;
}

/* a: enum kind or STOPPED, b: enum option, c: the length; the pointer is NULL where it is 0 or less. */
static void set(const struct row* row, struct outcome* seen) {
  const SOCKET s = socket_of(row->with.a);
  const struct named option = kOptions[row->with.b];
  const DWORD on = 1;
  const char* const value = row->with.c > 0 ? (const char*)&on : NULL;
  if (skip(seen, denied(row->with.a, s))) return;
  ATTEMPT(seen, setsockopt(s, option.level, option.name, value, row->with.c));
  if (row->with.a == TCP4) effect(seen, "reads %d", keep_alive(s));
}

static void get(const struct row* row, struct outcome* seen) {
  const SOCKET s = socket_of(row->with.a);
  const struct named option = kOptions[row->with.b];
  DWORD value = 77;
  int size = row->with.c;
  if (skip(seen, denied(row->with.a, s))) return;
  ATTEMPT(seen,
          getsockopt(s, option.level, option.name, row->with.c > 0 ? (char*)&value : NULL, &size));
  effect(seen, "value %s, length %s", value == 77 ? "kept" : "written",
         size == row->with.c ? "kept" : "written");
}

enum pointer { NONE, SMALL, UNMAPPED, READ_ONLY, SHORT_PAGE };
static char* pointer(int which) {
  switch (which) {
    case SMALL:
      return NOWHERE;
    case UNMAPPED:
      return before_the_end(0);
    case READ_ONLY:
      return read_only(0);
    case SHORT_PAGE:
      return before_the_end(3);
    default:
      return NULL;
  }
}

/* a: enum pointer. A DWORD of bytes that do not exist. */
static void set_pointer(const struct row* row, struct outcome* seen) {
  const SOCKET s = tcp();
  set_keep_alive(s, 1);
  ATTEMPT(seen, setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, pointer(row->with.a), 4));
  effect(seen, "reads %d", keep_alive(s));
}

static void get_pointer(const struct row* row, struct outcome* seen) {
  const SOCKET s = tcp();
  int size = 4;
  ATTEMPT(seen, getsockopt(s, SOL_SOCKET, SO_KEEPALIVE, pointer(row->with.a), &size));
  effect(seen, "length %d", size);
}

/* The pointer to the length. */
static void get_length(const struct row* row, struct outcome* seen) {
  const SOCKET s = tcp();
  DWORD value = 77;
  int* const size = (int*)(void*)pointer(row->with.a);
  ATTEMPT(seen, getsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (char*)&value, size));
}

static void attempt(SOCKET s, int level, int name, int sets, struct outcome* seen) {
  DWORD value = 1;
  int size = sizeof value;
  if (sets) {
    ATTEMPT(seen, setsockopt(s, level, name, (const char*)&value, size));
  } else {
    ATTEMPT(seen, getsockopt(s, level, name, (char*)&value, &size));
  }
}

/* a: 1 sets, 0 reads; b: the levels that Windows knows, and an option that none has; or levels that it does not know. */
static void levels(const struct row* row, struct outcome* seen) {
  static const int known[] = {SOL_SOCKET, IPPROTO_IP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_IPV6};
  static const int unknown[] = {1, 2, 255, -1, 0x10000};
  const SOCKET s = tcp();
  int at;
  for (at = 0; at < 5; ++at) {
    const int level = row->with.b ? known[at] : unknown[at];
    attempt(s, level, row->with.b ? 0x7777 : SO_KEEPALIVE, row->with.a, seen);
    if (seen->result != row->result || seen->error != row->error) effect(seen, "not %d", level);
  }
}

/* a: 1 sets, 0 reads. Numbers that no socket has: one of the first, one that is too high, all of 32 bits. */
static void numbers(const struct row* row, struct outcome* seen) {
  static const SOCKET none[] = {2, 1000000, 0xffffffffU, INVALID_SOCKET};
  int at;
  for (at = 0; at < 4; ++at) {
    attempt(none[at], SOL_SOCKET, SO_KEEPALIVE, row->with.a, seen);
    if (seen->result != row->result || seen->error != row->error) effect(seen, "not number %d", at);
  }
}

/* SO_OPENTYPE succeeds on any handle. */
static void open_type(const struct row* row, struct outcome* seen) {
  const SOCKET s = of_kind(row->with.a);
  const DWORD value = 0;
  ATTEMPT(seen, setsockopt(s, SOL_SOCKET, SO_OPENTYPE, (const char*)&value, sizeof value));
}

/* Addresses and sets of no memory are errors as well. */
static void other_pointers(const struct row* row, struct outcome* seen) {
  const SOCKET s = tcp();
  struct timeval at_once = {0, 0};
  int size = sizeof(struct sockaddr_in);
  switch (row->with.a) {
    case 0:
      ATTEMPT(seen, bind(s, (const struct sockaddr*)NOWHERE, size));
      break;
    case 1:
      ATTEMPT(seen, connect(s, (const struct sockaddr*)NOWHERE, size));
      break;
    case 2:
      ATTEMPT(seen, ioctlsocket(s, FIONBIO, (u_long*)(void*)NOWHERE));
      break;
    case 3:
      ATTEMPT(seen, select(0, (fd_set*)(void*)NOWHERE, NULL, NULL, &at_once));
      break;
    default:
      ATTEMPT(seen, getsockname(bound_tcp(), (struct sockaddr*)NOWHERE, &size));
      break;
  }
}

/* K-22: the calls that a blocking hook makes while its thread waits in recv. */
static SOCKET in_hook;
static int hook_sets;
static struct outcome* hook_seen;
static INT_PTR WINAPI hook(void) {
  DWORD on = 1;
  int size = sizeof on;
  if (hook_sets == 3) {
    ATTEMPT(hook_seen, listen(in_hook, 1));
    effect_error(hook_seen, "listen", hook_seen->result == 0 ? 0 : WSAGetLastError());
    effect_error(hook_seen, "cleanup", WSACleanup() == 0 ? 0 : WSAGetLastError());
    ATTEMPT(hook_seen, closesocket(INVALID_SOCKET)); /* Before K-23. */
  } else if (hook_sets == 2) {
    ATTEMPT(hook_seen, WSAIoctl(in_hook, 1, NULL, 0, NULL, 0, NULL, NULL, NULL));
  } else if (hook_sets) {
    ATTEMPT(hook_seen, setsockopt(in_hook, SOL_SOCKET, SO_KEEPALIVE, (const char*)&on, sizeof on));
  } else {
    ATTEMPT(hook_seen, getsockopt(in_hook, SOL_SOCKET, SO_KEEPALIVE, (char*)&on, &size));
  }
  return FALSE;
}
static INT_PTR WINAPI cancelling_hook(void) {
  hook();
  WSACancelBlockingCall();
  return FALSE;
}

/* a: 2 is WSAIoctl, 1 sets, 0 reads; b: the socket is none. */
static void inside_hook(const struct row* row, struct outcome* seen) {
  WSADATA data;
  struct pair pair;
  char octet;
  WSACleanup();
  WSAStartup(MAKEWORD(1, 1), &data);
  pair = connected();
  in_hook = row->with.b ? INVALID_SOCKET : pair.client;
  hook_sets = row->with.a;
  hook_seen = seen;
  seen->result = 77;
  WSASetBlockingHook((FARPROC)(void (*)(void))cancelling_hook);
  recv(pair.client, &octet, 1, 0);
  effect_error(seen, "recv ends with", WSAGetLastError());
  WSAUnhookBlockingHook();
  effect(seen, "reads %d", keep_alive(pair.client));
}

/* K-22: the calls that a condition function makes while WSAAccept asks it. */
static int CALLBACK condition(LPWSABUF caller, LPWSABUF caller_data, LPQOS service,
                              LPQOS group_service, LPWSABUF callee, LPWSABUF callee_data,
                              GROUP* group, DWORD_PTR data) {
  (void)caller;
  (void)caller_data;
  (void)service;
  (void)group_service;
  (void)callee;
  (void)callee_data;
  (void)group;
  (void)data;
  hook();
  return CF_ACCEPT;
}

/* a: 3 are calls beside options, 2 is WSAIoctl, 1 sets, 0 reads. */
static void inside_condition(const struct row* row, struct outcome* seen) {
  const SOCKET from = listener();
  const struct sockaddr_in address = name_of(from);
  SOCKET accepted = INVALID_SOCKET;
  in_hook = tcp();
  hook_sets = row->with.a;
  hook_seen = seen;
  connect_to(tcp(), &address);
  accepted = WSAAccept(from, NULL, NULL, condition, 0);
  effect(seen, accepted == INVALID_SOCKET ? "not accepted" : "accepted");
  effect(seen, "reads %d", keep_alive(in_hook));
}

static void hook_with_2(const struct row* row, struct outcome* seen) {
  (void)row;
  mark();
  seen->result = WSASetBlockingHook((FARPROC)(void (*)(void))cancelling_hook) != NULL;
  seen->error = WSAGetLastError();
  effect(seen, "blocking %d", WSAIsBlocking());
}

static const struct row kRows[] = {
    // clang-format off
    {"not_started_wins",          "K-20", ALL, BOTH, set, {STOPPED, NO_LEVEL, -1},      -1, WSANOTINITIALISED, NULL},
    {"not_started_get",           "K-20", ALL, BOTH, get, {STOPPED, KEEP_ALIVE, 0},     -1, WSANOTINITIALISED, "value kept, length kept"},

    {"not_started_get_wins",      "K-20", ALL, BOTH, get, {STOPPED, NO_LEVEL, -1},      -1, WSANOTINITIALISED, "value kept, length kept"},

    {"set_in_a_hook",             "K-22", ALL, BOTH, inside_hook, {1, 0, 0},            -1, WSAEINPROGRESS, "recv ends with WSAEINTR, reads 0"},
    {"get_in_a_hook",             "K-22", ALL, BOTH, inside_hook, {0, 0, 0},            -1, WSAEINPROGRESS, "recv ends with WSAEINTR, reads 0"},
    {"hook_beats_not_a_socket",   "K-22", ALL, BOTH, inside_hook, {1, 1, 0},            -1, WSAEINPROGRESS, "recv ends with WSAEINTR, reads 0"},
    {"hook_beats_not_a_socket_get", "K-22", ALL, BOTH, inside_hook, {0, 1, 0},          -1, WSAEINPROGRESS, "recv ends with WSAEINTR, reads 0"},
    {"ioctl_in_a_hook",           "K-22", ALL, BOTH, inside_hook, {2, 1, 0},            -1, WSAEINPROGRESS, "recv ends with WSAEINTR, reads 0"},
    {"ioctl_in_a_condition",      "K-22", ALL, BOTH, inside_condition, {2, 0, 0},       -1, WSAEINPROGRESS, "accepted, reads 0"},
    {"others_in_a_condition",     "K-22", ALL, BOTH, inside_condition, {3, 0, 0},       -1, WSAEINPROGRESS, "listen WSAEINPROGRESS, cleanup WSAEINPROGRESS, accepted, reads 0"},
    {"set_in_a_condition",        "K-22", ALL, BOTH, inside_condition, {1, 0, 0},       -1, WSAEINPROGRESS, "accepted, reads 0"},
    {"get_in_a_condition",        "K-22", ALL, BOTH, inside_condition, {0, 0, 0},       -1, WSAEINPROGRESS, "accepted, reads 0"},
    {"no_hooks_with_2",           "K-22", ALL, BOTH, hook_with_2, {0, 0, 0},             0, WSAEOPNOTSUPP, "blocking 0"},

    {"closed",                    "K-23", ALL, BOTH, set, {CLOSED, KEEP_ALIVE, 4},      -1, WSAENOTSOCK, NULL},
    {"invalid_socket",            "K-23", ALL, BOTH, set, {INVALID, KEEP_ALIVE, 4},     -1, WSAENOTSOCK, NULL},
    {"event_handle",              "K-23", ALL, BOTH, set, {EVENT_HANDLE, KEEP_ALIVE, 4}, -1, WSAENOTSOCK, NULL},
    {"file_handle",               "K-23", ALL, BOTH, set, {FILE_HANDLE, KEEP_ALIVE, 4}, -1, WSAENOTSOCK, NULL},
    {"get_closed",                "K-23", ALL, BOTH, get, {CLOSED, KEEP_ALIVE, 4},      -1, WSAENOTSOCK, "value kept, length kept"},
    {"not_a_socket_beats_fault",  "K-23", ALL, BOTH, set, {CLOSED, KEEP_ALIVE, 0},      -1, WSAENOTSOCK, NULL},
    {"not_a_socket_beats_level",  "K-23", ALL, BOTH, set, {CLOSED, NO_LEVEL, 4},        -1, WSAENOTSOCK, NULL},
    {"not_a_socket_beats_option", "K-23", ALL, BOTH, set, {CLOSED, NO_OPTION, 4},       -1, WSAENOTSOCK, NULL},
    {"numbers_of_none",           "K-23", ALL, BOTH, numbers, {1, 0, 0},                -1, WSAENOTSOCK, NULL},
    {"get_numbers_of_none",       "K-23", ALL, BOTH, numbers, {0, 0, 0},                -1, WSAENOTSOCK, NULL},
    {"open_type_of_none",         "K-23", ALL, BOTH, open_type, {INVALID, 0, 0},         0, BY_K14, NULL},
    {"open_type_of_closed",       "K-23", ALL, BOTH, open_type, {CLOSED, 0, 0},          0, BY_K14, NULL},

    {"unknown_level",             "K-24", ALL, BOTH, set, {TCP4, NO_LEVEL, 4},          -1, WSAEINVAL, "reads 0"},
    {"linux_level",               "K-24", ALL, BOTH, set, {TCP4, LINUX_LEVEL, 4},       -1, WSAEINVAL, "reads 0"},
    {"get_unknown_level",         "K-24", ALL, BOTH, get, {TCP4, NO_LEVEL, 4},          -1, WSAEINVAL, "value kept, length kept"},
    {"level_beats_fault",         "K-24", ALL, BOTH, set, {TCP4, NO_LEVEL, 0},          -1, WSAEINVAL, "reads 0"},

    {"level_beats_kind",          "K-24", ALL, BOTH, set, {UDP4, LINUX_LEVEL, 0},       -1, WSAEINVAL, NULL},
    {"unknown_levels",            "K-24", ALL, BOTH, levels, {1, 0, 0},                 -1, WSAEINVAL, NULL},
    {"get_unknown_levels",        "K-24", ALL, BOTH, levels, {0, 0, 0},                 -1, WSAEINVAL, NULL},
    {"known_levels",              "K-24", ALL, BOTH, levels, {1, 1, 0},                 -1, WSAENOPROTOOPT, NULL},
    {"get_known_levels",          "K-24", ALL, BOTH, levels, {0, 1, 0},                 -1, WSAENOPROTOOPT, NULL},
    {"level_of_ip_is_known",      "K-24", ALL, BOTH, set, {TCP4, NO_IP_OPTION, 4},      -1, WSAENOPROTOOPT, "reads 0"},
    {"level_of_udp_is_known",     "K-24", ALL, BOTH, set, {TCP4, NO_UDP_OPTION, 4},     -1, WSAENOPROTOOPT, "reads 0"},
    {"level_of_ipv6_is_known",    "K-24", ALL, BOTH, set, {TCP4, NO_IPV6_OPTION, 4},    -1, WSAENOPROTOOPT, "reads 0"},

    {"unknown_option",            "K-25", ALL, BOTH, set, {TCP4, NO_OPTION, 4},         -1, WSAENOPROTOOPT, "reads 0"},
    {"unknown_tcp_option",        "K-25", ALL, BOTH, set, {TCP4, NO_TCP_OPTION, 4},     -1, WSAENOPROTOOPT, "reads 0"},
    {"get_unknown_option",        "K-25", ALL, BOTH, get, {TCP4, NO_OPTION, 4},         -1, WSAENOPROTOOPT, "value kept, length kept"},
    {"option_beats_fault",        "K-25", ALL, BOTH, set, {TCP4, NO_OPTION, 0},         -1, WSAENOPROTOOPT, "reads 0"},
    {"kind_beats_fault",          "K-25", ALL, BOTH, set, {UDP4, KEEP_ALIVE, 0},        -1, WSAENOPROTOOPT, NULL},
    {"get_kind_beats_fault",      "K-25", ALL, BOTH, get, {UDP4, KEEP_ALIVE, 0},        -1, WSAENOPROTOOPT, "value kept, length kept"},

    {"raw_socket",                "K-25", ALL, BOTH, set, {RAW, KEEP_ALIVE, 4},         -1, WSAENOPROTOOPT, NULL},
    {"get_raw_socket",            "K-25", ALL, BOTH, get, {RAW, KEEP_ALIVE, 4},         -1, WSAENOPROTOOPT, "value kept, length kept"},
    {"local_stream",              "K-25", FROM(WIN10_21H1), BOTH, set, {LOCAL, KEEP_ALIVE, 4}, -1, WSAENOPROTOOPT, NULL},
    {"get_local_stream",          "K-25", FROM(WIN10_21H1), BOTH, get, {LOCAL, KEEP_ALIVE, 4}, -1, WSAENOPROTOOPT, "value kept, length kept"},

    {"set_null",                  "K-26", ALL, BOTH, set_pointer, {NONE, 0, 0},         -1, WSAEFAULT, "reads 1"},
    {"set_small_integer",         "K-26", ALL, BOTH, set_pointer, {SMALL, 0, 0},        -1, WSAEFAULT, "reads 1"},
    {"set_unmapped",              "K-26", ALL, BOTH, set_pointer, {UNMAPPED, 0, 0},     -1, WSAEFAULT, "reads 1"},
    {"set_page_ends",             "K-26", ALL, DOCUMENTED, set_pointer, {SHORT_PAGE, 0, 0}, -1, WSAEFAULT, "reads 1"},
    {"set_page_ends",             "K-26", BEFORE(VISTA), OBSERVED, set_pointer, {SHORT_PAGE, 0, 0}, -1, WSAEFAULT, "reads 1"},
    {"set_page_ends",             "K-16", FROM(VISTA), OBSERVED, set_pointer, {SHORT_PAGE, 0, 0}, 0, BY_K14, "reads 0"},
    {"set_read_only",             "K-26", ALL, BOTH, set_pointer, {READ_ONLY, 0, 0},     0, BY_K14, "reads 0"},
    {"get_null",                  "K-26", ALL, BOTH, get_pointer, {NONE, 0, 0},         -1, WSAEFAULT, "length 4"},
    {"get_small_integer",         "K-26", ALL, BOTH, get_pointer, {SMALL, 0, 0},        -1, WSAEFAULT, "length 4"},
    {"get_unmapped",              "K-26", ALL, BOTH, get_pointer, {UNMAPPED, 0, 0},     -1, WSAEFAULT, "length 4"},
    {"get_read_only",             "K-26", ALL, BOTH, get_pointer, {READ_ONLY, 0, 0},    -1, WSAEFAULT, "length 4"},
    {"get_page_ends",             "K-26", ALL, DOCUMENTED, get_pointer, {SHORT_PAGE, 0, 0}, -1, WSAEFAULT, "length 4"},
    {"get_page_ends",             "K-26", BEFORE(VISTA), OBSERVED, get_pointer, {SHORT_PAGE, 0, 0}, -1, WSAEFAULT, "length 4"},
    {"get_page_ends",             "K-16", FROM(VISTA), OBSERVED, get_pointer, {SHORT_PAGE, 0, 0}, 0, BY_K14, "length 1"},
    {"get_null_length",           "K-26", ALL, BOTH, get_length, {NONE, 0, 0},          -1, WSAEFAULT, NULL},
    {"get_bad_length",            "K-26", ALL, BOTH, get_length, {UNMAPPED, 0, 0},      -1, WSAEFAULT, NULL},
    {"get_short_length",          "K-26", ALL, BOTH, get_length, {SHORT_PAGE, 0, 0},    -1, WSAEFAULT, NULL},
    {"bind_bad_address",          "K-26", ALL, BOTH, other_pointers, {0, 0, 0},         -1, WSAEFAULT, NULL},
    {"connect_bad_address",       "K-26", ALL, BOTH, other_pointers, {1, 0, 0},         -1, WSAEFAULT, NULL},
    {"ioctlsocket_bad_pointer",   "K-26", ALL, BOTH, other_pointers, {2, 0, 0},         -1, WSAEFAULT, NULL},
    {"select_bad_set",            "K-26", ALL, BOTH, other_pointers, {3, 0, 0},         -1, WSAEFAULT, NULL},
    {"getsockname_bad_address",   "K-26", ALL, BOTH, other_pointers, {4, 0, 0},         -1, WSAEFAULT, NULL},
    {"set_refused_changes_nothing", "K-13", ALL, BOTH, set, {TCP4, KEEP_ALIVE, 0},      -1, WSAEFAULT, "reads 0"},
    {"get_refused_changes_nothing", "K-13", ALL, BOTH, get, {TCP4, NO_LEVEL, 4},        -1, WSAEINVAL, "value kept, length kept"},
    // clang-format on
};

RUN_TOPIC(EACH_ROW, kRows)
