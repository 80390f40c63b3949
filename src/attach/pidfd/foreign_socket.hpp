// Sockets of other processes: a copy of a descriptor (pidfd_getfd) that lives only during one call, and keep-alive set through
// it.
//
// Held longer, the copy would keep the connection open after its owner closed it; so nothing here stores one. Needs the right to
// trace the process: same user and dumpable, or CAP_SYS_PTRACE.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <utility>

#include "attach/kernel_socket.hpp"
#include "base/owned.hpp"
#include "base/result.hpp"

namespace wsalive::attach {

/// A copy of another process's descriptor, which closes without blocking.
///
/// Closing the last descriptor of a socket with SO_LINGER blocks until the peer has acknowledged the data or the linger time is
/// over. The owner may end while this copy exists: then the copy is the last descriptor, with a linger time that the owner
/// chose. But the kernel does not block a thread that ends. So a thread with its own descriptor table closes such a copy by
/// ending.
class Borrowed {
 public:
  explicit Borrowed(Fd copy) noexcept : copy_(std::move(copy)) {}
  Borrowed(Borrowed&&) noexcept = default;
  Borrowed& operator=(Borrowed&&) = delete;
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  ~Borrowed();

  [[nodiscard]] int get() const noexcept { return copy_.get(); }
  /// To take the descriptor over; not for sockets.
  [[nodiscard]] Fd& descriptor() noexcept { return copy_; }

 private:
  Fd copy_;
};

/// The call that fails even for the own process and descriptors, because of a filter of system calls, like a container's.
/// "pidfd_open" or "pidfd_getfd"; nullptr: none.
[[nodiscard]] const char* filtered_call() noexcept;

/// Whether a socket is MPTCP's, not plain TCP's.
[[nodiscard]] bool is_mptcp(int fd) noexcept;

/// A process by its pidfd, which is safe against reuse of the number.
class Process {
 public:
  /// Errors  ESRCH: gone. EINVAL: a thread's number, or not positive.
  [[nodiscard]] static Result<Process> open(pid_t pid) noexcept;

  /// A copy of its descriptor `number`, close-on-exec. Drop it within the call.
  /// Errors  EBADF: no such descriptor. EPERM: no right to trace. ESRCH: the process has ended.
  [[nodiscard]] Result<Borrowed> borrow(int number) const noexcept;

  /// The same, if it is still the socket that sock_diag listed.
  /// \param cookie, inode  From sock_diag. An MPTCP subflow has the inode of its program's socket and a
  ///                       cookie of its own: then the copy is the program's socket, through which all subflows are set.
  /// Errors  those of borrow. ESTALE: the descriptor means another socket now.
  [[nodiscard]] Result<Borrowed> borrow_socket(int number, std::uint64_t cookie,
                                               std::uint32_t inode) const noexcept;

  [[nodiscard]] bool has_ended() const noexcept;

 private:
  explicit Process(Fd fd) noexcept : fd_(std::move(fd)) {}
  Fd fd_;
};

// Setting keep-alive on an open socket of another process: the call takes a copy, compares it with the expected socket, reads,
// changes and drops it.

/// Whether a requested value replaces the socket's.
enum class Overwrite : std::uint8_t {
  never,       ///< Not requested: the socket's value stays.
  unless_set,  ///< Only a value that an untouched socket has.
  always,
};

/// The requested values of a socket.
struct SocketWish {
  /// off: only the switch, the values stay for the next time (K-56). nullopt: keep-alive stays as it is.
  std::optional<os::Switch> on = os::Switch::on;
  policy::KernelFit fit;
  Overwrite idle = Overwrite::unless_set;
  Overwrite interval = Overwrite::unless_set;
  Overwrite probes = Overwrite::unless_set;
  Overwrite user_timeout = Overwrite::unless_set;  ///< Without meaning where `fit` has none.
};

/// The values of a socket after the wish is applied to `now`.
[[nodiscard]] KernelValues fulfilled(const SocketWish& wish, const KernelValues& now,
                                     const Defaults& defaults) noexcept;

struct SocketChange {
  KernelValues before;
  KernelValues after;  ///< As read back; in a dry run, as they would be.
};

enum class SetMode : std::uint8_t { dry_run, apply };

/// A descriptor of a process, and the socket that it is expected to refer to.
struct ForeignSocket {
  const Process& process;
  int fd;
  std::uint64_t cookie;  ///< From sock_diag, like the inode.
  std::uint32_t inode;
};

/// Errors  EBADF, ESRCH: gone meanwhile. ESTALE: the descriptor means another socket now. EPERM: no right to
///         trace. On failure the socket is as it was.
[[nodiscard]] Result<SocketChange> set_socket(const ForeignSocket& socket, const SocketWish& wish,
                                              const Defaults& defaults, SetMode mode) noexcept;

}  // namespace wsalive::attach
