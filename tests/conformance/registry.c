/* Where timing comes from when the socket has none of its own: the registry's values (K-51 to K-55, K-80 to
 * K-87), written by the program itself and counting from the next start-up on. */
#include <string.h>

#include "suite/conformance.h"
#include "suite/host.h"

static const char kKey[] = "SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters";
static const char* const kNames[] = {"KeepAliveTime", "KeepAliveInterval",
                                     "TcpMaxDataRetransmissions", "PPTPTcpMaxDataRetransmissions"};
enum { TIME, INTERVAL, DATA, PPTP, VALUES };

static HKEY parameters(void) {
  HKEY key = NULL;
  RegCreateKeyExA(HKEY_LOCAL_MACHINE, kKey, 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL);
  return key;
}

static void clear(void) {
  const HKEY key = parameters();
  int i;
  for (i = 0; i < VALUES; ++i) RegDeleteValueA(key, kNames[i]);
  RegCloseKey(key);
}

static void store(int value, DWORD number) {
  const HKEY key = parameters();
  RegSetValueExA(key, kNames[value], 0, REG_DWORD, (const BYTE*)&number, sizeof number);
  RegCloseKey(key);
}

/* What a socket of a new start-up has in force. */
static void tell(struct outcome* seen) {
  WSADATA data;
  struct in_force now;
  memset(&now, 0, sizeof now);
  WSACleanup();
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) {
    effect(seen, "no start-up");
    return;
  }
  if (!skip(seen, host_in_force(tcp(), &now))) {
    effect(seen, "T %u I %u N %u", now.idle, now.interval, now.probes);
  }
}

/* {a, b, c}: two values, or absent where -1; row.with says which by the call. */
static void times(const struct row* row, struct outcome* seen) {
  if (skip(seen, host_registry())) return;
  clear();
  if (row->with.a != -1) store(TIME, (DWORD)row->with.a);
  if (row->with.b != -1) store(INTERVAL, (DWORD)row->with.b);
  tell(seen);
  clear();
}

static void counts(const struct row* row, struct outcome* seen) {
  if (skip(seen, host_registry())) return;
  clear();
  if (row->with.a != -1) store(DATA, (DWORD)row->with.a);
  if (row->with.b != -1) store(PPTP, (DWORD)row->with.b);
  tell(seen);
  clear();
}

/* The longest times that a DWORD holds; -1 stands for absent above. */
static void longest(const struct row* row, struct outcome* seen) {
  (void)row;
  if (skip(seen, host_registry())) return;
  clear();
  store(TIME, 0xffffffff);
  store(INTERVAL, 0xffffffff);
  tell(seen);
  clear();
}

/* A wrong type counts as absent; a: the type. */
static void type(const struct row* row, struct outcome* seen) {
  const char text[8] = "5000";
  HKEY key;
  if (skip(seen, host_registry())) return;
  clear();
  key = parameters();
  RegSetValueExA(key, kNames[TIME], 0, (DWORD)row->with.a, (const BYTE*)text,
                 row->with.a == REG_SZ ? 5 : 8);
  RegCloseKey(key);
  tell(seen);
  clear();
}

/* N = 0: nothing is sent, SO_KEEPALIVE reads TRUE, and the connection lives. */
static void no_probes(const struct row* row, struct outcome* seen) {
  WSADATA data;
  struct in_force now;
  struct pair pair;
  (void)row;
  if (skip(seen, host_registry())) return;
  clear();
  store(DATA, 0);
  store(PPTP, 0);
  WSACleanup();
  WSAStartup(MAKEWORD(2, 2), &data);
  pair = connected();
  ATTEMPT(seen, set_keep_alive(pair.client, 1));
  effect(seen, "reads %d", keep_alive(pair.client));
  if (!skip(seen, host_in_force(pair.client, &now))) {
    effect(seen, now.next_probe_in < 0 && now.give_up_in < 0 ? "never" : "some time");
  }
  clear();
}

/* A later change is for later start-ups. */
static void later_change(const struct row* row, struct outcome* seen) {
  WSADATA data;
  struct in_force now;
  (void)row;
  if (skip(seen, host_registry())) return;
  clear();
  WSACleanup();
  WSAStartup(MAKEWORD(2, 2), &data);
  store(TIME, 60000);
  if (!skip(seen, host_in_force(tcp(), &now))) effect(seen, "T %u", now.idle);
  tell(seen);
  clear();
}

