// Attaches a policy to a control group and leaves it in force; for a service also to the group of the socket unit that makes its
// listeners.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/attaching/attach_report.hpp"
#include "cli/attaching/group_options.hpp"
#include "cli/attaching/policies.hpp"
#include "cli/attaching/policy_rules.hpp"
#include "cli/live/connections.hpp"
#include "policy/kernel_fit.hpp"

namespace wsalive::cli {

/// The request of the command line.
struct AskedPolicy {
  std::vector<PolicyRule> rules;
  bool force = false;
  bool existing = false;  ///< Also set sockets that are open already.
  policy::RoundIdle rounding = policy::RoundIdle::down;
};

/// Why a policy is attached to a group.
struct PutCause {
  std::string
      along{};  ///< The name of the policy that it accompanies; empty: the user requested it.
  std::string stands_for{};  ///< The requested service, which this socket unit replaces.
  const AttachedPolicy* instead_of =
      nullptr;  ///< The group's policy to replace: it stays in force until the new one is.
};

/// Failures  policy_exists: the group has one, which stays. And what attach_refusal says.
[[nodiscard]] Fallible<AttachedPolicy> put_policy(const Group& group, const AskedPolicy& asked,
                                                  const PutCause& cause);

/// Attaches it also to the group of a socket unit, whose listeners the programs of `service` have. It replaces a policy that
/// accompanies this service, so that there is only one; a policy that the user attached separately stays, and `reach` reports it.
///
/// \param before  The attached policies.
[[nodiscard]] Fallible<void> take_along(const Group& unit, const Group& service,
                                        const AskedPolicy& asked,
                                        const std::vector<AttachedPolicy>& before, Reach& reach);

/// "x.service", of "x.socket".
[[nodiscard]] std::string service_of(const std::string& socket_unit);

/// Listeners that a control group's programs have inherited, made in another group: by the service manager for a socket unit, or
/// by a parent. Connections accepted from them belong to that other group, so that a policy does not reach them.
struct MadeElsewhere {
  std::vector<Group>
      socket_units;  ///< Groups of socket units, to which a policy may be attached as well.
  std::vector<Connection> listeners;  ///< Made in any other group.
};

/// \param members  The connections and listeners of the group's processes.
/// Empty if the kernel does not report a socket's group (before 5.8).
[[nodiscard]] MadeElsewhere made_elsewhere(const Group& group,
                                           const std::vector<Connection>& members);

}  // namespace wsalive::cli
