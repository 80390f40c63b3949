/* Memory that getsockopt and setsockopt cannot use: no page, a page that may not be written, a page that ends within the value or
 * the length (K-26, K-15). An error and never a crash, and nothing has changed; and only the bytes that count are used. */
#include <string.h>

#include "suite/conformance.h"
#include "suite/host.h"

struct named {
  int level, name;
};
/* By with.a. Of a switch the rules decide how many bytes count. */
enum option { KEEP_ALIVE, NO_DELAY, IDLE, COUNT };
static const struct named kOptions[] = {{SOL_SOCKET, SO_KEEPALIVE},
                                        {IPPROTO_TCP, TCP_NODELAY},
                                        {IPPROTO_TCP, TCP_KEEPALIVE},
                                        {IPPROTO_TCP, TCP_KEEPCNT}};

enum { BEYOND = 64 }; /* A length beyond every value. */

static int counting(int option) {
  return option <= NO_DELAY && (host_rules() & OBSERVED) != 0 && host_release() >= VISTA ? 1 : 4;
}

/* A connection on which each of them is something else than at first. */
static SOCKET prepared(void) {
  const SOCKET s = connected().client;
  keep_alive_values(s, 1, 60000, 2000);
  set_option(s, IPPROTO_TCP, TCP_KEEPCNT, 7);
  set_option(s, IPPROTO_TCP, TCP_NODELAY, 1);
  return s;
}

static void tell(SOCKET s, int option, struct outcome* seen) {
  effect(seen, "reads %d", option_of(s, kOptions[option].level, kOptions[option].name));
}

/* Whether the last attempt was refused for its memory; else it is told. */
static void expect_fault(struct outcome* seen, const char* what, int good) {
  if (seen->result != SOCKET_ERROR || seen->error != WSAEFAULT)
    effect(seen, "%s, %d good", what, good);
}

/* Pointers of which too few bytes are there, one after the other, and how many those are. */
enum { SMALL, FIRST_PAGE };
static char* bad_pointer(int at, int* good) {
  *good = at > FIRST_PAGE ? at - FIRST_PAGE : 0;
  return at == SMALL ? NOWHERE : before_the_end((size_t)*good);
}

static void set_unreadable(const struct row* row, struct outcome* seen) {
  const struct named option = kOptions[row->with.a];
  const SOCKET s = prepared();
  int at, good = 0, size;
  for (size = 4; size <= BEYOND; size += BEYOND - 4) {
    ATTEMPT(seen, setsockopt(s, option.level, option.name, NULL, size));
    expect_fault(seen, "NULL", 0);
    for (at = SMALL; at < FIRST_PAGE + counting(row->with.a); ++at) {
      char* const value = bad_pointer(at, &good);
      ATTEMPT(seen, setsockopt(s, option.level, option.name, value, size));
      expect_fault(seen, "a page", good);
    }
  }
  tell(s, row->with.a, seen);
}

/* The bytes that count are there, and no more. */
static void set_what_counts(const struct row* row, struct outcome* seen) {
  const struct named option = kOptions[row->with.a];
  const SOCKET s = prepared();
  const int now = option_of(s, option.level, option.name);
  char* const value = before_the_end((size_t)counting(row->with.a));
  memcpy(value, &now,
         (size_t)counting(row->with.a)); /* Little-endian, as all that Windows runs on. */
  ATTEMPT(seen, setsockopt(s, option.level, option.name, value, BEYOND));
  tell(s, row->with.a, seen);
}

/* One attempt; the length lies on the stack and at the end of a page. */
static void get_refused(SOCKET s, struct named option, char* value, int good,
                        struct outcome* seen) {
  int* const elsewhere = (int*)(void*)before_the_end(BEYOND);
  int size = BEYOND;
  ATTEMPT(seen, getsockopt(s, option.level, option.name, value, &size));
  expect_fault(seen, "on the stack", good);
  *elsewhere = BEYOND;
  ATTEMPT(seen, getsockopt(s, option.level, option.name, value, elsewhere));
  expect_fault(seen, "elsewhere", good);
  if (size != BEYOND || *elsewhere != BEYOND) effect(seen, "the length is another one");
}

static void get_unwritable(const struct row* row, struct outcome* seen) {
  const struct named option = kOptions[row->with.a];
  const SOCKET s = prepared();
  int good, at;
  get_refused(s, option, NULL, 0, seen);
  get_refused(s, option, NOWHERE, 0, seen);
  for (good = 0; good < counting(row->with.a); ++good) {
    char* const ends[] = {before_the_end((size_t)good), before_read_only((size_t)good)};
    for (at = 0; at < 2; ++at) {
      int touched = 0, octet;
      memset(ends[at] - 8, 0x5a, (size_t)good + 8);
      get_refused(s, option, ends[at], good, seen);
      for (octet = -8; octet < good; ++octet) touched += ends[at][octet] != 0x5a;
      if (touched) effect(seen, "%d bytes touched", touched);
    }
  }
  tell(s, row->with.a, seen);
}

/* The pointer to the length; the value's is good. */
static void get_unreadable_length(const struct row* row, struct outcome* seen) {
  const struct named option = kOptions[row->with.a];
  const SOCKET s = prepared();
  char value[8];
  int at, good = 0;
  memset(value, 0x5a, sizeof value);
  ATTEMPT(seen, getsockopt(s, option.level, option.name, value, NULL));
  expect_fault(seen, "NULL", 0);
  for (at = SMALL; at < FIRST_PAGE + 4; ++at) {
    char* const size = bad_pointer(at, &good);
    ATTEMPT(seen, getsockopt(s, option.level, option.name, value, (int*)(void*)size));
    expect_fault(seen, "a page", good);
  }
  if (value[0] != 0x5a) effect(seen, "written");
  tell(s, row->with.a, seen);
}

