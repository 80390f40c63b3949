// Sets keep-alive on a socket that another process has open: a copy is taken, compared with the socket that is
// meant, read, changed and dropped, all within the call.
#pragma once

#include <cstdint>
#include <optional>

#include "attach/kernel_socket.hpp"
#include "attach/pidfd/foreign_socket.hpp"
#include "base/result.hpp"

namespace wsalive::attach {

/// How much one value is meant.
enum class Claim : std::uint8_t {
  none,        ///< Not named: what the socket has stays.
  unless_set,  ///< It stays where it differs from what an untouched socket has.
  always,
};

/// What a socket is to have.
struct SocketWish {
  /// off: only the switch, the values stay for the next time (K-56). nullopt: keep-alive stays as it is.
  std::optional<os::Switch> on = os::Switch::on;
  policy::KernelFit fit;
  Claim idle = Claim::unless_set;
  Claim interval = Claim::unless_set;
  Claim probes = Claim::unless_set;
  Claim user_timeout = Claim::unless_set;  ///< Without meaning where `fit` has none.
};

/// What the wish makes of a socket that has `now`.
[[nodiscard]] KernelValues fulfilled(const SocketWish& wish, const KernelValues& now,
                                     const Defaults& defaults) noexcept;

struct SocketChange {
  KernelValues before;
  KernelValues after;  ///< As read back; of a rehearsal, as it would be.
};

enum class Deed : std::uint8_t { rehearse, act };

/// Which descriptor of which process, and the socket that it must still mean.
struct ForeignSocket {
  const Process& process;
  int fd;
  std::uint64_t cookie;  ///< As sock_diag told it; likewise the inode.
  std::uint32_t inode;
};

/// Errors  EBADF, ESRCH: gone meanwhile. ESTALE: the descriptor means another socket now. EPERM: no right to
///         trace. On failure the socket is as it was.
[[nodiscard]] Result<SocketChange> set_socket(const ForeignSocket& socket, const SocketWish& wish,
                                              const Defaults& defaults, Deed deed) noexcept;

}  // namespace wsalive::attach
