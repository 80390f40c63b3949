// bpf beside one program: a control group of its own with the programs attached to it, both gone at the end.
//
// The programs stay with the group, not with a process: a killed keeper takes nothing from anybody, and leaves an empty
// group behind that the next `run` there takes away.
#pragma once

#include <optional>

#include "attach/bpf/policy.hpp"
#include "attach/cgroup.hpp"
#include "attach/run/keeper_service.hpp"

namespace wsalive::attach {

class BpfGroupService final : public KeeperService {
 public:
  /// Makes the group below the caller's own and attaches, so that a refusal is known before anything runs.
  [[nodiscard]] static Result<std::unique_ptr<BpfGroupService>> make(const BpfPolicy& policy);

  /// Leaves the group and takes it away if it is empty: nothing was run.
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
  pid_t in_it_ = 0;  ///< The process that has moved into it.
};

}  // namespace wsalive::attach
