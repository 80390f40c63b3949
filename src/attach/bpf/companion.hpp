// bpf beside one program: a control group of its own, the programs attached to it, both gone at the end.
#pragma once

#include <optional>

#include "attach/bpf/policy.hpp"
#include "attach/cgroup.hpp"
#include "attach/supervisor.hpp"

namespace wsalive::attach {

class BpfCompanion final : public Companion {
 public:
  /// Makes the group below the caller's own and attaches, so that a refusal is known before anything runs.
  [[nodiscard]] static Result<std::unique_ptr<BpfCompanion>> make(const BpfPolicy& policy);

  /// Takes the group away if nobody is in it: nothing was run.
  ~BpfCompanion() override { group_.remove(); }

  [[nodiscard]] Result<Fd> prepare_program() override;
  [[nodiscard]] Status take(Fd from_program) override;
  [[nodiscard]] Watch watch() const override;
  void serve() override {}
  [[nodiscard]] bool all_gone() const override { return group_.is_empty(); }
  void clean_up() noexcept override { group_.remove(); }

 private:
  BpfCompanion(RunGroup group, Fd events, Attachment attachment) noexcept
      : group_(std::move(group)), events_(std::move(events)), attachment_(std::move(attachment)) {}

  RunGroup group_;
  Fd events_;
  Attachment attachment_;
};

}  // namespace wsalive::attach
