// The policies that `attach` has left in force, as `detach` and `ls --policies` see them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/frame/command.hpp"

namespace wsalive::cli {

/// The mount without a mode is open to every user.
inline constexpr std::string_view kMountPins = "mount -t bpf -o mode=0700 bpf /sys/fs/bpf";
inline constexpr std::string_view kForeignPinsReason =
    "/sys/fs/bpf/wsalive belongs to another user or is open to others, and what is in it is not "
    "trusted";
inline constexpr std::string_view kForeignPinsRemedy =
    "as root: look at what is in it, then rm -r /sys/fs/bpf/wsalive";

struct AttachedPolicy {
  std::uint64_t group = 0;  ///< The control group's number.
  std::string name;         ///< What `detach` takes.
  std::string cgroup;
  std::vector<std::string> rules;
  bool force = false;
  bool in_force = false;  ///< False: its control group has gone.
};

/// The description that is pinned with a policy.
[[nodiscard]] std::string about_text(const AttachedPolicy& policy);

/// By name. What another version has pinned is there with what can be read of it.
[[nodiscard]] Fallible<std::vector<AttachedPolicy>> attached_policies();

class PoliciesReport final : public Report {
 public:
  explicit PoliciesReport(std::vector<AttachedPolicy> policies) : policies_(std::move(policies)) {}
  [[nodiscard]] std::string text(const Page& page) const override;
  [[nodiscard]] nlohmann::ordered_json json() const override;

 private:
  std::vector<AttachedPolicy> policies_;
};

}  // namespace wsalive::cli
