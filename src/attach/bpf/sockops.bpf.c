// Keep-alive for every new TCP connection below a cgroup: made (before the SYN goes out) and accepted
// (when it is established).
//
// They switch keep-alive on; they set each of idle time, interval and count only where the program has not set its
// own (the kernel keeps 0 for that), unless the policy forces it. The kernel's helpers require the GPL.
#include <linux/bpf.h>
// bpf.h first.
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "sockops_shared.h"

#define SOL_SOCKET 1
#define SO_KEEPALIVE 9
#define IPPROTO_TCP 6
#define TCP_KEEPIDLE 4
#define TCP_KEEPINTVL 5
#define TCP_KEEPCNT 6
#define TCP_USER_TIMEOUT 18
#define AF_INET 2

struct inet_connection_sock {
  unsigned int icsk_user_timeout;
} __attribute__((preserve_access_index));

struct tcp_sock {
  struct inet_connection_sock inet_conn;
  unsigned int keepalive_time;
  unsigned int keepalive_intvl;
  unsigned char keepalive_probes;
} __attribute__((preserve_access_index));

const volatile struct wsalive_policy policy = {};

// Not read here: the description of a pinned policy.
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, unsigned int);
  __type(value, struct wsalive_about);
} about SEC(".maps");

// With `force`: the connections whose values a rule enforces; 1 where it enforces the user time-out, too.
struct {
  __uint(type, BPF_MAP_TYPE_SK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, unsigned int);
} held SEC(".maps");

struct remote {
  unsigned int family;
  unsigned int address[4];
};

static __always_inline struct remote remote_of(struct bpf_sock_ops* ctx) {
  struct remote remote = {.family = 6};
  if (ctx->family == AF_INET) {
    remote.family = 4;
    remote.address[0] = ctx->remote_ip4;
    return remote;
  }
  remote.address[0] = ctx->remote_ip6[0];
  remote.address[1] = ctx->remote_ip6[1];
  remote.address[2] = ctx->remote_ip6[2];
  remote.address[3] = ctx->remote_ip6[3];
  // ::ffff:a.b.c.d is IPv4 for a rule.
  if (remote.address[0] == 0 && remote.address[1] == 0 && remote.address[2] == bpf_htonl(0xffff)) {
    remote.family = 4;
    remote.address[0] = remote.address[3];
  }
  return remote;
}

static __always_inline int prefix_matches(const volatile struct wsalive_rule* rule,
                                          const struct remote* remote) {
  if (rule->prefix_family == 0) return 1;
  if (rule->prefix_family != remote->family) return 0;
  if ((remote->address[0] & rule->mask[0]) != rule->prefix[0]) return 0;
  if (remote->family == 4) return 1;
  return (remote->address[1] & rule->mask[1]) == rule->prefix[1] &&
         (remote->address[2] & rule->mask[2]) == rule->prefix[2] &&
         (remote->address[3] & rule->mask[3]) == rule->prefix[3];
}

static __always_inline void apply(struct bpf_sock_ops* ctx,
                                  const volatile struct wsalive_rule* rule) {
  struct tcp_sock* tcp = ctx->sk ? bpf_skc_to_tcp_sock(ctx->sk) : 0;
  int on = 1;
  int idle = rule->idle_s;
  int interval = rule->interval_s;
  int probes = rule->probes;
  int force = policy.force != 0;
  // The idle time last: with the switch on it arms the timer.
  bpf_setsockopt(ctx, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
  if (force || !tcp || tcp->keepalive_intvl == 0)
    bpf_setsockopt(ctx, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
  if (force || !tcp || tcp->keepalive_probes == 0)
    bpf_setsockopt(ctx, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
  if (force || !tcp || tcp->keepalive_time == 0)
    bpf_setsockopt(ctx, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
  int has_timeout = rule->has_user_timeout != 0;
  int timeout = rule->user_timeout_ms;
  if (has_timeout && (force || !tcp || tcp->inet_conn.icsk_user_timeout == 0))
    bpf_setsockopt(ctx, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof(timeout));
  if (!force || !ctx->sk) return;
  unsigned int* mark = bpf_sk_storage_get(&held, ctx->sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
  if (mark) *mark = has_timeout;
}

SEC("sockops")
int wsalive_connections(struct bpf_sock_ops* ctx) {
  unsigned int direction = ctx->op == BPF_SOCK_OPS_TCP_CONNECT_CB           ? WSALIVE_MADE
                           : ctx->op == BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB ? WSALIVE_TAKEN
                                                                            : 0;
  if (direction == 0) return 1;
  struct remote remote = remote_of(ctx);
  unsigned int remote_port = bpf_ntohl(ctx->remote_port);
  unsigned int local_port = ctx->local_port;
  for (unsigned int i = 0; i < WSALIVE_MOST_RULES; ++i) {
    if (i >= policy.rule_count) break;
    const volatile struct wsalive_rule* rule = &policy.rules[i];
    if (rule->direction != WSALIVE_ANY && rule->direction != direction) continue;
    if (rule->remote_port != 0 && rule->remote_port != remote_port) continue;
    if (rule->local_port != 0 && rule->local_port != local_port) continue;
    if (!prefix_matches(rule, &remote)) continue;
    if (rule->skip == 0) apply(ctx, rule);
    break;
  }
  return 1;
}

// With `force`: the program's own settings of such a connection report success and have
// no effect. Its earlier settings were overwritten when the connection was made.
SEC("cgroup/setsockopt")
int wsalive_hold(struct bpf_sockopt* ctx) {
  if (!ctx->sk || ctx->sk->protocol != IPPROTO_TCP) return 1;
  int is_switch = ctx->level == SOL_SOCKET && ctx->optname == SO_KEEPALIVE;
  int is_value =
      ctx->level == IPPROTO_TCP && (ctx->optname == TCP_KEEPIDLE || ctx->optname == TCP_KEEPINTVL ||
                                    ctx->optname == TCP_KEEPCNT);
  int is_timeout = ctx->level == IPPROTO_TCP && ctx->optname == TCP_USER_TIMEOUT;
  if (!is_switch && !is_value && !is_timeout) return 1;
  unsigned int* mark = bpf_sk_storage_get(&held, ctx->sk, 0, 0);
  if (!mark || (is_timeout && *mark == 0)) return 1;
  ctx->optlen = -1;  // Skips the kernel's own handler.
  return 1;
}

char _license[] SEC("license") = "Dual MIT/GPL";