/* The socket's own values come before the registry's; a takes them away again: 1 both, 2 the interval. */
static void socket_first(const struct row* row, struct outcome* seen) {
  WSADATA data;
  struct in_force now;
  SOCKET s = INVALID_SOCKET;
  if (skip(seen, host_registry())) return;
  clear();
  store(TIME, 60000);
  store(INTERVAL, 2000);
  WSACleanup();
  WSAStartup(MAKEWORD(2, 2), &data);
  s = tcp();
  keep_alive_values(s, 1, 5000, 500);
  if (row->with.a) keep_alive_values(s, 1, row->with.a == 2 ? 5000 : 0, 0);
  if (!skip(seen, host_in_force(s, &now))) {
    effect(seen, "T %u I %u", now.idle, now.interval);
    effect(seen, "socket %d registry %d", now.from_socket & 3, now.from_registry & 3);
  }
  clear();
}

/* TCP_KEEPIDLE and TCP_KEEPINTVL (a) read what the registry gives. */
static void option_reads(const struct row* row, struct outcome* seen) {
  WSADATA data;
  if (skip(seen, host_registry())) return;
  clear();
  store(TIME, 61500);
  store(INTERVAL, 3000);
  WSACleanup();
  WSAStartup(MAKEWORD(2, 2), &data);
  seen->result = option_of(tcp(), IPPROTO_TCP, row->with.a);
  clear();
}

/* The functions that reach the store. */
static void write_and_read(const struct row* row, struct outcome* seen) {
  DWORD number = 0;
  DWORD kind = 0;
  DWORD size = sizeof number;
  HKEY key = NULL;
  (void)row;
  if (skip(seen, host_registry())) return;
  clear();
  store(TIME, 4321);
  seen->result = (int)RegOpenKeyExA(HKEY_LOCAL_MACHINE,
                                    "system\\currentcontrolset\\SERVICES\\tcpip\\parameters", 0,
                                    KEY_READ, &key);
  if (seen->result == 0) {
    effect(seen, "query %d",
           (int)RegQueryValueExA(key, "KEEPALIVETIME", NULL, &kind, (BYTE*)&number, &size));
    effect(seen, "type %d, %d", (int)kind, (int)number);
    RegCloseKey(key);
  }
  clear();
  key = parameters();
  effect(seen, "then %d", (int)RegQueryValueExA(key, "KeepAliveTime", NULL, NULL, NULL, NULL));
  RegCloseKey(key);
}

