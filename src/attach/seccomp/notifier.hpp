// The answering side of the filter: each stopped connect or listen gets its keep-alive values and continues.
//
// Whatever fails here, the program's call continues as without the filter; the first failure goes to the system's log. One
// thread.
//
// The call in work is in memory that all keepers share: the kernel writes it there directly, so that the successor of a killed
// keeper finds and answers it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "attach/kernel_socket.hpp"
#include "attach/pidfd/foreign_socket.hpp"
#include "attach/run/keeper.hpp"

struct seccomp_notif_resp;

namespace wsalive::attach {

struct SeccompRequest {
  policy::KernelFit fit;
  Precedence whose = Precedence::program;
  bool connect_only = false;
};

class SeccompService final : public KeeperService {
 public:
  /// Errors  ENOMEM.
  [[nodiscard]] static Result<std::unique_ptr<SeccompService>> make(const SeccompRequest& request);
  ~SeccompService() override;

  [[nodiscard]] Result<Fd> prepare_program() override;
  [[nodiscard]] Status take(Fd from_program) override;
  [[nodiscard]] Status reach(pid_t program) override;
  [[nodiscard]] Watch watch() const override;
  void serve() override;
  void resume() override;
  void forget() noexcept override { processes_.clear(); }
  [[nodiscard]] bool all_gone() const override;
  [[nodiscard]] bool needs_successor() const noexcept override { return true; }

 private:
  struct InWork;
  struct Call;
  enum class Verdict : bool { go_on, done_for_it };

  SeccompService(const SeccompRequest& request, InWork& in_work) noexcept
      : request_(request), in_work_(in_work) {}

  void answer();
  void send(seccomp_notif_resp& answer) const;
  [[nodiscard]] bool is_waiting(std::uint64_t call);
  [[nodiscard]] Verdict handle(const Call& call);
  [[nodiscard]] const Process* process_of(pid_t thread);
  [[nodiscard]] const Process* living(pid_t leader);
  void complain(const char* what, int error);

  SeccompRequest request_;
  InWork& in_work_;  ///< Shared by all keepers.
  Defaults defaults_;
  Fd listener_;
  std::unordered_map<pid_t, Process> processes_;  ///< One pidfd per calling process.
  bool complained_ = false;
};

}  // namespace wsalive::attach
