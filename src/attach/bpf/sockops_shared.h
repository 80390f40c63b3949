/* The read-only data of the programs in sockops.bpf.c, which the loader fills before loading. `policy` computes all values.
 * `wsalive ls --policies` reads it back. */
#ifndef WSALIVE_SOCKOPS_SHARED_H
#define WSALIVE_SOCKOPS_SHARED_H

#define WSALIVE_MOST_RULES 32

enum wsalive_direction { WSALIVE_ANY = 0, WSALIVE_MADE = 1, WSALIVE_TAKEN = 2 };

/* One rule: the first that matches a new connection decides. Zero fields match everything. */
struct wsalive_rule {
  unsigned int direction;     /* enum wsalive_direction */
  unsigned int prefix_family; /* 0: any address, 4, 6 */
  unsigned int prefix[4];     /* the remote address, network order */
  unsigned int mask[4];       /* of the prefix, network order */
  unsigned int remote_port;   /* host order, 0: any */
  unsigned int local_port;    /* host order, 0: any */
  unsigned int skip;          /* 1: leave such connections alone */
  unsigned int idle_s, interval_s, probes;
  unsigned int has_user_timeout, user_timeout_ms;
};

struct wsalive_policy {
  unsigned int rule_count;
  unsigned int force; /* 1: also against values that the program sets itself */
  struct wsalive_rule rules[WSALIVE_MOST_RULES];
};

/* A text for people and for `wsalive ls --policies`: JSON, ended by 0. */
struct wsalive_about {
  char text[8192];
};

#endif
