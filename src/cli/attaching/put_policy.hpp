// Puts a policy on a control group and leaves it in force; and, along with that of a service, on the group of the socket unit
// that makes its listeners.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/attaching/attach_report.hpp"
#include "cli/attaching/group_options.hpp"
#include "cli/attaching/policies.hpp"
#include "cli/attaching/policy_rules.hpp"
#include "policy/kernel_fit.hpp"

namespace wsalive::cli {

/// What was asked for.
struct AskedPolicy {
  std::vector<PolicyRule> rules;
  bool force = false;
  bool existing = false;  ///< Sockets that are open already, too.
  policy::RoundIdle rounding = policy::RoundIdle::down;
};

/// Why a policy is put on a group.
struct PutCause {
  std::string along{};  ///< The name of the policy that it goes with; empty: it was asked for.
  std::string
      stands_for{};  ///< The service that was asked for, in place of which this is a socket unit.
  const AttachedPolicy* instead_of =
      nullptr;  ///< One that the group has and that gives way: it holds until the new one does.
};

/// Failures  policy_exists: the group has one, which stays. And what attach_refusal says.
[[nodiscard]] Fallible<AttachedPolicy> put_policy(const Group& group, const AskedPolicy& asked,
                                                  const PutCause& cause);

/// Puts it on the group of a socket unit, too, whose listeners the programs of `service` have. A policy that is there for the
/// sake of this service gives way, so that there is one; one that was asked for by itself stays, and is told in `reach`.
///
/// \param before  What is attached.
[[nodiscard]] Fallible<void> take_along(const Group& unit, const Group& service,
                                        const AskedPolicy& asked,
                                        const std::vector<AttachedPolicy>& before, Reach& reach);

/// "x.service", of "x.socket".
[[nodiscard]] std::string service_of(const std::string& socket_unit);

}  // namespace wsalive::cli
