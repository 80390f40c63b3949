// Sets keep-alive on a socket that another process has open: a copy is taken, compared with the socket that is
// meant, read, changed and dropped, all within the call.
#pragma once

#include <cstdint>

#include "attach/kernel_socket.hpp"
#include "attach/pidfd/foreign_socket.hpp"
#include "base/result.hpp"

namespace wsalive::attach {

/// What a socket is to have.
struct SocketWish {
  os::Switch on =
      os::Switch::on;  ///< off: only the switch; the values stay for the next time (K-56).
  policy::KernelFit fit;
  // For each value: ours also where the program has set its own?
  Precedence idle = Precedence::program;
  Precedence interval = Precedence::program;
  Precedence probes = Precedence::program;
};

/// What the wish makes of a socket that has `now`.
[[nodiscard]] os::KernelKeepAlive fulfilled(const SocketWish& wish, const os::KernelKeepAlive& now,
                                            const Defaults& defaults) noexcept;

struct SocketChange {
  os::KernelKeepAlive before;
  os::KernelKeepAlive after;  ///< As read back; of a rehearsal, as it would be.
};

enum class Deed : std::uint8_t { rehearse, act };

/// Which descriptor of which process, and the socket that it must still mean.
struct ForeignSocket {
  const Process& process;
  int fd;
  std::uint64_t cookie;  ///< As sock_diag told it.
};

/// Errors  EBADF, ESRCH: gone meanwhile. ESTALE: the descriptor means another socket now. EPERM: no right to
///         trace. On failure the socket is as it was.
[[nodiscard]] Result<SocketChange> set_socket(const ForeignSocket& socket, const SocketWish& wish,
                                              const Defaults& defaults, Deed deed) noexcept;

}  // namespace wsalive::attach
