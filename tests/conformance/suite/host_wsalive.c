/* The host header on wsalive: releases by the environment, dead peers by host_linux.c, the read-back by
 * wsalive_ext.h. */
#include "host.h"

#include <wsalive_ext.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host_linux.h"

int host_release(void) {
  const char* const word = getenv("WSALIVE_RELEASE");
  int i;
  for (i = 0; word && i < RELEASES; ++i) {
    if (strcmp(word, kReleaseNames[i]) == 0) return i;
  }
  return WIN11;
}

int host_rules(void) {
  const char* const word = getenv("WSALIVE_RULES");
  return word && strcmp(word, "observed") == 0 ? OBSERVED : DOCUMENTED;
}

const char* host_world(void) { return "wsalive"; }

/* The connections whose peers are deaf, for host_mend; rows of a topic may run side by side. */
enum { CUTS = 64 };
static struct pair cuts[CUTS];
static volatile LONG cut_count;

const char* host_dead_peer(SOCKET* s) {
  const struct pair pair = connected();
  const LONG place = InterlockedIncrement(&cut_count) - 1;
  if (place < CUTS) cuts[place] = pair;
  *s = pair.client;
  return linux_deafen(wsalive_fd(pair.server)) == 0 ? NULL : "the kernel denies socket filters";
}

const char* host_mend(SOCKET s) {
  int i;
  for (i = 0; i < CUTS; ++i) {
    if (cuts[i].client == s && cuts[i].server != 0)
      return linux_hear(wsalive_fd(cuts[i].server)) ? "no filter" : NULL;
  }
  return "this peer was not cut off";
}

/* Our host drops the reset that the peer's end sends, and then hears again. */
const char* host_forgetful_peer(SOCKET* s) {
  const struct pair pair = connected();
  const struct linger at_once = {1, 0};
  *s = pair.client;
  if (linux_deafen(wsalive_fd(pair.client)) != 0) return "the kernel denies socket filters";
  setsockopt(pair.server, SOL_SOCKET, SO_LINGER, (const char*)&at_once, sizeof at_once);
  closesocket(pair.server);
  linux_hear(wsalive_fd(pair.client));
  return NULL;
}

const char* host_deaf_address(struct sockaddr_in* address) {
  const int port = linux_deaf_port();
  *address = loopback(port);
  return port ? NULL : "the kernel denies socket filters";
}

static double or_never(ULONGLONG milliseconds) {
  return milliseconds == WSALIVE_NEVER ? -1 : (double)milliseconds;
}

const char* host_in_force(SOCKET s, struct in_force* found) {
  struct wsalive_keepalive now;
  memset(&now, 0, sizeof now);
  now.size = sizeof now;
  if (wsalive_keepalive_in_force(s, &now) != 0) return "no read-back of this socket";
  found->idle = now.idle;
  found->interval = now.interval;
  found->probes = now.probes;
  found->from_socket = (now.idle_source == WSALIVE_SOURCE_SOCKET) |
                       (now.interval_source == WSALIVE_SOURCE_SOCKET) << 1 |
                       (now.probes_source == WSALIVE_SOURCE_SOCKET) << 2;
  found->from_registry = (now.idle_source == WSALIVE_SOURCE_REGISTRY) |
                         (now.interval_source == WSALIVE_SOURCE_REGISTRY) << 1 |
                         (now.probes_source == WSALIVE_SOURCE_REGISTRY) << 2;
  found->kernel_alone = now.precision == WSALIVE_PRECISION_KERNEL;
  found->next_probe_in = or_never(now.next_probe_in);
  found->give_up_in = or_never(now.give_up_in);
  return NULL;
}

const char* host_registry(void) {
  return getenv("WSALIVE_REGISTRY") ? NULL : "no registry of its own (WSALIVE_REGISTRY)";
}

static void choose(const char* name, const char* word) {
  if (word) {
    setenv(name, word, 1);
  } else {
    unsetenv(name);
  }
}

const char* host_choose(const char* release, const char* rules) {
  choose("WSALIVE_RELEASE", release);
  choose("WSALIVE_RULES", rules);
  return NULL;
}

const char* host_choose_precision(const char* precision) {
  choose("WSALIVE_PRECISION", precision);
  return NULL;
}
