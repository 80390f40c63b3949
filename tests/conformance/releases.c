/* Which Windows a program sees (K-120), how it is chosen (K-121), and what a wrong word does (K-122). */
#include <stdio.h>
#include <string.h>

#include "suite/conformance.h"
#include "suite/host.h"

/* {a, b, c}: the version that is reported; each row is one release. */
static void version(const struct row* row, struct outcome* seen) {
  typedef LONG(WINAPI * version_call)(RTL_OSVERSIONINFOW*);
  RTL_OSVERSIONINFOW found;
  const version_call call =
      (version_call)(void (*)(void))GetProcAddress(GetModuleHandleA("ntdll.dll"), "RtlGetVersion");
  (void)row;
  memset(&found, 0, sizeof found);
  found.dwOSVersionInfoSize = sizeof found;
  seen->result = call ? (int)call(&found) : -1;
  effect(seen, "%d.%d.%d", (int)found.dwMajorVersion, (int)found.dwMinorVersion,
         (int)found.dwBuildNumber);
}

/* A release is several builds on real machines; wsalive has the name of one of them. */
static void build(const struct row* row, struct outcome* seen) {
  if (strcmp(host_world(), "wsalive") != 0 && skip(seen, "a machine has a build of its own"))
    return;
  version(row, seen);
}

/* GetVersionEx says the same as RtlGetVersion, whose answers the rows above hold fixed. */
static void older_call_agrees(const struct row* row, struct outcome* seen) {
  struct outcome newer;
  OSVERSIONINFOA found;
  if (strcmp(host_world(), "wsalive") != 0 && host_release() >= WIN8_1 &&
      skip(seen, "from 8.1 on Windows tells that only to programs with a manifest"))
    return;
  memset(&newer, 0, sizeof newer);
  version(row, &newer);
  memset(&found, 0, sizeof found);
  found.dwOSVersionInfoSize = sizeof found;
  seen->result = GetVersionExA(&found);
  effect(seen, "%d.%d.%d", (int)found.dwMajorVersion, (int)found.dwMinorVersion,
         (int)found.dwBuildNumber);
  if (strcmp(seen->effect, newer.effect) == 0) strcpy(seen->effect, "the same");
}

/* VerifyVersionInfo agrees: at least {a, b}. */
static void at_least(const struct row* row, struct outcome* seen) {
  OSVERSIONINFOEXA wanted;
  DWORDLONG mask = 0;
  memset(&wanted, 0, sizeof wanted);
  wanted.dwOSVersionInfoSize = sizeof wanted;
  wanted.dwMajorVersion = (DWORD)row->with.a;
  wanted.dwMinorVersion = (DWORD)row->with.b;
  mask = VerSetConditionMask(mask, VER_MAJORVERSION, VER_GREATER_EQUAL);
  mask = VerSetConditionMask(mask, VER_MINORVERSION, VER_GREATER_EQUAL);
  seen->result = VerifyVersionInfoA(&wanted, VER_MAJORVERSION | VER_MINORVERSION, mask);
}

static const char* word(int release) {
  return release < 0 ? "no-such-windows" : kReleaseNames[release];
}

/* What a start-up answers after `release` and `rules` were asked for, and what the last error rule then is. */
static int start_as(const char* release, const char* rules) {
  WSADATA data;
  host_choose(release, rules);
  return WSAStartup(MAKEWORD(2, 2), &data);
}

/* Puts the world's own choice back. */
static void put_back(int release, int rules) {
  host_choose(kReleaseNames[release], rules == OBSERVED ? "observed" : "documented");
}

static void unknown_word(const struct row* row, struct outcome* seen) {
  const int release = host_release();
  const int rules = host_rules();
  if (skip(seen, host_choose(kReleaseNames[release], "documented"))) return;
  seen->result =
      row->with.a ? start_as(word(-1), "documented") : start_as("win11", "no-such-rules");
  put_back(release, rules);
  effect_error(seen, "cleanup", WSACleanup() == 0 ? 0 : WSAGetLastError());
}