/* A length that can be read and not be written: 0 and 4. The value may have been written (K-13). */
static void get_unwritable_length(const struct row* row, struct outcome* seen) {
  const struct named option = kOptions[row->with.a];
  const SOCKET s = prepared();
  char value[8];
  ATTEMPT(seen, getsockopt(s, option.level, option.name, value, (int*)(void*)read_only(0)));
  expect_fault(seen, "length 0", 0);
  ATTEMPT(seen, getsockopt(s, option.level, option.name, value, (int*)(void*)read_only(4)));
  expect_fault(seen, "length 4", 0);
  tell(s, row->with.a, seen);
}

static void get_into_last_bytes(const struct row* row, struct outcome* seen) {
  const struct named option = kOptions[row->with.a];
  const SOCKET s = prepared();
  char* const value = before_the_end((size_t)counting(row->with.a));
  int size = BEYOND;
  ATTEMPT(seen, getsockopt(s, option.level, option.name, value, &size));
  effect(seen, size == counting(row->with.a) ? "as long as what counts" : "another length");
}

static const struct row kRows[] = {
    // clang-format off
    {"set_keep_alive",           "K-26", ALL, BOTH, set_unreadable, {KEEP_ALIVE, 0, 0},               -1, WSAEFAULT, "reads 1"},
    {"set_no_delay",             "K-26", ALL, BOTH, set_unreadable, {NO_DELAY, 0, 0},                 -1, WSAEFAULT, "reads 1"},
    {"set_idle",                 "K-26", FROM(VISTA), BOTH, set_unreadable, {IDLE, 0, 0},             -1, WSAEFAULT, "reads 60"},
    {"set_count",                "K-26", FROM(WIN10_1703), BOTH, set_unreadable, {COUNT, 0, 0},       -1, WSAEFAULT, "reads 7"},
    {"set_what_counts_of_keep_alive", "K-15", ALL, BOTH, set_what_counts, {KEEP_ALIVE, 0, 0},          0, BY_K14, "reads 1"},
    {"set_what_counts_of_no_delay", "K-15", ALL, BOTH, set_what_counts, {NO_DELAY, 0, 0},              0, BY_K14, "reads 1"},
    {"set_what_counts_of_idle",  "K-15", FROM(VISTA), BOTH, set_what_counts, {IDLE, 0, 0},             0, BY_K14, "reads 60"},
    {"set_what_counts_of_count", "K-15", FROM(WIN10_1703), BOTH, set_what_counts, {COUNT, 0, 0},       0, BY_K14, "reads 7"},
    {"get_keep_alive",           "K-26", ALL, BOTH, get_unwritable, {KEEP_ALIVE, 0, 0},               -1, WSAEFAULT, "reads 1"},
    {"get_no_delay",             "K-26", ALL, BOTH, get_unwritable, {NO_DELAY, 0, 0},                 -1, WSAEFAULT, "reads 1"},
    {"get_idle",                 "K-26", FROM(VISTA), BOTH, get_unwritable, {IDLE, 0, 0},             -1, WSAEFAULT, "reads 60"},
    {"get_count",                "K-26", FROM(WIN10_1703), BOTH, get_unwritable, {COUNT, 0, 0},       -1, WSAEFAULT, "reads 7"},
    {"length_of_keep_alive",     "K-26", ALL, BOTH, get_unreadable_length, {KEEP_ALIVE, 0, 0},        -1, WSAEFAULT, "reads 1"},
    {"length_of_no_delay",       "K-26", ALL, BOTH, get_unreadable_length, {NO_DELAY, 0, 0},          -1, WSAEFAULT, "reads 1"},
    {"length_of_idle",           "K-26", FROM(VISTA), BOTH, get_unreadable_length, {IDLE, 0, 0},      -1, WSAEFAULT, "reads 60"},
    {"length_of_count",          "K-26", FROM(WIN10_1703), BOTH, get_unreadable_length, {COUNT, 0, 0}, -1, WSAEFAULT, "reads 7"},
    {"kept_length_of_keep_alive", "K-26", ALL, BOTH, get_unwritable_length, {KEEP_ALIVE, 0, 0},       -1, WSAEFAULT, "reads 1"},
    {"kept_length_of_no_delay",  "K-26", ALL, BOTH, get_unwritable_length, {NO_DELAY, 0, 0},          -1, WSAEFAULT, "reads 1"},
    {"kept_length_of_idle",      "K-26", FROM(VISTA), BOTH, get_unwritable_length, {IDLE, 0, 0},      -1, WSAEFAULT, "reads 60"},
    {"kept_length_of_count",     "K-26", FROM(WIN10_1703), BOTH, get_unwritable_length, {COUNT, 0, 0}, -1, WSAEFAULT, "reads 7"},
    {"last_bytes_of_keep_alive", "K-26", ALL, BOTH, get_into_last_bytes, {KEEP_ALIVE, 0, 0},           0, BY_K14, "as long as what counts"},
    {"last_bytes_of_no_delay",   "K-26", ALL, BOTH, get_into_last_bytes, {NO_DELAY, 0, 0},             0, BY_K14, "as long as what counts"},
    {"last_bytes_of_idle",       "K-26", FROM(VISTA), BOTH, get_into_last_bytes, {IDLE, 0, 0},         0, BY_K14, "as long as what counts"},
    {"last_bytes_of_count",      "K-26", FROM(WIN10_1703), BOTH, get_into_last_bytes, {COUNT, 0, 0},   0, BY_K14, "as long as what counts"},
    // clang-format on
};

RUN_TOPIC(EACH_ROW, kRows)
