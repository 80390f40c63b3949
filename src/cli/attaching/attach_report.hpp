// The report of `attach`, and its refusals.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/attaching/group_options.hpp"
#include "cli/attaching/policies.hpp"
#include "cli/live/set_sockets.hpp"

namespace wsalive::cli {

/// Why the kernel or the bpf file system refused a policy for a group.
[[nodiscard]] Failure attach_refusal(const Group& group, const SysError& error);

/// The effect of a policy beyond the group itself.
struct Reach {
  std::vector<std::string> along;  ///< Names of socket units that also got the policy.
  std::vector<std::string>
      taken_over;  ///< Those of them with an earlier policy for the same service, which it replaces.
  bool is_replaced = false;  ///< It replaces a policy of the group itself.
  std::vector<AttachedPolicy>
      own;  ///< Policies of socket units that the user attached separately; they stay.
  std::vector<std::string> inner{};  ///< Names of policies further down the tree.
  std::vector<std::string>
      unreached;        ///< Listeners whose connections get nothing: "nginx 4711:6 on 0.0.0.0:80".
  std::string aside{};  ///< For standard error.
};

class AttachReport final : public Report {
 public:
  /// \param existing  Null: without --existing.
  AttachReport(AttachedPolicy policy, Reach reach, std::vector<std::string> notes,
               std::unique_ptr<SetReport> existing);
  [[nodiscard]] std::string text(const Page& page) const override;
  [[nodiscard]] std::string aside() const override { return reach_.aside; }
  [[nodiscard]] nlohmann::ordered_json json() const override;

 private:
  [[nodiscard]] std::string unreached() const;
  [[nodiscard]] std::string inner_policies() const;
  [[nodiscard]] std::string own_policies(const Page& page) const;

  AttachedPolicy policy_;
  Reach reach_;
  std::vector<std::string> notes_;
  std::unique_ptr<SetReport> existing_;
};

}  // namespace wsalive::cli
