/* The host header on Windows and on Wine: the release is the machine's own, and dead peers are the business of
 * tests/conformance/peer on a Linux machine, which CONFORMANCE_PEER=ADDRESS:PORT:DEAF_PORT names. Without it
 * the rows that need one are skipped, and say so. */
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct build {
  unsigned major, minor, build;
};

/* In the order of `enum release` (K-120). */
static const struct build kBuilds[RELEASES] = {
    {5, 0, 2195}, {5, 1, 2600},   {5, 2, 3790},   {6, 0, 6000},   {6, 1, 7600},   {6, 2, 9200},
    {6, 3, 9600}, {10, 0, 10240}, {10, 0, 15063}, {10, 0, 16299}, {10, 0, 19043}, {10, 0, 22000}};

static int is_before(const struct build* a, const RTL_OSVERSIONINFOW* b) {
  if (a->major != b->dwMajorVersion) return a->major < b->dwMajorVersion;
  if (a->minor != b->dwMinorVersion) return a->minor < b->dwMinorVersion;
  return a->build <= b->dwBuildNumber;
}

/* The newest release that is not newer than the machine. */
int host_release(void) {
  typedef LONG(WINAPI * version_call)(RTL_OSVERSIONINFOW*);
  RTL_OSVERSIONINFOW version;
  int found = WIN2000;
  int i;
  const version_call call =
      (version_call)(void*)GetProcAddress(GetModuleHandleA("ntdll.dll"), "RtlGetVersion");
  memset(&version, 0, sizeof version);
  version.dwOSVersionInfoSize = sizeof version;
  if (!call || call(&version) != 0) return WIN11;
  for (i = 0; i < RELEASES; ++i) {
    if (is_before(&kBuilds[i], &version)) found = i;
  }
  return found;
}

/* Which answers a row is held against; a real Windows gives the observed ones. `both` asks the rows of either. */
int host_rules(void) {
  const char* const word = getenv("WSALIVE_RULES");
  if (word && strcmp(word, "both") == 0) return BOTH;
  return word && strcmp(word, "documented") == 0 ? DOCUMENTED : OBSERVED;
}

static int is_wine(void) {
  return GetProcAddress(GetModuleHandleA("ntdll.dll"), "wine_get_version") != NULL;
}

const char* host_world(void) { return is_wine() ? "wine" : "windows"; }

struct helper {
  struct sockaddr_in address;
  int deaf_port;
};

static const char* helper(struct helper* found) {
  const char* const word = getenv("CONFORMANCE_PEER");
  char name[64];
  int port = 0;
  if (!word) return "no peer to lose (CONFORMANCE_PEER; see tests/conformance/peer)";
  if (sscanf(word, "%63[^:]:%d:%d", name, &port, &found->deaf_port) != 3) {
    return "CONFORMANCE_PEER is not ADDRESS:PORT:DEAF_PORT";
  }
  found->address = loopback(port);
  found->address.sin_addr.s_addr = inet_addr(name);
  return NULL;
}

/* Connects and asks the helper for one thing, about its connection with our port `port` or about this one;
 * it answers `k` when it will be done. */
static const char* ask(char wish, int port, SOCKET* s) {
  struct helper to;
  const char request[3] = {wish, (char)(port >> 8), (char)port};
  char answer = 0;
  const char* const denied = helper(&to);
  if (denied) return denied;
  *s = tcp();
  if (connect_to(*s, &to.address) != 0) return "the peer cannot be reached";
  if (send(*s, request, sizeof request, 0) != sizeof request || recv(*s, &answer, 1, 0) != 1) {
    return "the peer does not answer";
  }
  if (answer != 'k') return "the peer has not the right to do that";
  Sleep(100);
  return NULL;
}

const char* host_dead_peer(SOCKET* s) { return ask('d', 0, s); }
const char* host_forgetful_peer(SOCKET* s) { return ask('f', 0, s); }

const char* host_mend(SOCKET s) {
  SOCKET unused = INVALID_SOCKET;
  return ask('m', ntohs(name_of(s).sin_port), &unused);
}

const char* host_deaf_address(struct sockaddr_in* address) {
  struct helper to;
  const char* const denied = helper(&to);
  if (denied) return denied;
  *address = to.address;
  address->sin_port = htons((u_short)to.deaf_port);
  return NULL;
}

const char* host_in_force(SOCKET s, struct in_force* found) {
  (void)s;
  (void)found;
  return "Windows has no read-back";
}

const char* host_registry(void) {
  return is_wine() ? "Wine reads no keep-alive values from its registry"
                   : "it would change this machine's settings";
}

const char* host_choose(const char* release, const char* rules) {
  (void)release;
  (void)rules;
  return "the release is the machine's own";
}

const char* host_choose_precision(const char* precision) {
  (void)precision;
  return "the machine's own TCP stack keeps the times";
}
