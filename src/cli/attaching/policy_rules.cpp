#include "cli/attaching/policy_rules.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "cli/live/keepalive_text.hpp"
#include "os/socket/address.hpp"
#include "policy/duration.hpp"

namespace wsalive::cli {
namespace {

/// An address and how many of its bits count.
struct Prefix {
  os::Endpoint address;
  unsigned bits = 0;
};

std::optional<os::Endpoint> read_address(const std::string& text) {
  if (auto four = os::parse_ipv4(text.c_str(), os::Ipv4Notation::four_parts)) return four;
  return os::parse_ipv6(text.c_str());
}

std::optional<Prefix> read_prefix(const std::string& text) {
  const std::size_t slash = text.find('/');
  const std::optional<os::Endpoint> address = read_address(text.substr(0, slash));
  // ::ffff:a.b.c.d is IPv4, and is taken as a host's name is.
  if (!address || unmapped(*address).family != address->family) return std::nullopt;
  const unsigned longest = address->family == os::Family::ipv4 ? 32 : 128;
  Prefix prefix{*address, longest};
  if (slash == std::string::npos) return prefix;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, prefix.bits);
  if (error != std::errc{} || stop != end || prefix.bits > longest) return std::nullopt;
  return prefix;
}

bool is_within(const Prefix& prefix, const os::Endpoint& endpoint) {
  const os::Endpoint plain = unmapped(endpoint);
  if (plain.family != prefix.address.family) return false;
  for (unsigned bit = 0; bit < prefix.bits; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
    if ((plain.address[bit / 8] & mask) != (prefix.address.address[bit / 8] & mask)) return false;
  }
  return true;
}

/// The networks that a text names: itself, or a host's addresses.
Endpointed<std::vector<std::string>> networks_named(const std::string& text) {
  if (text.empty()) return std::vector<std::string>{""};
  if (read_prefix(text)) return std::vector<std::string>{text};
  if (text.find('/') != std::string::npos) {
    return tl::unexpected(
        EndpointProblem{fmt::format("'{}' is no network such as 10.0.0.0/8", text)});
  }
  const auto addresses = addresses_of(text);
  if (!addresses) return tl::unexpected(addresses.error());
  std::vector<std::string> networks;
  for (const os::Endpoint& address : *addresses) {
    std::string network = os::format_address(address);
    if (std::ranges::find(networks, network) == networks.end()) networks.push_back(network);
  }
  return networks;
}

constexpr std::array kDirections{"", "made", "accepted"};

}  // namespace

attach::BpfRule PolicyRule::for_kernel(policy::RoundIdle rounding) const {
  return {.direction = direction,
          .remote_prefix = to_network,
          .remote_port = to_port,
          .local_port = from_port,
          .skip = leave_alone,
          .fit = leave_alone ? policy::KernelFit{} : fit(rounding)};
}

policy::KernelFit PolicyRule::fit(policy::RoundIdle rounding) const {
  policy::KernelFit fit = policy::fit_to_kernel(wanted, rounding);
  if (user_timeout) fit.user_timeout_ms = static_cast<std::uint32_t>(user_timeout->count());
  return fit;
}

std::string PolicyRule::text() const {
  std::vector<std::string> parts;
  const bool six = to_network.find(':') != std::string::npos;
  std::string far_end = six && to_port != 0 ? "[" + to_network + "]" : to_network;
  if (to_port != 0) far_end += fmt::format(":{}", to_port);
  if (!far_end.empty()) parts.push_back("to " + far_end);
  if (from_port != 0) parts.push_back(fmt::format("from :{}", from_port));
  if (direction != attach::Direction::any) {
    parts.emplace_back(kDirections.at(static_cast<std::size_t>(direction)));
  }
  if (parts.empty()) parts.emplace_back("all");
  if (leave_alone) return fmt::format("{}: left alone", fmt::join(parts, ", "));
  const std::string data = !user_timeout ? ""
                           : user_timeout->count() == 0
                               ? ", data without limit"
                               : ", data " + policy::format_duration(*user_timeout);
  return fmt::format("{}: {}{}", fmt::join(parts, ", "), in_short(wanted), data);
}

Endpointed<std::vector<PolicyRule>> with_far_end(const PolicyRule& rule, std::string_view text) {
  const auto parts = HostAndPort::parse(text);
  if (!parts) return tl::unexpected(parts.error());
  const auto networks = networks_named(parts->host);
  if (!networks) return tl::unexpected(networks.error());
  std::vector<PolicyRule> rules;
  for (const std::string& network : *networks) {
    rules.push_back(rule);
    rules.back().to_network = network;
    rules.back().to_port = parts->port.value_or(0);
  }
  return rules;
}

Endpointed<PolicyRule> with_near_end(PolicyRule rule, std::string_view text) {
  const bool is_bare = !text.empty() && text.find(':') == std::string_view::npos;
  const auto parts = HostAndPort::parse(is_bare ? fmt::format(":{}", text) : std::string{text});
  if (!parts) return tl::unexpected(parts.error());
  if (!parts->host.empty() || !parts->port) {
    return tl::unexpected(
        EndpointProblem{fmt::format("'{}' is no port of this end, such as :22", text)});
  }
  rule.from_port = *parts->port;
  return rule;
}

bool fits(const PolicyRule& rule, const os::Endpoint& local, const os::Endpoint& remote) {
  if (rule.to_port != 0 && rule.to_port != remote.port) return false;
  if (rule.from_port != 0 && rule.from_port != local.port) return false;
  if (rule.to_network.empty()) return true;
  const std::optional<Prefix> prefix = read_prefix(rule.to_network);
  return prefix && is_within(*prefix, remote);
}

}  // namespace wsalive::cli
