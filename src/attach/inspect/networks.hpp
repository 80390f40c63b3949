// The TCP sockets of the network namespaces in which programs stand: ours, and containers'.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "attach/inspect/tcp_table.hpp"
#include "attach/kernel_socket.hpp"
#include "base/result.hpp"

namespace wsalive::attach {

/// One namespace.
struct Network {
  std::vector<TcpSocket> sockets;
  Defaults defaults;  ///< What an untouched socket of this namespace reads.
};

/// The caller's own.
[[nodiscard]] Result<Network> network_here(Which which);

/// The one in which a process stands. The calling thread goes there and comes back.
/// Errors  EPERM: it takes CAP_SYS_ADMIN, here and over the namespace. ESRCH, ENOENT: gone meanwhile.
[[nodiscard]] Result<Network> network_of(pid_t process, Which which);

/// The one that a file stands for: /run/netns/NAME, /proc/PID/ns/net.
/// Errors  those above; EINVAL: it is another file.
[[nodiscard]] Result<Network> network_at(const std::string& file, Which which);

/// Whether a file stands for the caller's own: then no right is needed.
[[nodiscard]] bool is_network_here(const std::string& file);

}  // namespace wsalive::attach
