#include "cli/attaching/policies.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>

#include "attach/bpf/policy.hpp"
#include "cli/frame/messages.hpp"
#include "cli/frame/refusals.hpp"
#include "cli/frame/report.hpp"

namespace wsalive::cli {
namespace {

using nlohmann::ordered_json;

/// A description of another version, or another tool, may be anything.
template <typename Value>
Value member(const ordered_json& about, const char* name, Value otherwise) {
  const auto at = about.find(name);
  if (at == about.end()) return otherwise;
  try {
    return at->get<Value>();
  } catch (const ordered_json::exception&) {
    return otherwise;
  }
}

ordered_json name_or_null(const std::string& name) {
  return name.empty() ? ordered_json() : ordered_json(name);
}

/// The values of each rule as four numbers: T and I in seconds, N, and the user time-out in milliseconds or -1.
using RuleNumbers = std::array<std::int64_t, 4>;

std::vector<policy::KernelFit> values_in(const ordered_json& about, const char* name) {
  std::vector<policy::KernelFit> values;
  for (const RuleNumbers& each : member(about, name, std::vector<RuleNumbers>{})) {
    policy::KernelFit fit{.idle_s = static_cast<std::uint32_t>(each[0]),
                          .interval_s = static_cast<std::uint32_t>(each[1]),
                          .probes = static_cast<std::uint32_t>(each[2]),
                          .user_timeout_ms = {}};
    if (each[3] >= 0) fit.user_timeout_ms = static_cast<std::uint32_t>(each[3]);
    values.push_back(fit);
  }
  return values;
}

std::vector<RuleNumbers> numbers_of(const std::vector<policy::KernelFit>& values) {
  std::vector<RuleNumbers> numbers;
  for (const policy::KernelFit& each : values) {
    const std::int64_t user_timeout =
        each.user_timeout_ms ? std::int64_t{*each.user_timeout_ms} : -1;
    numbers.push_back({each.idle_s, each.interval_s, each.probes, user_timeout});
  }
  return numbers;
}

AttachedPolicy read(const attach::PinnedPolicy& pinned) {
  ordered_json about = ordered_json::parse(pinned.about, nullptr, false);
  if (!about.is_object()) about = ordered_json::object();
  return {.group = pinned.group,
          .name = member(about, "name", std::to_string(pinned.group)),
          .cgroup = member(about, "cgroup", std::string{"?"}),
          .rules = member(about, "rules", std::vector<std::string>{"?"}),
          .values = values_in(about, "values"),
          .earlier = values_in(about, "earlier"),
          .force = member(about, "force", false),
          .along = member(about, "along", std::string{}),
          .stands_for = member(about, "stands_for", std::string{}),
          .may_have_set = member(about, "existing", true),  // Missing in an earlier version.
          .is_certain = pinned.standing != attach::Standing::unknown};
}

}  // namespace

std::string about_text(const AttachedPolicy& policy) {
  const ordered_json about{{"name", policy.name},
                           {"cgroup", policy.cgroup},
                           {"force", policy.force},
                           {"along", policy.along},
                           {"stands_for", policy.stands_for},
                           {"existing", policy.may_have_set},
                           {"values", numbers_of(policy.values)},
                           {"earlier", numbers_of(policy.earlier)},
                           {"rules", policy.rules}};
  return about.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

Fallible<Policies> attached_policies() {
  const Result<std::vector<attach::PinnedPolicy>> pinned = attach::pinned_policies();
  if (!pinned) {
    constexpr const char* kListing = "cannot list the policies";
    if (pinned.error().code == attach::kForeignPins)
      return tl::unexpected(failure_of(Message::foreign_pins, kListing));
    return tl::unexpected(
        failure_of(Message::policies_denied, kListing, "in /sys/fs/bpf/wsalive",
                   {std::strerror(pinned.error().code), as_root("the right to read them")}));
  }
  Policies policies;
  for (const attach::PinnedPolicy& each : *pinned) {
    AttachedPolicy policy = read(each);
    const bool has_ended = each.standing == attach::Standing::ended;
    if (has_ended && attach::detach_pinned(each.group)) {
      policies.ended.push_back(std::move(policy.name));
    } else if (!has_ended) {
      policies.list.push_back(std::move(policy));
    }
  }
  std::ranges::sort(policies.list, {}, &AttachedPolicy::name);
  std::ranges::sort(policies.ended);
  return policies;
}

std::string ended_text(const Policies& policies) {
  if (policies.ended.empty()) return {};
  return fmt::format("wsalive: taken away, since the control group has gone: {}\n",
                     fmt::join(policies.ended, ", "));
}

std::string PoliciesReport::text(const Page& page) const {
  if (policies_.list.empty()) return "no policy is attached; `wsalive attach` attaches one\n";
  Columns table{{{"NAME"}, {"CONTROL GROUP"}, {"CONNECTIONS AND KEEP-ALIVE"}}};
  for (const AttachedPolicy& policy : policies_.list) {
    const std::string along = !policy.along.empty()        ? " (with " + policy.along + ")"
                              : !policy.stands_for.empty() ? " (for " + policy.stands_for + ")"
                                                           : "";
    const std::string forced = policy.force ? " (forced)" : "";
    const std::string first = policy.rules.empty() ? "" : policy.rules.front();
    table.add({{policy.name}, {policy.cgroup + along}, {first + forced}});
    for (std::size_t i = 1; i < policy.rules.size(); ++i) table.add({{}, {}, {policy.rules[i]}});
  }
  std::string text = table.text(page);
  if (std::ranges::any_of(policies_.list, [](const auto& p) { return !p.is_certain; })) {
    text +=
        wrapped("Whether they are in force, and what they say, is not to be seen without rights: " +
                    as_root("CAP_BPF") + ".",
                page.width);
  }
  return text;
}

ordered_json PoliciesReport::json() const {
  ordered_json list = ordered_json::array();
  for (const AttachedPolicy& policy : policies_.list) {
    list.push_back({{"name", policy.name},
                    {"cgroup", policy.cgroup},
                    {"in_force", policy.is_certain ? ordered_json(true) : ordered_json()},
                    {"force", policy.force},
                    {"along", name_or_null(policy.along)},
                    {"stands_for", name_or_null(policy.stands_for)},
                    {"rules", policy.rules}});
  }
  return {{"policies", list}, {"ended", policies_.ended}};
}

namespace {

bool is_equal(const os::KernelKeepAlive& kernel, const policy::KernelFit& rule) {
  return kernel.on == os::Switch::on && kernel.idle_s == static_cast<int>(rule.idle_s) &&
         kernel.interval_s == static_cast<int>(rule.interval_s) &&
         kernel.probes == static_cast<int>(rule.probes);
}

/// The policies of the socket's own group, which may be that of a socket unit, or of the program's group and above.
bool reaches(const AttachedPolicy& policy, const Connection& connection, const Group& group) {
  if (policy.group == group.number || policy.group == connection.socket.cgroup) return true;
  return group.path.starts_with(policy.cgroup + '/');
}

/// Our engine records the source of each value.
Ours from_outside(const policy::SourcedTiming& values) {
  constexpr policy::Source kOutside = policy::Source::outside;
  return {.idle = values.idle_from == kOutside,
          .interval = values.interval_from == kOutside,
          .probes = values.probes_from == kOutside,
          .user_timeout = false};
}

}  // namespace

Ours known_values(const Connection& connection, const Group& group,
                  const std::vector<AttachedPolicy>& before) {
  if (!connection.keep_alive) return {};
  if (connection.keep_alive->is_driven()) return from_outside(connection.keep_alive->sourced);
  Ours ours;
  const auto user_timeout = connection.keep_alive->user_timeout.count();
  for (const AttachedPolicy& policy : before) {
    if (!reaches(policy, connection, group)) continue;
    for (const auto* const values : {&policy.values, &policy.earlier}) {
      for (const policy::KernelFit& rule : *values) {
        if (!is_equal(connection.keep_alive->kernel, rule)) continue;
        ours.idle = ours.interval = ours.probes = true;
        ours.user_timeout =
            ours.user_timeout || (rule.user_timeout_ms && *rule.user_timeout_ms == user_timeout);
      }
    }
  }
  return ours;
}

}  // namespace wsalive::cli
