// The sockets that a program is started with: listeners of a service manager (LISTEN_FDS), or the connection for which it was
// started (inetd). No way sees them being made, so their values are set before the program starts.
//
// A listener hands its values to each connection that is accepted from it, in whichever process, and keeps them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "attach/kernel_socket.hpp"

namespace wsalive::attach {

/// Who sets what is to be accepted, connected or listened to later.
enum class Later : std::uint8_t {
  here,  ///< Not at all: every socket gets its values now.
  inside,  ///< The library in the program, which takes other values than the default for the program's own.
};

/// Sets each TCP socket that the next execve leaves open. What cannot be set stays as it is.
///
/// Done before a filter is on this process that holds against settings of the program.
class InheritedSockets {
 public:
  InheritedSockets(const policy::KernelFit& fit, Precedence whose, Later later);

  /// Connections that wait to be accepted: they were made before, and only the library in the program still reaches them.
  [[nodiscard]] std::size_t missed() const noexcept { return missed_; }

  /// The program is not started after all.
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
