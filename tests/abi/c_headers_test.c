// The Windows headers as C11: the facts hold when this compiles; the rest is what only a run can show.
#include <stdio.h>

#include "facts.h"

static int failures;

static void expect(int holds, const char* what) {
  if (holds) return;
  fprintf(stderr, "does not hold: %s\n", what);
  ++failures;
}
#define EXPECT(condition) expect((condition), #condition)

// K-108: a counted array; a full set stays as it is.
static void sets_are_counted_arrays(void) {
  fd_set set;
  FD_ZERO(&set);
  FD_SET(7, &set);
  FD_SET(9, &set);
  FD_SET(7, &set);
  EXPECT(set.fd_count == 2 && set.fd_array[0] == 7 && set.fd_array[1] == 9);
  FD_CLR(7, &set);
  EXPECT(set.fd_count == 1 && set.fd_array[0] == 9);
  FD_CLR(8, &set);
  EXPECT(set.fd_count == 1);
  for (SOCKET s = 100; s < 100 + 2 * FD_SETSIZE; ++s) FD_SET(s, &set);
  EXPECT(FD_SETSIZE == 64 && set.fd_count == FD_SETSIZE && set.fd_array[FD_SETSIZE - 1] == 162);
}

static void words_are_made_and_split(void) {
  EXPECT(WINSOCK_VERSION == 0x0202);
  EXPECT(MAKEWORD(1, 2) == 0x0201 && LOBYTE(0x0201) == 1 && HIBYTE(0x0201) == 2);
  EXPECT(MAKELONG(1, 2) == 0x00020001 && LOWORD(0x00020001) == 1 && HIWORD(0x00020001) == 2);
  EXPECT(INVALID_SOCKET == ~(SOCKET)0);  // K-05
}

static void addresses_answer_questions(void) {
  const IN6_ADDR loopback = IN6ADDR_LOOPBACK_INIT;
  const IN6_ADDR mapped = {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1}}};
  const IN6_ADDR link_local = {{{0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}};
  const IN6_ADDR multicast = {{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}};
  EXPECT(IN6_IS_ADDR_UNSPECIFIED(&in6addr_any) && !IN6_IS_ADDR_UNSPECIFIED(&loopback));
  EXPECT(IN6_IS_ADDR_LOOPBACK(&loopback) && IN6_ADDR_EQUAL(&loopback, &in6addr_loopback));
  EXPECT(IN6_IS_ADDR_V4MAPPED(&mapped) && !IN6_IS_ADDR_V4COMPAT(&mapped));
  EXPECT(IN6_IS_ADDR_LINKLOCAL(&link_local) && !IN6_IS_ADDR_SITELOCAL(&link_local));
  EXPECT(IN6_IS_ADDR_MULTICAST(&multicast) && IN6_IS_ADDR_MC_LINKLOCAL(&multicast));
}

static void bytes_are_swapped(void) {
  EXPECT(htonll(0x0102030405060708ULL) == 0x0807060504030201ULL);
  EXPECT(ntohf(htonf(1.5F)) == 1.5F && ntohd(htond(-2.25)) == -2.25);
  EXPECT(htonf(1.0F) == 0x0000803f);
}

static void control_messages_are_walked(void) {
  union {
    WSACMSGHDR align;
    char bytes[64];
  } room = {{0, 0, 0}};
  WSAMSG message = {NULL, 0, NULL, 0, {sizeof room.bytes, room.bytes}, 0};
  WSACMSGHDR* const first = WSA_CMSG_FIRSTHDR(&message);
  EXPECT((char*)first == room.bytes && WSA_CMSG_LEN(4) == 20 && WSA_CMSG_SPACE(4) == 24);
  first->cmsg_len = WSA_CMSG_LEN(4);
  WSACMSGHDR* const second = WSA_CMSG_NXTHDR(&message, first);
  EXPECT((char*)second == room.bytes + 24 && (char*)WSA_CMSG_DATA(first) == room.bytes + 16);
  second->cmsg_len = WSA_CMSG_LEN(16);
  EXPECT(WSA_CMSG_NXTHDR(&message, second) == NULL);
}

static int finally_runs;

static int guarded(int leave) {
  int steps = 0;
  __try {
    __try {
      ++steps;
      if (leave) __leave;
      ++steps;
    } __finally {
      ++finally_runs;
    }
    ++steps;
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    steps = -1;
  }
  return steps;
}

static void guarded_blocks_run_their_end(void) {
  EXPECT(guarded(0) == 3 && finally_runs == 1);
  EXPECT(guarded(1) == 2 && finally_runs == 2);
}

static void handles_have_their_numbers(void) {
#define POINTER(name, value) EXPECT((LONG_PTR)(name) == (value));
#include "tables/pointers.inc"
}

static void extension_functions_have_their_names(void) {
  const GUID connect_ex = WSAID_CONNECTEX;
  const GUID accept_ex = WSAID_ACCEPTEX;
  EXPECT(connect_ex.Data1 == 0x25a207b9 && connect_ex.Data4[7] == 0x3e);
  EXPECT(!IsEqualGUID(&connect_ex, &accept_ex) && IsEqualGUID(&accept_ex, &accept_ex));
}

int main(void) {
  sets_are_counted_arrays();
  words_are_made_and_split();
  addresses_answer_questions();
  bytes_are_swapped();
  control_messages_are_walked();
  guarded_blocks_run_their_end();
  handles_have_their_numbers();
  extension_functions_have_their_names();
  return failures != 0;
}