static const struct row kRows[] = {
    // clang-format off
    {"nothing_stored",          "K-51", FROM(VISTA), BOTH, times, {-1, -1, 0},        0, ANY_ERROR, "T 7200000 I 1000 N 10"},
    {"nothing_stored",          "K-51", BEFORE(VISTA), BOTH, times, {-1, -1, 0},      0, ANY_ERROR, "T 7200000 I 1000 N 5"},
    {"time",                    "K-80", FROM(VISTA), BOTH, times, {60000, -1, 0},     0, ANY_ERROR, "T 60000 I 1000 N 10"},
    {"time",                    "K-80", BEFORE(VISTA), BOTH, times, {60000, -1, 0},   0, ANY_ERROR, "T 60000 I 1000 N 5"},
    {"time_one",                "K-80", FROM(VISTA), BOTH, times, {1, -1, 0},         0, ANY_ERROR, "T 1 I 1000 N 10"},
    {"time_zero_is_absent",     "K-84", FROM(VISTA), BOTH, times, {0, -1, 0},         0, ANY_ERROR, "T 7200000 I 1000 N 10"},
    {"interval",                "K-81", FROM(VISTA), BOTH, times, {-1, 1500, 0},      0, ANY_ERROR, "T 7200000 I 1500 N 10"},
    {"interval_zero_is_absent", "K-84", FROM(VISTA), BOTH, times, {-1, 0, 0},         0, ANY_ERROR, "T 7200000 I 1000 N 10"},
    {"both",                    "K-55", FROM(VISTA), BOTH, times, {1500, 300, 0},     0, ANY_ERROR, "T 1500 I 300 N 10"},
    {"longest",                 "K-80", FROM(VISTA), BOTH, longest, {0, 0, 0},        0, ANY_ERROR, "T 4294967295 I 4294967295 N 10"},
    {"text_is_absent",          "K-84", FROM(VISTA), BOTH, type, {REG_SZ, 0, 0},      0, ANY_ERROR, "T 7200000 I 1000 N 10"},
    {"binary_is_absent",        "K-84", FROM(VISTA), BOTH, type, {REG_BINARY, 0, 0},  0, ANY_ERROR, "T 7200000 I 1000 N 10"},

    {"counts_ignored",          "K-53", FROM(VISTA), BOTH, counts, {3, 4, 0},         0, ANY_ERROR, "T 7200000 I 1000 N 10"},
    {"data_count",              "K-82", BEFORE(VISTA), BOTH, counts, {9, -1, 0},      0, ANY_ERROR, "T 7200000 I 1000 N 9"},
    {"pptp_count",              "K-83", BEFORE(VISTA), BOTH, counts, {-1, 9, 0},      0, ANY_ERROR, "T 7200000 I 1000 N 9"},
    {"larger_count",            "K-53", BEFORE(VISTA), BOTH, counts, {7, 3, 0},       0, ANY_ERROR, "T 7200000 I 1000 N 7"},
    {"larger_pptp",             "K-53", BEFORE(VISTA), BOTH, counts, {3, 7, 0},       0, ANY_ERROR, "T 7200000 I 1000 N 7"},
    {"absent_is_five",          "K-54", BEFORE(VISTA), BOTH, counts, {3, -1, 0},      0, ANY_ERROR, "T 7200000 I 1000 N 5"},
    {"absent_pptp_is_five",     "K-54", BEFORE(VISTA), BOTH, counts, {-1, 2, 0},      0, ANY_ERROR, "T 7200000 I 1000 N 5"},
    {"zero_needs_both",         "K-54", BEFORE(VISTA), BOTH, counts, {0, -1, 0},      0, ANY_ERROR, "T 7200000 I 1000 N 5"},
    {"count_255",               "K-82", BEFORE(VISTA), BOTH, counts, {255, 1, 0},     0, ANY_ERROR, "T 7200000 I 1000 N 255"},
    {"count_256_is_255",        "K-53", BEFORE(VISTA), BOTH, counts, {256, 1, 0},     0, ANY_ERROR, "T 7200000 I 1000 N 255"},
    {"pptp_100000_is_255",      "K-83", BEFORE(VISTA), BOTH, counts, {1, 100000, 0},  0, ANY_ERROR, "T 7200000 I 1000 N 255"},
    {"zero_sends_nothing",      "K-53", BEFORE(VISTA), BOTH, no_probes, {0, 0, 0},    0, BY_K14, "reads 1, never"},
    {"zero_counts_for_none",    "K-53", FROM(VISTA), BOTH, no_probes, {0, 0, 0},      0, BY_K14, "reads 1, some time"},

    {"later_change",            "K-87", FROM(VISTA), BOTH, later_change, {0, 0, 0},   0, ANY_ERROR, "T 7200000, T 60000 I 1000 N 10"},
    {"socket_first",            "K-55", ALL, BOTH, socket_first, {0, 0, 0},           0, ANY_ERROR, "T 5000 I 500, socket 3 registry 0"},
    {"registry_behind_zero",    "K-62", ALL, BOTH, socket_first, {1, 0, 0},           0, ANY_ERROR, "T 60000 I 2000, socket 0 registry 3"},
    {"registry_behind_zero_interval", "K-55", ALL, BOTH, socket_first, {2, 0, 0},     0, ANY_ERROR, "T 5000 I 2000, socket 1 registry 2"},
    {"option_reads_registry",   "K-70", FROM(VISTA), BOTH, option_reads, {TCP_KEEPALIVE, 0, 0}, 62, ANY_ERROR, NULL},
    {"interval_reads_registry", "K-70", FROM(WIN10_1709), BOTH, option_reads, {TCP_KEEPINTVL, 0, 0}, 3, ANY_ERROR, NULL},
    {"written_is_read",         "K-86", ALL, BOTH, write_and_read, {0, 0, 0},         0, ANY_ERROR, "query 0, type 4, 4321, then 2"},
    {"names_without_case",      "K-85", ALL, BOTH, write_and_read, {0, 0, 0},         0, ANY_ERROR, "query 0, type 4, 4321, then 2"},
    // clang-format on
};

RUN_TOPIC(EACH_ROW, kRows)
