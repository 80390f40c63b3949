// The policies that `attach` has left in force, as `detach` and `ls --policies` see them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/frame/command.hpp"
#include "policy/kernel_fit.hpp"

namespace wsalive::cli {

/// The mount without a mode is open to every user.
inline constexpr std::string_view kMountPins = "mount -t bpf -o mode=0700 bpf /sys/fs/bpf";

struct AttachedPolicy {
  std::uint64_t group = 0;  ///< The control group's number.
  std::string name;         ///< What `detach` takes.
  std::string cgroup;
  std::vector<std::string> rules;
  std::vector<policy::KernelFit> values;  ///< What they give.
  std::vector<policy::KernelFit>
      earlier{};  ///< What policies gave whose place this one has taken, the last one first.
  bool force = false;
  std::string
      along{};  ///< The name of the policy that it was attached with; empty: it was asked for.
  std::string
      stands_for{};  ///< Of a socket unit: the service that was asked for and did not run; else empty.
  bool may_have_set = false;  ///< Listeners, made elsewhere, by --existing.
  bool is_certain = true;     ///< False: the right to see whether it is in force is missing.
};

/// The description that is pinned with a policy.
[[nodiscard]] std::string about_text(const AttachedPolicy& policy);

struct Policies {
  std::vector<AttachedPolicy> list;  ///< By name.
  std::vector<std::string>
      ended;  ///< Names of those whose control group had gone: they were taken away now.
};

/// What is attached. What another version has pinned is there with what can be read of it.
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

}  // namespace wsalive::cli
