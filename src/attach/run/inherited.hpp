// The sockets that a program inherits: listeners of a service manager (LISTEN_FDS), or the connection for which it was started
// (inetd). They exist before any way can intercept them, so their values are set before the program starts.
//
// Each connection that any process accepts from a listener inherits the listener's values, which stay set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "attach/kernel_socket.hpp"

namespace wsalive::attach {

/// What sets the values of sockets that later accept, connect or listen.
enum class Later : std::uint8_t {
  here,    ///< Nothing does: every socket gets its values now.
  inside,  ///< The library in the program does, which takes non-default values for the program's own.
};

/// Sets each TCP socket that the next execve leaves open. A socket that refuses stays as it is.
///
/// To be used before this process installs a filter that blocks the program's own settings.
class InheritedSockets {
 public:
  InheritedSockets(const policy::KernelFit& fit, Precedence whose, Later later);

  /// Connections that wait to be accepted: they exist already, and only the library in the program can still reach them.
  [[nodiscard]] std::size_t missed() const noexcept { return missed_; }

  /// Undoes it if the program is not started after all.
  void restore() const noexcept;

 private:
  struct Before {
    int fd;
    KernelValues values;
  };
  std::vector<Before> before_;
  std::size_t missed_ = 0;
};

}  // namespace wsalive::attach
