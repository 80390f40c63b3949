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

/* A receive that does not wait: it is refused, or finds nothing, or pends and is cancelled. */
enum way { BY_RECV, BY_RECVFROM, BY_WSARECVFROM, OVERLAPPED_WAY };
static int error_of_receive(int way, SOCKET s, DWORD flags) {
  static OVERLAPPED overlapped;
  static char octets[8];
  WSABUF buffer = {sizeof octets, octets};
  LPOVERLAPPED const how = way == OVERLAPPED_WAY ? &overlapped : NULL;
  DWORD bytes = 0;
  int result;
  memset(&overlapped, 0, sizeof overlapped);
  if (way == BY_RECV) {
    result = recv(s, octets, sizeof octets, (int)flags);
  } else if (way == BY_RECVFROM) {
    result = recvfrom(s, octets, sizeof octets, (int)flags, NULL, NULL);
  } else {
    result = WSARecvFrom(s, &buffer, 1, &bytes, &flags, NULL, NULL, how, NULL);
  }
  result = result == SOCKET_ERROR ? WSAGetLastError() : 0;
  if (result == WSA_IO_PENDING) CancelIoEx((HANDLE)s, NULL);
  return result;
}

/* The pages on receives: MSG_WAITALL stands alone, on a stream that blocks; MSG_OOB is for streams. */
static int is_refused(int flags, int type, int mode) {
  if ((flags & MSG_OOB) != 0 && type == MESSAGES) return 1;
  if ((flags & MSG_WAITALL) == 0) return 0;
  return type == MESSAGES || mode == DOES_NOT || (flags & (MSG_OOB | MSG_PEEK | MSG_PARTIAL)) != 0;
}

/* with: way, type, mode. All combinations of the four flags; of those that would wait for something, none. */
static void every_flag(const struct row* row, struct outcome* seen) {
  static const int kFlags[] = {MSG_OOB, MSG_PEEK, MSG_WAITALL, MSG_PARTIAL};
  const SOCKET s = prepare(row->with.b, row->with.c);
  int chosen, at;
  for (chosen = 0; chosen < 16; ++chosen) {
    int flags = 0;
    int refused;
    for (at = 0; at < 4; ++at) flags |= chosen >> at & 1 ? kFlags[at] : 0;
    refused = is_refused(flags, row->with.b, row->with.c);
    if (!refused && row->with.c == BLOCKS && row->with.a != OVERLAPPED_WAY) continue;
    if ((error_of_receive(row->with.a, s, (DWORD)flags) == WSAEOPNOTSUPP) != refused)
      effect(seen, "flags %d", flags);
  }
}

static void urgent_on_stream(const struct row* row, struct outcome* seen) {
  const SOCKET s = prepare(STREAM, BLOCKS);
  (void)row;
  ATTEMPT(seen, send(s, "x", 1, MSG_OOB));
}

static void send_flags(const struct row* row, struct outcome* seen) {
  const SOCKET s = bound_udp();
  const struct sockaddr_in to = name_of(s);
  (void)row;
  ATTEMPT(seen, sendto(s, "x", 1, MSG_OOB, (const struct sockaddr*)&to, sizeof to));
}

enum target { TARGET4, TARGET6 };
enum sender { SENDTO, WSASENDTO, OVERLAPPED_SENDTO };
/* a: enum target, b: enum sender. */
static void target(const struct row* row, struct outcome* seen) {
  static OVERLAPPED overlapped;
  char octet = 'x';
  WSABUF buffer = {1, &octet};
  DWORD bytes = 0;
  struct sockaddr_in6 name; /* Long enough for both. */
  const int size = row->with.a == TARGET4 ? (int)sizeof(struct sockaddr_in) : (int)sizeof name;
  const SOCKET s = row->with.a == TARGET4 ? bound_udp() : socket(AF_INET6, SOCK_DGRAM, 0);
  if (s == INVALID_SOCKET && skip(seen, "no IPv6 here")) return;
  memset(&overlapped, 0, sizeof overlapped);
  memset(&name, 0, sizeof name);
  name.sin6_family = row->with.a == TARGET4 ? AF_INET : AF_INET6;
  name.sin6_port = htons(9); /* At the same place in both. */
  if (row->with.b == SENDTO) {
    ATTEMPT(seen, sendto(s, &octet, 1, 0, (const struct sockaddr*)&name, size));
  } else {
    ATTEMPT(seen, WSASendTo(s, &buffer, 1, &bytes, 0, (const struct sockaddr*)&name, size,
                            row->with.b == WSASENDTO ? NULL : &overlapped, NULL));
  }
}