/* One process goes through all releases: N = 5 before Vista, 10 from it on. */
static void all_in_turn(const struct row* row, struct outcome* seen) {
  const int release = host_release();
  const int rules = host_rules();
  struct in_force now;
  int i;
  (void)row;
  if (skip(seen, host_choose(kReleaseNames[release], "documented"))) return;
  memset(&now, 0, sizeof now);
  for (i = 0; i < RELEASES; ++i) {
    if (start_as(kReleaseNames[i], "documented") != 0) effect(seen, "%s does not start", word(i));
    if (host_in_force(tcp(), &now) == NULL && now.probes == (i < VISTA ? 5U : 10U)) ++seen->result;
    WSACleanup();
  }
  put_back(release, rules);
}

/* Read when the count leaves 0, and not by a second start-up. */
static void only_the_first(const struct row* row, struct outcome* seen) {
  const int release = host_release();
  const int rules = host_rules();
  WSADATA data;
  struct in_force now;
  (void)row;
  if (skip(seen, host_choose(kReleaseNames[release], "documented"))) return;
  memset(&now, 0, sizeof now);
  start_as("winxp", "documented");
  host_choose("win11", "documented");
  WSAStartup(MAKEWORD(2, 2), &data);
  if (!skip(seen, host_in_force(tcp(), &now))) effect(seen, "N %u", now.probes);
  WSACleanup();
  WSACleanup();
  put_back(release, rules);
}

/* REG_SZ values of the store choose where the environment does not; b: the environment does. */
static void from_the_store(const struct row* row, struct outcome* seen) {
  static const char kKey[] = "SOFTWARE\\wsalive";
  const int release = host_release();
  const int rules = host_rules();
  struct in_force now;
  HKEY key = NULL;
  if (skip(seen, host_choose(kReleaseNames[release], "documented")) || skip(seen, host_registry()))
    return;
  memset(&now, 0, sizeof now);
  RegCreateKeyExA(HKEY_LOCAL_MACHINE, kKey, 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL);
  RegSetValueExA(key, "Release", 0, REG_SZ, (const BYTE*)"winxp", 6);
  RegSetValueExA(key, "Rules", 0, REG_SZ, (const BYTE*)"documented", 11);
  seen->result = start_as(row->with.b ? "win11" : NULL, NULL);
  if (host_in_force(tcp(), &now) == NULL) effect(seen, "N %u", now.probes);
  WSACleanup();
  RegDeleteValueA(key, "Release");
  RegDeleteValueA(key, "Rules");
  RegCloseKey(key);
  put_back(release, rules);
}

/* a: the store says "kernel"; b: the environment says "exact", 2: a word that is none. */
static void precision(const struct row* row, struct outcome* seen) {
  static const char* const kWords[] = {NULL, "exact", "no-such-precision"};
  struct in_force now;
  WSADATA data;
  HKEY key = NULL;
  if (skip(seen, host_choose_precision(kWords[row->with.b])) || skip(seen, host_registry())) return;
  memset(&now, 0, sizeof now);
  RegCreateKeyExA(HKEY_LOCAL_MACHINE, "SOFTWARE\\wsalive", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key,
                  NULL);
  if (row->with.a) RegSetValueExA(key, "Precision", 0, REG_SZ, (const BYTE*)"kernel", 7);
  seen->result = WSAStartup(MAKEWORD(2, 2), &data);
  if (seen->result == 0 && host_in_force(tcp(), &now) == NULL)
    effect(seen, now.kernel_alone ? "kernel" : "exact");
  WSACleanup();
  RegDeleteValueA(key, "Precision");
  RegCloseKey(key);
  host_choose_precision(NULL);
}

/* Neither says anything: the default. */
static void by_default(const struct row* row, struct outcome* seen) {
  const int release = host_release();
  const int rules = host_rules();
  (void)row;
  if (skip(seen, host_choose(kReleaseNames[release], "documented"))) return;
  seen->result = start_as(NULL, NULL);
  version(row, seen);
  effect(seen, set_option(tcp(), IPPROTO_TCP, TCP_KEEPINTVL, 5) == 0 ? "has TCP_KEEPINTVL"
                                                                     : "has it not");
  WSACleanup();
  put_back(release, rules);
}

