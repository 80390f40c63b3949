/* What a conformance program cannot ask for by Winsock itself: which release it talks to, a peer that dies,
 * and the read-back. Two implementations: host_wsalive.c with host_linux.c, and host_windows.c.
 *
 * A function that answers `const char *` answers NULL, or the reason why that cannot be had here; the row
 * is then skipped with it. */
#ifndef CONFORMANCE_HOST_H
#define CONFORMANCE_HOST_H

#include "conformance.h"

/* The release and the rule set that the next WSAStartup chooses. */
int host_release(void);
int host_rules(void);
/* "wsalive", "wine" or "windows". */
const char* host_world(void);

/* A connection whose peer answers nothing any more, as if its cable had been cut. */
const char* host_dead_peer(SOCKET* s);
/* From now on the peer of such a connection answers again. */
const char* host_mend(SOCKET s);
/* A connection whose peer has forgotten it: it answers the next segment with a reset. */
const char* host_forgetful_peer(SOCKET* s);
/* Where connection requests are not answered. */
const char* host_deaf_address(struct sockaddr_in* address);

/* The read-back (K-96); times in milliseconds, `never` as -1. */
struct in_force {
  unsigned idle, interval, probes;
  int from_socket; /* a bit for each that was set on the socket: 1 idle, 2 interval, 4 probes */
  int from_registry;
  int kernel_alone; /* the precision that was chosen is the kernel's */
  double next_probe_in;
  double give_up_in;
};
const char* host_in_force(SOCKET s, struct in_force* found);

/* Whether the registry is the program's to change, and counts for the next start-up. */
const char* host_registry(void);
/* Chooses a release or rules by a word that may be wrong; NULL takes the choice back. */
const char* host_choose(const char* release, const char* rules);
/* The same for the precision, "exact" or "kernel". */
const char* host_choose_precision(const char* precision);

#endif
