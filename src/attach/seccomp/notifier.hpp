// The answering side of the filter: each stopped connect or listen gets its keep-alive values and goes on.
//
// Whatever goes wrong on our side, the program's call goes on as if we were not there; what went wrong
// is said once on standard error. One thread.
#pragma once

#include <sys/types.h>

#include <string>
#include <unordered_map>

#include "attach/kernel_socket.hpp"
#include "attach/pidfd/foreign_socket.hpp"
#include "attach/supervisor.hpp"

namespace wsalive::attach {

struct SeccompRequest {
  policy::KernelFit fit;
  Precedence whose = Precedence::program;
  bool connect_only = false;
};

class SeccompCompanion final : public Companion {
 public:
  explicit SeccompCompanion(const SeccompRequest& request) noexcept : request_(request) {}

  [[nodiscard]] Result<Fd> prepare_program() override;
  [[nodiscard]] Status take(Fd from_program) override;
  [[nodiscard]] Watch watch() const override;
  void serve() override;
  [[nodiscard]] bool all_gone() const override;

 private:
  struct Call;
  enum class Verdict : bool { go_on, done_for_it };

  [[nodiscard]] Verdict handle(const Call& call);
  [[nodiscard]] const Process* process_of(pid_t thread);
  [[nodiscard]] const Process* living(pid_t leader);
  void complain(const char* what, int error);

  SeccompRequest request_;
  Defaults defaults_;
  Fd listener_;
  std::unordered_map<pid_t, Process> processes_;  ///< One pidfd per process that has called.
  bool complained_ = false;
};

}  // namespace wsalive::attach
