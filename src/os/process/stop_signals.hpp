// SIGINT, SIGTERM and SIGHUP as something to wait for beside sockets, so that a command that runs for long ends
// in its own time and leaves nothing half done.
#pragma once

#include <csignal>
#include <optional>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace wsalive::os {

/// While it lives the three do not end the process, unless no descriptor was left for it. Make it before other
/// threads start.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Becomes readable when one has come.
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  /// The signal that came, once.
  [[nodiscard]] std::optional<int> taken() noexcept;
  /// Ends this process as the signal ends a program that does not catch it.
  [[noreturn]] static void end_by(int signal) noexcept;

 private:
  sigset_t before_{};
  Fd fd_;
};

}  // namespace wsalive::os
