// A policy as the read-only data of the bpf programs.

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "attach/bpf/policy.hpp"

namespace wsalive::attach {
namespace {

struct Prefix {
  std::array<unsigned char, 16> bytes{};
  unsigned family = 0;
  unsigned length = 0;
};

Result<Prefix> parse_prefix(const std::string& text) {
  Prefix prefix;
  const std::size_t slash = text.find('/');
  const std::string address = text.substr(0, slash);
  const bool is_four = ::inet_pton(AF_INET, address.c_str(), prefix.bytes.data()) == 1;
  if (!is_four && ::inet_pton(AF_INET6, address.c_str(), prefix.bytes.data()) != 1) {
    return failure(EINVAL, "read an address");
  }
  prefix.family = is_four ? 4 : 6;
  const unsigned longest = is_four ? 32 : 128;
  prefix.length = longest;
  if (slash != std::string::npos) {
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, prefix.length);
    if (error != std::errc{} || stop != end || prefix.length > longest) {
      return failure(EINVAL, "read a prefix length");
    }
  }
  return prefix;
}

void put_prefix(const Prefix& prefix, wsalive_rule& rule) {
  std::array<unsigned char, 16> mask{};
  std::array<unsigned char, 16> kept{};
  for (unsigned bit = 0; bit < prefix.length; ++bit) {
    mask[bit / 8] = static_cast<unsigned char>(mask[bit / 8] | (0x80U >> (bit % 8)));
  }
  for (std::size_t i = 0; i < kept.size(); ++i) {
    kept[i] = static_cast<unsigned char>(prefix.bytes[i] & mask[i]);
  }
  rule.prefix_family = prefix.family;
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
    const Result<Prefix> prefix = parse_prefix(from.remote_prefix);
    if (!prefix) return tl::unexpected(prefix.error());
    put_prefix(*prefix, to);
  }
  return encoded;
}

}  // namespace wsalive::attach
