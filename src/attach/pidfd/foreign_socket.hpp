// A copy of a descriptor of another process, for as long as one call takes (pidfd_getfd).
//
// Held longer, the copy would keep the connection open after its owner closed it; so nothing here
// stores one. Needs the right to trace the process: same user and dumpable, or CAP_SYS_PTRACE.
#pragma once

#include <sys/types.h>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace wsalive::attach {

/// Whether the call itself is refused, for one's own descriptors too: by a filter of system calls, like a container's.
[[nodiscard]] bool borrowing_is_filtered() noexcept;

/// A process by its pidfd, so that the number's next owner is never taken for it.
class Process {
 public:
  /// Errors  ESRCH: gone. EINVAL: a thread's number, or not positive.
  [[nodiscard]] static Result<Process> open(pid_t pid) noexcept;

  /// A copy of its descriptor `number`, close-on-exec. Drop it within the call.
  /// Errors  EBADF: no such descriptor. EPERM: no right to trace. ESRCH: the process has ended.
  [[nodiscard]] Result<Fd> borrow(int number) const noexcept;

  [[nodiscard]] bool has_ended() const noexcept;

 private:
  explicit Process(Fd fd) noexcept : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace wsalive::attach