enum call { RECV, RECVFROM, WSARECV, SEND, WSASEND };
/* with: call, type, and the length of what is not there. One good WSABUF stands before the bad one. */
static void no_buffer(const struct row* row, struct outcome* seen) {
  const SOCKET s = prepare(row->with.b, BLOCKS);
  const int length = row->with.c;
  char octet = 'x';
  WSABUF buffers[2] = {{1, &octet}, {0, NULL}};
  DWORD bytes = 0;
  DWORD flags = 0;
  buffers[1].len = (ULONG)length;
  if (length == 0) send(pair.server, "1", 1, 0);
  switch (row->with.a) {
    case RECV:
      ATTEMPT(seen, recv(s, NULL, length, 0));
      break;
    case RECVFROM:
      ATTEMPT(seen, recvfrom(s, NULL, length, 0, NULL, NULL));
      break;
    case WSARECV:
      ATTEMPT(seen, WSARecv(s, buffers, 2, &bytes, &flags, NULL, NULL));
      break;
    case SEND:
      ATTEMPT(seen, send(s, NULL, length, 0));
      break;
    default:
      ATTEMPT(seen, WSASend(s, buffers, 2, &bytes, 0, NULL, NULL));
  }
  if (length == 0) effect(seen, "%d bytes", (int)bytes);
}

/* with: whether an address, whether a length, whether WSAAccept. */
static void accept_names(const struct row* row, struct outcome* seen) {
  const SOCKET from = listener();
  const struct sockaddr_in to = name_of(from);
  struct sockaddr_in name;
  int size = sizeof name;
  memset(&name, 0, sizeof name);
  connect_to(tcp(), &to);
  if (row->with.c) {
    ATTEMPT(seen, WSAAccept(from, row->with.a ? (struct sockaddr*)&name : NULL,
                            row->with.b ? &size : NULL, NULL, 0) != INVALID_SOCKET);
  } else {
    ATTEMPT(seen, accept(from, row->with.a ? (struct sockaddr*)&name : NULL,
                         row->with.b ? &size : NULL) != INVALID_SOCKET);
  }
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
  effect(seen, "sendto %d", (int)sendto(s, "x", 1, 0, (const struct sockaddr*)&to, sizeof to));
}

static void stream_to_no_address(const struct row* row, struct outcome* seen) {
  struct sockaddr_in nowhere = loopback(7);
  (void)row;
  nowhere.sin_addr.s_addr = 0;
  ATTEMPT(seen, connect_to(tcp(), &nowhere));
}

static void family_alone(const struct row* row, struct outcome* seen) {
  SOCKET s = INVALID_SOCKET;
  ATTEMPT(seen, (s = socket(row->with.a, 0, 0)) != INVALID_SOCKET);
  effect(seen, option_of(s, SOL_SOCKET, SO_TYPE) == SOCK_STREAM ? "a stream" : "none");
}

/* a: family, b: protocol. Without a type a raw protocol is its raw socket, which needs a right. */
static void raw_protocol(const struct row* row, struct outcome* seen) {
  SOCKET s = INVALID_SOCKET;
  ATTEMPT(seen, (s = socket(row->with.a, 0, row->with.b)) != INVALID_SOCKET);
  if (skip(seen, seen->error == WSAEACCES ? "raw sockets need a right" : NULL)) return;
  effect(seen, option_of(s, SOL_SOCKET, SO_TYPE) == SOCK_RAW ? "a raw socket" : "none");
}

static void multipoint(const struct row* row, struct outcome* seen) {
  ATTEMPT(seen, WSASocket(AF_INET, row->with.a, 0, NULL, 0, (DWORD)row->with.b) != INVALID_SOCKET);
}

