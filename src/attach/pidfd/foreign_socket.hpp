// A copy of a descriptor of another process, for as long as one call takes (pidfd_getfd).
//
// Held longer, the copy would keep the connection open after its owner closed it; so nothing here
// stores one. Needs the right to trace the process: same user and dumpable, or CAP_SYS_PTRACE.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <utility>

#include "base/owned.hpp"
#include "base/result.hpp"

namespace wsalive::attach {

// A copy of another process's descriptor, which is given back without waiting.
//
// The process that closes the last descriptor of a socket with SO_LINGER waits until its data has been taken, or its time is over. Its
// owner may end while we have a copy: then the last one is ours, and the time is the owner's choice. The kernel lets no thread
// wait that ends. So such a copy goes with a thread that has descriptors of its own.

class Borrowed {
 public:
  explicit Borrowed(Fd copy) noexcept : copy_(std::move(copy)) {}
  Borrowed(Borrowed&&) noexcept = default;
  Borrowed& operator=(Borrowed&&) = delete;
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  ~Borrowed();

  [[nodiscard]] int get() const noexcept { return copy_.get(); }
  /// For who keeps it: not to be done with sockets.
  [[nodiscard]] Fd& descriptor() noexcept { return copy_; }

 private:
  Fd copy_;
};

/// The call that is refused for one's own process and descriptors, too: by a filter of system calls, like a container's.
/// "pidfd_open" or "pidfd_getfd"; nullptr: none.
[[nodiscard]] const char* filtered_call() noexcept;

/// Whether a socket is MPTCP's, not plain TCP's.
[[nodiscard]] bool is_mptcp(int fd) noexcept;

/// A process by its pidfd, so that the number's next owner is never taken for it.
class Process {
 public:
  /// Errors  ESRCH: gone. EINVAL: a thread's number, or not positive.
  [[nodiscard]] static Result<Process> open(pid_t pid) noexcept;

  /// A copy of its descriptor `number`, close-on-exec. Drop it within the call.
  /// Errors  EBADF: no such descriptor. EPERM: no right to trace. ESRCH: the process has ended.
  [[nodiscard]] Result<Borrowed> borrow(int number) const noexcept;

  /// The same, if it still is the socket that sock_diag has told of.
  /// \param cookie, inode  As sock_diag told them. A connection of MPTCP has the inode of its program's socket and a
  ///                       cookie of its own: then the program's is given, through which all of them are set.
  /// Errors  those of borrow. ESTALE: the descriptor means another socket now.
  [[nodiscard]] Result<Borrowed> borrow_socket(int number, std::uint64_t cookie,
                                               std::uint32_t inode) const noexcept;

  [[nodiscard]] bool has_ended() const noexcept;

 private:
  explicit Process(Fd fd) noexcept : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace wsalive::attach
