// The rules of a policy: which new connections, and their values. From a TOML file or the command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "attach/bpf/policy.hpp"
#include "cli/frame/command.hpp"
#include "cli/frame/timing_options.hpp"
#include "cli/live/endpoint_filter.hpp"
#include "os/socket/address.hpp"
#include "policy/kernel_fit.hpp"

namespace wsalive::cli {

/// One rule: a connection must match all its conditions. The first matching rule decides.
struct PolicyRule {
  attach::Direction direction = attach::Direction::any;
  std::string to_network;     ///< "10.0.0.0/8", "fd00::5", or empty: any address at the other end.
  std::uint16_t to_port = 0;  ///< At the other end; 0: any.
  std::uint16_t from_port = 0;  ///< At this end; 0: any.
  bool leave_alone = false;
  policy::Timing wanted;
  Named named{};                                 ///< On open sockets the other values stay.
  std::optional<policy::Millis> user_timeout{};  ///< 0: none; nullopt: left alone.

  /// The values for the kernel.
  [[nodiscard]] policy::KernelFit fit(policy::RoundIdle rounding) const;
  [[nodiscard]] attach::BpfRule for_kernel(policy::RoundIdle rounding) const;
  /// "to 10.0.0.0/8:5432, made: 45s +5s x5"
  [[nodiscard]] std::string text() const;
};

/// Sets the other end's network and port: "10.0.0.0/8:5432", "[fd00::/8]:22", ":443", or a host's name, which
/// becomes a rule for each of its addresses.
[[nodiscard]] Endpointed<std::vector<PolicyRule>> with_far_end(const PolicyRule& rule,
                                                               std::string_view text);

/// Sets this end's port: ":22" or "22".
[[nodiscard]] Endpointed<PolicyRule> with_near_end(PolicyRule rule, std::string_view text);

/// Whether the rule's networks and ports match; ignores the direction.
[[nodiscard]] bool fits(const PolicyRule& rule, const os::Endpoint& local,
                        const os::Endpoint& remote);

struct PolicyFile {
  std::vector<PolicyRule> rules;  ///< One at least.
  bool force = false;
};

/// Reads a policy:
///
///     time = "45s"            # the default of rules; likewise interval, probes, user_timeout
///     force = false
///     [[rule]]
///     to = "10.0.0.0/8:5432"  # address, network or name, and port, of the other end
///     from = ":22"            # port of this end
///     direction = "made"      # or "accepted", "any"
///     time = "30s"
///     [[rule]]
///     leave_alone = true
///
/// \param otherwise  Defaults for what the file omits.
/// Failures  bad_input: with the cause if the file cannot be read, else with line and column.
[[nodiscard]] Fallible<PolicyFile> read_policy(const std::string& file,
                                               const PolicyRule& otherwise);

}  // namespace wsalive::cli