/* a: type. Leaves are for messages alone, and roots for nobody, in every combination. */
static void every_multipoint(const struct row* row, struct outcome* seen) {
  const DWORD roots = WSA_FLAG_MULTIPOINT_C_ROOT | WSA_FLAG_MULTIPOINT_D_ROOT;
  const DWORD all = roots | WSA_FLAG_MULTIPOINT_C_LEAF | WSA_FLAG_MULTIPOINT_D_LEAF;
  DWORD flags;
  for (flags = 0; flags <= all; flags += WSA_FLAG_MULTIPOINT_C_ROOT) {
    const int refused = (flags & roots) != 0 || (flags != 0 && row->with.a == SOCK_STREAM);
    const SOCKET s = WSASocket(AF_INET, row->with.a, 0, NULL, 0, flags | WSA_FLAG_OVERLAPPED);
    if ((s == INVALID_SOCKET) != refused || (refused && WSAGetLastError() != WSAEINVAL))
      effect(seen, "flags %d", (int)flags);
  }
}

/* a: the first backlog, b: the second; 8 requests that nobody accepts. */
static void backlog(const struct row* row, struct outcome* seen) {
  const SOCKET from = bound_tcp();
  WSAPOLLFD items[8];
  struct sockaddr_in to;
  int at, made;
  listen(from, row->with.a);
  ATTEMPT(seen, listen(from, row->with.b));
  to = name_of(from);
  for (at = 0; at < 8; ++at) {
    items[at].fd = tcp();
    items[at].events = POLLWRNORM;
    never_block(items[at].fd);
    connect_to(items[at].fd, &to);
  }
  Sleep(50);
  made = WSAPoll(items, 8, 0);
  effect(seen, made == 8 ? "all connected" : "some connected");
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
    {"every_flag_of_recv",       "K-140", ALL, BOTH, every_flag, {BY_RECV, STREAM, BLOCKS},                        0, ANY_ERROR, NULL},
    {"every_flag_of_recv_non_blocking", "K-140", ALL, BOTH, every_flag, {BY_RECV, STREAM, DOES_NOT},               0, ANY_ERROR, NULL},
    {"every_flag_of_recv_messages", "K-140", ALL, BOTH, every_flag, {BY_RECV, MESSAGES, BLOCKS},                   0, ANY_ERROR, NULL},
    {"every_flag_of_recv_messages_non_blocking", "K-140", ALL, BOTH, every_flag, {BY_RECV, MESSAGES, DOES_NOT},    0, ANY_ERROR, NULL},
    {"every_flag_of_recvfrom",   "K-140", ALL, BOTH, every_flag, {BY_RECVFROM, STREAM, BLOCKS},                    0, ANY_ERROR, NULL},
    {"every_flag_of_recvfrom_non_blocking", "K-140", ALL, BOTH, every_flag, {BY_RECVFROM, STREAM, DOES_NOT},       0, ANY_ERROR, NULL},
    {"every_flag_of_recvfrom_messages", "K-140", ALL, BOTH, every_flag, {BY_RECVFROM, MESSAGES, BLOCKS},           0, ANY_ERROR, NULL},
    {"every_flag_of_recvfrom_messages_non_blocking", "K-140", ALL, BOTH, every_flag, {BY_RECVFROM, MESSAGES, DOES_NOT}, 0, ANY_ERROR, NULL},
    {"every_flag_of_wsarecvfrom", "K-140", ALL, BOTH, every_flag, {BY_WSARECVFROM, STREAM, BLOCKS},                0, ANY_ERROR, NULL},
    {"every_flag_of_wsarecvfrom_non_blocking", "K-140", ALL, BOTH, every_flag, {BY_WSARECVFROM, STREAM, DOES_NOT}, 0, ANY_ERROR, NULL},
    {"every_flag_of_wsarecvfrom_messages", "K-140", ALL, BOTH, every_flag, {BY_WSARECVFROM, MESSAGES, BLOCKS},     0, ANY_ERROR, NULL},
    {"every_flag_of_wsarecvfrom_messages_non_blocking", "K-140", ALL, BOTH, every_flag, {BY_WSARECVFROM, MESSAGES, DOES_NOT}, 0, ANY_ERROR, NULL},
    {"every_flag_overlapped",    "K-140", ALL, BOTH, every_flag, {OVERLAPPED_WAY, STREAM, BLOCKS},                 0, ANY_ERROR, NULL},
    {"every_flag_overlapped_non_blocking", "K-140", ALL, BOTH, every_flag, {OVERLAPPED_WAY, STREAM, DOES_NOT},     0, ANY_ERROR, NULL},
    {"every_flag_overlapped_messages", "K-140", ALL, BOTH, every_flag, {OVERLAPPED_WAY, MESSAGES, BLOCKS},         0, ANY_ERROR, NULL},
    {"every_flag_overlapped_messages_non_blocking", "K-140", ALL, BOTH, every_flag, {OVERLAPPED_WAY, MESSAGES, DOES_NOT}, 0, ANY_ERROR, NULL},
    {"send_oob_stream",          "K-140", ALL, BOTH, urgent_on_stream, {0, 0, 0},                                  1, KEPT, NULL},
    {"send_oob_messages",        "K-140", ALL, BOTH, send_flags, {0, 0, 0},                                       -1, WSAEOPNOTSUPP, NULL},
    {"target_any",               "K-141", ALL, BOTH, target, {TARGET4, 0, 0},                                     -1, WSAEADDRNOTAVAIL, NULL},
    {"target_any6",              "K-141", ALL, BOTH, target, {TARGET6, 0, 0},                                     -1, WSAEADDRNOTAVAIL, NULL},
    {"wsa_target_any",           "K-141", ALL, BOTH, target, {TARGET4, WSASENDTO, 0},                             -1, WSAEADDRNOTAVAIL, NULL},
    {"wsa_target_any6",          "K-141", ALL, BOTH, target, {TARGET6, WSASENDTO, 0},                             -1, WSAEADDRNOTAVAIL, NULL},
    {"overlapped_target_any",    "K-141", ALL, BOTH, target, {TARGET4, OVERLAPPED_SENDTO, 0},                     -1, WSAEADDRNOTAVAIL, NULL},
    {"no_buffer_recv",           "K-142", ALL, BOTH, no_buffer, {RECV, STREAM, 4},                                     -1, WSAEFAULT, NULL},
    {"no_buffer_recvfrom",       "K-142", ALL, BOTH, no_buffer, {RECVFROM, STREAM, 4},                                 -1, WSAEFAULT, NULL},
    {"no_buffer_wsarecv",        "K-142", ALL, BOTH, no_buffer, {WSARECV, STREAM, 4},                                  -1, WSAEFAULT, NULL},
    {"no_buffer_send",           "K-142", ALL, BOTH, no_buffer, {SEND, STREAM, 4},                                     -1, WSAEFAULT, NULL},
    {"no_buffer_wsasend",        "K-142", ALL, BOTH, no_buffer, {WSASEND, STREAM, 4},                                  -1, WSAEFAULT, NULL},
    {"no_buffer_recv_messages", "K-142", ALL, BOTH, no_buffer, {RECV, MESSAGES, 4}, -1, WSAEFAULT, NULL},
    {"no_buffer_recvfrom_messages", "K-142", ALL, BOTH, no_buffer, {RECVFROM, MESSAGES, 4}, -1, WSAEFAULT, NULL},
    {"no_buffer_wsarecv_messages", "K-142", ALL, BOTH, no_buffer, {WSARECV, MESSAGES, 4}, -1, WSAEFAULT, NULL},
    {"no_buffer_send_messages", "K-142", ALL, BOTH, no_buffer, {SEND, MESSAGES, 4}, -1, WSAEFAULT, NULL},
    {"no_buffer_wsasend_messages", "K-142", ALL, BOTH, no_buffer, {WSASEND, MESSAGES, 4}, -1, WSAEFAULT, NULL},
    {"no_length_send",           "K-142", ALL, BOTH, no_buffer, {SEND, STREAM, 0},                                 0, KEPT, "0 bytes"},
    {"no_length_wsasend",        "K-142", ALL, BOTH, no_buffer, {WSASEND, STREAM, 0},                              0, KEPT, "1 bytes"},
    {"no_length_wsarecv",        "K-142", ALL, BOTH, no_buffer, {WSARECV, STREAM, 0},                              0, KEPT, "1 bytes"},
    {"accept_both",              "K-143", ALL, BOTH, accept_names, {1, 1, 0},                                      1, KEPT, "a name"},
    {"accept_no_length",         "K-143", ALL, BOTH, accept_names, {1, 0, 0},                                      1, KEPT, "no name"},
    {"accept_no_address",        "K-143", ALL, BOTH, accept_names, {0, 1, 0},                                      1, KEPT, "no name"},
    {"accept_neither",           "K-143", ALL, BOTH, accept_names, {0, 0, 0},                                      1, KEPT, "no name"},
    {"wsaaccept_both",           "K-143", ALL, BOTH, accept_names, {1, 1, 1},                                      1, KEPT, "a name"},
    {"wsaaccept_no_length",      "K-143", ALL, BOTH, accept_names, {1, 0, 1},                                      1, KEPT, "no name"},
    {"wsaaccept_no_address",     "K-143", ALL, BOTH, accept_names, {0, 1, 1},                                      1, KEPT, "no name"},
    {"wsaaccept_neither",        "K-143", ALL, BOTH, accept_names, {0, 0, 1},                                      1, KEPT, "no name"},
    {"ended_association",        "K-144", ALL, BOTH, ended_association, {0, 0, 0},                                 0, KEPT, "send WSAENOTCONN, sendto 1"},
    {"ended_association_port",   "K-144", ALL, BOTH, ended_association, {9, 0, 0},                                 0, KEPT, "send WSAENOTCONN, sendto 1"},
    {"stream_to_no_address",     "K-144", ALL, BOTH, stream_to_no_address, {0, 0, 0},                             -1, WSAEADDRNOTAVAIL, NULL},
    {"family_alone",             "K-145", ALL, BOTH, family_alone, {AF_INET, 0, 0},                                1, KEPT, "a stream"},
    {"family_alone_ipv6",        "K-145", ALL, BOTH, family_alone, {AF_INET6, 0, 0},                               1, KEPT, "a stream"},
    {"icmp_without_type",        "K-145", ALL, BOTH, raw_protocol, {AF_INET, IPPROTO_ICMP, 0},                     1, KEPT, "a raw socket"},
    {"igmp_without_type",        "K-145", ALL, BOTH, raw_protocol, {AF_INET, IPPROTO_IGMP, 0},                     1, KEPT, "a raw socket"},
    {"icmp_alone",               "K-145", ALL, BOTH, raw_protocol, {AF_UNSPEC, IPPROTO_ICMP, 0},                   1, KEPT, "a raw socket"},
    {"igmp_alone",               "K-145", ALL, BOTH, raw_protocol, {AF_UNSPEC, IPPROTO_IGMP, 0},                   1, KEPT, "a raw socket"},
    {"no_protocol",              "K-145", ALL, BOTH, raw_protocol, {AF_INET, 77, 0},                               0, WSAEPROTONOSUPPORT, "none"},
    {"nothing_alone",            "K-145", ALL, BOTH, family_alone, {AF_UNSPEC, 0, 0},                              0, WSAEINVAL, "none"},
    {"leaf_messages",            "K-146", ALL, BOTH, multipoint, {SOCK_DGRAM, LEAF, 0},                            1, KEPT, NULL},
    {"leaf_stream",              "K-146", ALL, BOTH, multipoint, {SOCK_STREAM, LEAF, 0},                           0, WSAEINVAL, NULL},
    {"root_messages",            "K-146", ALL, BOTH, multipoint, {SOCK_DGRAM, ROOT, 0},                            0, WSAEINVAL, NULL},
    {"every_multipoint_messages", "K-146", ALL, BOTH, every_multipoint, {SOCK_DGRAM, 0, 0},                        0, ANY_ERROR, NULL},
    {"every_multipoint_stream",  "K-146", ALL, BOTH, every_multipoint, {SOCK_STREAM, 0, 0},                        0, ANY_ERROR, NULL},
    {"few_stay_few",             "K-147", ALL, BOTH, backlog, {0, 200, 0},                                         0, KEPT, "some connected"},
    {"many_stay_many",           "K-147", ALL, BOTH, backlog, {200, 0, 0},                                         0, KEPT, "all connected"},
    {"listen_again",             "K-147", ALL, BOTH, listen_again, {0, 0, 0},                                      0, KEPT, NULL},
    // clang-format on
};

RUN_TOPIC(EACH_ROW, kRows)
