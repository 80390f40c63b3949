#include "cli/attaching/put_policy.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <map>

#include "attach/bpf/policy.hpp"
#include "attach/cgroup.hpp"
#include "cli/frame/messages.hpp"

namespace wsalive::cli {
namespace {

Failure twice(const Group& group) {
  return failure_of(Message::policy_exists, "cannot attach to", group.name, {.remedy = group.name});
}

/// The rule with its times as the kernel rounds them.
PolicyRule in_kernel(PolicyRule rule, policy::RoundIdle rounding) {
  rule.wanted = policy::as_timing(policy::fit_to_kernel(rule.wanted, rounding));
  return rule;
}

/// Whether a socket unit's policy accompanies that of a service. Its recorded name may be that of a unit, while the user may have
/// given the service's group by its path.
bool is_for(const AttachedPolicy& policy, const Group& service) {
  return std::ranges::any_of(std::array{policy.along, policy.stands_for}, [&](const auto& noted) {
    return !noted.empty() &&
           (noted == service.name || attach::is_group_of_unit(service.path, noted));
  });
}

/// Connections keep the values of a replaced policy. Remembers these values, except the oldest of very many.
void remember(const AttachedPolicy& instead_of, AttachedPolicy& policy) {
  constexpr std::size_t kMost = 64;
  for (const auto* const values : {&instead_of.values, &instead_of.earlier}) {
    for (const policy::KernelFit& each : *values) {
      const bool is_known = std::ranges::count(policy.values, each) != 0 ||
                            std::ranges::count(policy.earlier, each) != 0;
      if (!is_known && policy.earlier.size() < kMost) policy.earlier.push_back(each);
    }
  }
  while (!policy.earlier.empty() && about_text(policy).size() > attach::kLongestAbout)
    policy.earlier.pop_back();
}

}  // namespace

Fallible<AttachedPolicy> put_policy(const Group& group, const AskedPolicy& asked,
                                    const PutCause& cause) {
  AttachedPolicy described{
      .group = group.number,
      .name = group.name,
      .cgroup = group.path,
      .rules = {},
      .values = {},
      .earlier = {},
      .force = asked.force,
      .along = cause.along,
      .stands_for = cause.stands_for,
      .may_have_set = asked.existing || (cause.instead_of && cause.instead_of->may_have_set)};
  attach::BpfPolicy policy{
      .rules = {},
      .whose = asked.force ? attach::Precedence::ours : attach::Precedence::program,
      .about = {}};
  for (const PolicyRule& rule : asked.rules) {
    described.rules.push_back(in_kernel(rule, asked.rounding).text());
    policy.rules.push_back(rule.for_kernel(asked.rounding));
    if (!rule.leave_alone) described.values.push_back(policy.rules.back().fit);
  }
  if (cause.instead_of) remember(*cause.instead_of, described);
  policy.about = about_text(described);
  Result<attach::Attachment> attached = attach::Attachment::attach(group.path, policy);
  if (!attached) return tl::unexpected(attach_refusal(group, attached.error()));
  if (cause.instead_of) {
    const Status gone = attach::detach_pinned(group.number);
    if (!gone && gone.error().code != ENOENT)
      return tl::unexpected(attach_refusal(group, gone.error()));
  }
  if (const Status pinned = attached->pin(group.number); !pinned) {
    return tl::unexpected(pinned.error().code == EEXIST ? twice(group)
                                                        : attach_refusal(group, pinned.error()));
  }
  return described;
}

Fallible<void> take_along(const Group& unit, const Group& service, const AskedPolicy& asked,
                          const std::vector<AttachedPolicy>& before, Reach& reach) {
  const auto there = std::ranges::find(before, unit.number, &AttachedPolicy::group);
  const bool is_there = there != before.end();
  if (is_there && !is_for(*there, service)) {
    reach.own.push_back(*there);
    return {};
  }
  const PutCause cause{.along = service.name, .instead_of = is_there ? &*there : nullptr};
  const Fallible<AttachedPolicy> put = put_policy(unit, asked, cause);
  if (!put) return tl::unexpected(put.error());
  reach.along.push_back(unit.name);
  if (is_there) reach.taken_over.push_back(unit.name);
  return {};
}

std::string service_of(const std::string& socket_unit) {
  return socket_unit.substr(0, socket_unit.rfind('.')) + ".service";
}

MadeElsewhere made_elsewhere(const Group& group, const std::vector<Connection>& members) {
  MadeElsewhere result;
  const std::optional<std::string> root = attach::cgroup2_mount();
  if (!root) return result;
  const std::map<std::uint64_t, std::string> inside = attach::groups_below(group.path);
  const std::map<std::uint64_t, std::string> all = attach::groups_below(*root);
  for (const Connection& each : members) {
    const std::uint64_t number = each.socket.cgroup;
    const bool is_meant = each.socket.state == os::TcpState::listen && number != 0;
    if (!is_meant || inside.contains(number)) continue;
    const auto at = all.find(number);
    if (at == all.end() || !at->second.ends_with(".socket")) {
      result.listeners.push_back(each);
      continue;
    }
    const bool is_known = std::ranges::any_of(
        result.socket_units, [number](const Group& known) { return known.number == number; });
    if (is_known) continue;
    result.socket_units.push_back(
        {at->second, std::filesystem::path{at->second}.filename().string(), number});
  }
  return result;
}

}  // namespace wsalive::cli
