/* What calls refuse, or take, by their arguments alone, before anything is waited for (K-140 to K-147). */
#include <string.h>

#include "suite/conformance.h"

enum mode { BLOCKS, DOES_NOT };
enum type { STREAM, MESSAGES };

static struct pair pair;

/* A socket with a peer, or one that messages may come to. */
static SOCKET prepare(int type, int mode) {
  SOCKET s;
  pair = connected();
  s = type == STREAM ? pair.client : bound_udp();
  if (mode == DOES_NOT) never_block(s);
  return s;
}

/* with: flags, type, mode. A call that is not refused finds data, but for messages' and non-blocking ones. */
static void receive_flags(const struct row* row, struct outcome* seen) {
  const SOCKET s = prepare(row->with.b, row->with.c);
  char octets[4];
  send(pair.server, "1234", 4, 0);
  ATTEMPT(seen, recv(s, octets, sizeof octets, row->with.a));
}

static void buffers_flags(const struct row* row, struct outcome* seen) {
  const SOCKET s = prepare(row->with.b, row->with.c);
  char octets[4];
  WSABUF buffer = {sizeof octets, octets};
  DWORD bytes = 0;
  DWORD flags = (DWORD)row->with.a;
  ATTEMPT(seen, WSARecv(s, &buffer, 1, &bytes, &flags, NULL, NULL));
}

static void send_flags(const struct row* row, struct outcome* seen) {
  const SOCKET s = bound_udp();
  const struct sockaddr_in to = name_of(s);
  (void)row;
  ATTEMPT(seen, sendto(s, "x", 1, MSG_OOB, (const struct sockaddr*)&to, sizeof to));
}

enum target { TARGET4, TARGET6 };
static void target(const struct row* row, struct outcome* seen) {
  struct sockaddr_in four;
  struct sockaddr_in6 six;
  memset(&four, 0, sizeof four);
  memset(&six, 0, sizeof six);
  four.sin_family = AF_INET;
  four.sin_port = htons(9);
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(9);
  if (row->with.a == TARGET4) {
    ATTEMPT(seen, sendto(bound_udp(), "x", 1, 0, (const struct sockaddr*)&four, sizeof four));
  } else {
    const SOCKET s = socket(AF_INET6, SOCK_DGRAM, 0);
    if (s == INVALID_SOCKET && skip(seen, "no IPv6 here")) return;
    ATTEMPT(seen, sendto(s, "x", 1, 0, (const struct sockaddr*)&six, sizeof six));
  }
}

enum call { RECV, RECVFROM, WSARECV, SEND, WSASEND };
static void no_buffer(const struct row* row, struct outcome* seen) {
  const SOCKET s = prepare(STREAM, BLOCKS);
  WSABUF buffer = {4, NULL};
  DWORD bytes = 0;
  DWORD flags = 0;
  switch (row->with.a) {
    case RECV:
      ATTEMPT(seen, recv(s, NULL, 4, 0));
      break;
    case RECVFROM:
      ATTEMPT(seen, recvfrom(s, NULL, 4, 0, NULL, NULL));
      break;
    case WSARECV:
      ATTEMPT(seen, WSARecv(s, &buffer, 1, &bytes, &flags, NULL, NULL));
      break;
    case SEND:
      ATTEMPT(seen, send(s, NULL, 4, 0));
      break;
    default:
      ATTEMPT(seen, WSASend(s, &buffer, 1, &bytes, 0, NULL, NULL));
  }
}

/* with: whether an address, whether a length. */
static void accept_names(const struct row* row, struct outcome* seen) {
  const SOCKET from = listener();
  const struct sockaddr_in to = name_of(from);
  struct sockaddr_in name;
  int size = sizeof name;
  memset(&name, 0, sizeof name);
  connect_to(tcp(), &to);
  ATTEMPT(seen, accept(from, row->with.a ? (struct sockaddr*)&name : NULL,
                       row->with.b ? &size : NULL) != INVALID_SOCKET);
  effect(seen, name.sin_port != 0 ? "a name" : "no name");
}

