// Encodes a policy as the read-only data of the bpf programs.

#include <array>
#include <cerrno>
#include <cstring>

#include "attach/bpf/policy.hpp"
#include "os/socket/address.hpp"

namespace wsalive::attach {
namespace {

void put_prefix(const os::Network& network, wsalive_rule& rule) {
  std::array<unsigned char, 16> mask{};
  std::array<unsigned char, 16> kept{};
  for (unsigned bit = 0; bit < network.bits; ++bit) {
    mask[bit / 8] = static_cast<unsigned char>(mask[bit / 8] | (0x80U >> (bit % 8)));
  }
  for (std::size_t i = 0; i < kept.size(); ++i) {
    kept[i] = static_cast<unsigned char>(network.address.address[i] & mask[i]);
  }
  rule.prefix_family = network.address.family == os::Family::ipv4 ? 4 : 6;
  std::memcpy(rule.prefix, kept.data(), kept.size());
  std::memcpy(rule.mask, mask.data(), mask.size());
}

}  // namespace

Result<wsalive_policy> encode(const BpfPolicy& policy) {
  if (policy.rules.size() > WSALIVE_MOST_RULES) return failure(E2BIG, "more than 32 rules");
  wsalive_policy encoded{};
  encoded.rule_count = static_cast<unsigned>(policy.rules.size());
  encoded.force = policy.whose == Precedence::ours ? 1 : 0;
  for (std::size_t i = 0; i < policy.rules.size(); ++i) {
    const BpfRule& from = policy.rules[i];
    wsalive_rule& to = encoded.rules[i];
    to.direction = static_cast<unsigned>(from.direction);
    to.remote_port = from.remote_port;
    to.local_port = from.local_port;
    to.skip = from.skip ? 1 : 0;
    to.idle_s = from.fit.idle_s;
    to.interval_s = from.fit.interval_s;
    to.probes = from.fit.probes;
    to.has_user_timeout = from.fit.user_timeout_ms ? 1 : 0;
    to.user_timeout_ms = from.fit.user_timeout_ms.value_or(0);
    if (from.remote_prefix.empty()) continue;
    const auto network = os::Network::parse(from.remote_prefix);
    if (!network) return failure(EINVAL, "read a network");
    put_prefix(*network, to);
  }
  return encoded;
}

}  // namespace wsalive::attach