static const struct row kRows[] = {
    // clang-format off
    {"win2000",      "K-120", WIN2000, WIN2000, BOTH, build, {0, 0, 0},       0, ANY_ERROR, "5.0.2195"},
    {"winxp",        "K-120", WINXP, WINXP, BOTH, build, {0, 0, 0},           0, ANY_ERROR, "5.1.2600"},
    {"ws2003",       "K-120", WS2003, WS2003, BOTH, build, {0, 0, 0},         0, ANY_ERROR, "5.2.3790"},
    {"vista",        "K-120", VISTA, VISTA, BOTH, build, {0, 0, 0},           0, ANY_ERROR, "6.0.6000"},
    {"win7",         "K-120", WIN7, WIN7, BOTH, build, {0, 0, 0},             0, ANY_ERROR, "6.1.7600"},
    {"win8",         "K-120", WIN8, WIN8, BOTH, build, {0, 0, 0},             0, ANY_ERROR, "6.2.9200"},
    {"win8.1",       "K-120", WIN8_1, WIN8_1, BOTH, build, {0, 0, 0},         0, ANY_ERROR, "6.3.9600"},
    {"win10",        "K-120", WIN10, WIN10, BOTH, build, {0, 0, 0},           0, ANY_ERROR, "10.0.10240"},
    {"win10-1703",   "K-120", WIN10_1703, WIN10_1703, BOTH, build, {0, 0, 0}, 0, ANY_ERROR, "10.0.15063"},
    {"win10-1709",   "K-120", WIN10_1709, WIN10_1709, BOTH, build, {0, 0, 0}, 0, ANY_ERROR, "10.0.16299"},
    {"win10-21h1",   "K-120", WIN10_21H1, WIN10_21H1, BOTH, build, {0, 0, 0}, 0, ANY_ERROR, "10.0.19043"},
    {"win11",        "K-120", WIN11, WIN11, BOTH, build, {0, 0, 0},           0, ANY_ERROR, "10.0.22000"},
    {"older_call_agrees", "K-120", ALL, BOTH, older_call_agrees, {0, 0, 0},     1, ANY_ERROR, "the same"},
    {"at_least_5_0", "K-120", ALL, BOTH, at_least, {5, 0, 0},                   1, ANY_ERROR, NULL},
    {"at_least_6_0", "K-120", BEFORE(VISTA), BOTH, at_least, {6, 0, 0},         0, ANY_ERROR, NULL},
    {"at_least_6_0", "K-120", FROM(VISTA), BOTH, at_least, {6, 0, 0},           1, ANY_ERROR, NULL},
    {"at_least_10",  "K-120", BEFORE(WIN10), BOTH, at_least, {10, 0, 0},        0, ANY_ERROR, NULL},

    {"all_in_turn",  "K-122", WIN11, WIN11, BOTH, all_in_turn, {0, 0, 0},       12, ANY_ERROR, NULL},
    {"only_the_first", "K-122", WIN11, WIN11, BOTH, only_the_first, {0, 0, 0},  0, ANY_ERROR, "N 5"},
    {"unknown_release", "K-122", ALL, BOTH, unknown_word, {1, 0, 0},            WSASYSNOTREADY, ANY_ERROR, "cleanup WSANOTINITIALISED"},
    {"unknown_rules", "K-122", ALL, BOTH, unknown_word, {0, 0, 0},              WSASYSNOTREADY, ANY_ERROR, "cleanup WSANOTINITIALISED"},
    {"from_the_store", "K-121", WIN11, WIN11, BOTH, from_the_store, {0, 0, 0},  0, ANY_ERROR, "N 5"},
    {"environment_before_store", "K-121", WIN11, WIN11, BOTH, from_the_store, {0, 1, 0}, 0, ANY_ERROR, "N 10"},
    {"precision_by_default", "K-121", WIN11, WIN11, BOTH, precision, {0, 0, 0},     0, ANY_ERROR, "exact"},
    {"precision_from_the_store", "K-121", WIN11, WIN11, BOTH, precision, {1, 0, 0}, 0, ANY_ERROR, "kernel"},
    {"precision_environment_before_store", "K-121", WIN11, WIN11, BOTH, precision, {1, 1, 0}, 0, ANY_ERROR, "exact"},
    {"unknown_precision", "K-122", WIN11, WIN11, BOTH, precision, {1, 2, 0},        WSASYSNOTREADY, ANY_ERROR, NULL},
    {"default",      "K-121", WIN11, WIN11, BOTH, by_default, {0, 0, 0},        0, ANY_ERROR, "10.0.22000, has TCP_KEEPINTVL"},
    // clang-format on
};

RUN_TOPIC(NOT_STARTED, kRows)