static void ended_association(const struct row* row, struct outcome* seen) {
  const SOCKET s = bound_udp();
  const struct sockaddr_in to = name_of(bound_udp());
  struct sockaddr_in nowhere;
  memset(&nowhere, 0, sizeof nowhere);
  nowhere.sin_family = AF_INET;
  nowhere.sin_port = htons((u_short)row->with.a);
  connect_to(s, &to);
  ATTEMPT(seen, connect_to(s, &nowhere));
  send(s, "x", 1, 0);
  effect_error(seen, "send", WSAGetLastError());
}

static void family_alone(const struct row* row, struct outcome* seen) {
  SOCKET s = INVALID_SOCKET;
  ATTEMPT(seen, (s = socket(row->with.a, 0, 0)) != INVALID_SOCKET);
  effect(seen, option_of(s, SOL_SOCKET, SO_TYPE) == SOCK_STREAM ? "a stream" : "none");
}

static void multipoint(const struct row* row, struct outcome* seen) {
  ATTEMPT(seen, WSASocket(AF_INET, row->with.a, 0, NULL, 0, (DWORD)row->with.b) != INVALID_SOCKET);
}

static void listen_again(const struct row* row, struct outcome* seen) {
  const SOCKET s = listener();
  (void)row;
  ATTEMPT(seen, listen(s, 1));
}

#define LEAF (WSA_FLAG_MULTIPOINT_C_LEAF | WSA_FLAG_MULTIPOINT_D_LEAF)
#define ROOT (WSA_FLAG_MULTIPOINT_C_ROOT | WSA_FLAG_MULTIPOINT_D_LEAF)

