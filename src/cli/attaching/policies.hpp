// The attached policies, for `detach` and `ls --policies`, and the values on open sockets that come from them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/attaching/group_options.hpp"
#include "cli/frame/command.hpp"
#include "cli/live/connections.hpp"
#include "policy/kernel_fit.hpp"

namespace wsalive::cli {

/// The mount without a mode is open to every user.
inline constexpr std::string_view kMountPins = "mount -t bpf -o mode=0700 bpf /sys/fs/bpf";

struct AttachedPolicy {
  std::uint64_t group = 0;  ///< The control group's number.
  std::string name;         ///< For `detach`.
  std::string cgroup;
  std::vector<std::string> rules;
  std::vector<policy::KernelFit> values;  ///< Of the rules.
  std::vector<policy::KernelFit>
      earlier{};  ///< Values of policies that this one has replaced, the last one first.
  bool force = false;
  std::string
      along{};  ///< The name of the policy that it was attached with; empty: the user attached it.
  std::string
      stands_for{};  ///< Of a socket unit: the requested service, which did not run; else empty.
  bool may_have_set = false;  ///< It may have set inherited listeners by --existing.
  bool is_certain = true;     ///< False: no right to see whether it is in force.
};

/// The description to pin with a policy.
[[nodiscard]] std::string about_text(const AttachedPolicy& policy);

struct Policies {
  std::vector<AttachedPolicy> list;  ///< By name.
  std::vector<std::string>
      ended;  ///< Names of policies whose control group was gone: the call has removed them.
};

/// The attached policies. Of a policy of another version it has the readable parts.
[[nodiscard]] Fallible<Policies> attached_policies();

/// "taken away: nginx.service, whose control group has gone", for standard error; empty where there was none.
[[nodiscard]] std::string ended_text(const Policies& policies);

class PoliciesReport final : public Report {
 public:
  explicit PoliciesReport(Policies policies) : policies_(std::move(policies)) {}
  [[nodiscard]] std::string text(const Page& page) const override;
  [[nodiscard]] std::string aside() const override { return ended_text(policies_); }
  [[nodiscard]] nlohmann::ordered_json json() const override;

 private:
  Policies policies_;
};

/// The values of a connection that its program has not set itself: those of a policy on the socket's control group or above it,
/// current or replaced; and those that our engine in the program (`run` by preload) has from outside. On a socket that the
/// kernel alone keeps, nothing shows what `set`, `run` or a detached policy has written.
struct Ours {
  bool idle = false;
  bool interval = false;
  bool probes = false;
  bool user_timeout = false;
};

/// \param group  The group of the connection's program.
/// \param before  The attached policies: T, I and N come from a policy if all three equal those of one rule.
[[nodiscard]] Ours known_values(const Connection& connection, const Group& group,
                                const std::vector<AttachedPolicy>& before);

}  // namespace wsalive::cli
