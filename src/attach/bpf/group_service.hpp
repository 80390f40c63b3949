// The bpf service for one program: a control group of its own with the bpf programs attached, both removed at the end.
//
// The bpf programs belong to the group, not to a process: if the keeper is killed they stay in force, and the empty group
// remains until the next `run` there removes it.
#pragma once

#include <optional>

#include "attach/bpf/policy.hpp"
#include "attach/cgroup.hpp"
#include "attach/run/keeper.hpp"

namespace wsalive::attach {

class BpfGroupService final : public KeeperService {
 public:
  /// Makes the group below the caller's own and attaches, so that a refusal shows before anything runs.
  [[nodiscard]] static Result<std::unique_ptr<BpfGroupService>> make(const BpfPolicy& policy);

  /// Leaves the group and removes it if it is empty because nothing was run.
  ~BpfGroupService() override;

  [[nodiscard]] Result<Fd> prepare_program() override;
  [[nodiscard]] Status take(Fd from_program) override;
  [[nodiscard]] Status reach(pid_t /*program*/) override { return {}; }
  [[nodiscard]] Watch watch() const override;
  void serve() override {}
  [[nodiscard]] bool all_gone() const override;
  void clean_up() noexcept override { group_.remove(); }
  [[nodiscard]] bool needs_successor() const noexcept override { return false; }

 private:
  BpfGroupService(RunGroup group, Fd events, std::string parent) noexcept
      : group_(std::move(group)), events_(std::move(events)), parent_(std::move(parent)) {}

  RunGroup group_;
  Fd events_;
  std::string parent_;
  pid_t in_it_ = 0;  ///< The process that has moved into the group.
};

}  // namespace wsalive::attach