static const struct row kRows[] = {
    // clang-format off
    {"waitall",                  "K-140", ALL, BOTH, receive_flags, {MSG_WAITALL, STREAM, BLOCKS},                 4, KEPT, NULL},
    {"peek",                     "K-140", ALL, BOTH, receive_flags, {MSG_PEEK, STREAM, BLOCKS},                    4, KEPT, NULL},
    {"partial",                  "K-140", ALL, BOTH, receive_flags, {MSG_PARTIAL, STREAM, BLOCKS},                 4, KEPT, NULL},
    {"waitall_peek",             "K-140", ALL, BOTH, receive_flags, {MSG_WAITALL | MSG_PEEK, STREAM, BLOCKS},     -1, WSAEOPNOTSUPP, NULL},
    {"waitall_oob",              "K-140", ALL, BOTH, receive_flags, {MSG_WAITALL | MSG_OOB, STREAM, BLOCKS},      -1, WSAEOPNOTSUPP, NULL},
    {"waitall_partial",          "K-140", ALL, BOTH, receive_flags, {MSG_WAITALL | MSG_PARTIAL, STREAM, BLOCKS},  -1, WSAEOPNOTSUPP, NULL},
    {"waitall_non_blocking",     "K-140", ALL, BOTH, receive_flags, {MSG_WAITALL, STREAM, DOES_NOT},              -1, WSAEOPNOTSUPP, NULL},
    {"waitall_messages",         "K-140", ALL, BOTH, receive_flags, {MSG_WAITALL, MESSAGES, BLOCKS},              -1, WSAEOPNOTSUPP, NULL},
    {"oob_messages",             "K-140", ALL, BOTH, receive_flags, {MSG_OOB, MESSAGES, BLOCKS},                  -1, WSAEOPNOTSUPP, NULL},
    {"oob_messages_nonblocking", "K-140", ALL, BOTH, receive_flags, {MSG_OOB, MESSAGES, DOES_NOT},                -1, WSAEOPNOTSUPP, NULL},
    {"wsa_waitall_peek",         "K-140", ALL, BOTH, buffers_flags, {MSG_WAITALL | MSG_PEEK, STREAM, BLOCKS},     -1, WSAEOPNOTSUPP, NULL},
    {"wsa_waitall_non_blocking", "K-140", ALL, BOTH, buffers_flags, {MSG_WAITALL, STREAM, DOES_NOT},              -1, WSAEOPNOTSUPP, NULL},
    {"wsa_waitall_messages",     "K-140", ALL, BOTH, buffers_flags, {MSG_WAITALL, MESSAGES, BLOCKS},              -1, WSAEOPNOTSUPP, NULL},
    {"wsa_oob_messages",         "K-140", ALL, BOTH, buffers_flags, {MSG_OOB, MESSAGES, BLOCKS},                  -1, WSAEOPNOTSUPP, NULL},
    {"send_oob_messages",        "K-140", ALL, BOTH, send_flags, {0, 0, 0},                                       -1, WSAEOPNOTSUPP, NULL},
    {"target_any",               "K-141", ALL, BOTH, target, {TARGET4, 0, 0},                                     -1, WSAEADDRNOTAVAIL, NULL},
    {"target_any6",              "K-141", ALL, BOTH, target, {TARGET6, 0, 0},                                     -1, WSAEADDRNOTAVAIL, NULL},
    {"no_buffer_recv",           "K-142", ALL, BOTH, no_buffer, {RECV, 0, 0},                                     -1, WSAEFAULT, NULL},
    {"no_buffer_recvfrom",       "K-142", ALL, BOTH, no_buffer, {RECVFROM, 0, 0},                                 -1, WSAEFAULT, NULL},
    {"no_buffer_wsarecv",        "K-142", ALL, BOTH, no_buffer, {WSARECV, 0, 0},                                  -1, WSAEFAULT, NULL},
    {"no_buffer_send",           "K-142", ALL, BOTH, no_buffer, {SEND, 0, 0},                                     -1, WSAEFAULT, NULL},
    {"no_buffer_wsasend",        "K-142", ALL, BOTH, no_buffer, {WSASEND, 0, 0},                                  -1, WSAEFAULT, NULL},
    {"accept_both",              "K-143", ALL, BOTH, accept_names, {1, 1, 0},                                      1, KEPT, "a name"},
    {"accept_no_length",         "K-143", ALL, BOTH, accept_names, {1, 0, 0},                                      1, KEPT, "no name"},
    {"accept_no_address",        "K-143", ALL, BOTH, accept_names, {0, 1, 0},                                      1, KEPT, "no name"},
    {"accept_neither",           "K-143", ALL, BOTH, accept_names, {0, 0, 0},                                      1, KEPT, "no name"},
    {"ended_association",        "K-144", ALL, BOTH, ended_association, {0, 0, 0},                                 0, KEPT, "send WSAENOTCONN"},
    {"ended_association_port",   "K-144", ALL, BOTH, ended_association, {9, 0, 0},                                 0, KEPT, "send WSAENOTCONN"},
    {"family_alone",             "K-145", ALL, BOTH, family_alone, {AF_INET, 0, 0},                                1, KEPT, "a stream"},
    {"nothing_alone",            "K-145", ALL, BOTH, family_alone, {AF_UNSPEC, 0, 0},                              0, WSAEINVAL, "none"},
    {"leaf_messages",            "K-146", ALL, BOTH, multipoint, {SOCK_DGRAM, LEAF, 0},                            1, KEPT, NULL},
    {"leaf_stream",              "K-146", ALL, BOTH, multipoint, {SOCK_STREAM, LEAF, 0},                           0, WSAEINVAL, NULL},
    {"root_messages",            "K-146", ALL, BOTH, multipoint, {SOCK_DGRAM, ROOT, 0},                            0, WSAEINVAL, NULL},
    {"listen_again",             "K-147", ALL, BOTH, listen_again, {0, 0, 0},                                      0, KEPT, NULL},
    // clang-format on
};

RUN_TOPIC(EACH_ROW, kRows)
