#include "cli/attaching/earlier_values.hpp"

#include <algorithm>

namespace wsalive::cli {
namespace {

bool is_equal(const os::KernelKeepAlive& kernel, const policy::KernelFit& rule) {
  return kernel.on == os::Switch::on && kernel.idle_s == static_cast<int>(rule.idle_s) &&
         kernel.interval_s == static_cast<int>(rule.interval_s) &&
         kernel.probes == static_cast<int>(rule.probes);
}

/// Of the socket's own group, which may be that of a socket unit, or from the program's group on upwards.
bool reaches(const AttachedPolicy& policy, const Connection& connection, const Group& group) {
  if (policy.group == group.number || policy.group == connection.socket.cgroup) return true;
  return group.path.starts_with(policy.cgroup + '/');
}

/// An engine of ours notes who has named each value.
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
