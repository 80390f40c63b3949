#include "cli/attaching/policy_rules.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>

#include "cli/live/keepalive_text.hpp"
#include "os/socket/address.hpp"
#include "policy/duration.hpp"

namespace wsalive::cli {
namespace {

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
  const auto networks = networks_of(parts->host);
  if (!networks) return tl::unexpected(networks.error());
  PolicyRule with_port = rule;
  with_port.to_port = parts->port.value_or(0);
  std::vector<PolicyRule> rules(std::max<std::size_t>(networks->size(), 1), with_port);
  for (std::size_t at = 0; at < networks->size(); ++at)
    rules[at].to_network = (*networks)[at].text();
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
  const auto network = os::Network::parse(rule.to_network);
  return network && network->contains(remote);
}

}  // namespace wsalive::cli
