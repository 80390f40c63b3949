// How a blocking call waits: in its own system call as a rule; with poll() once a signal has interrupted a
// call with a time-out, whose rest must count, while a blocking hook is set (K-22), and in a thread to which calls may be
// queued (K-136).
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "base/wsa_error.hpp"
#include "os/socket/socket_io.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

/// Whether the program has made the socket non-blocking. Where other processes have it too, the kernel is asked.
[[nodiscard]] bool is_non_blocking(Socket& socket) noexcept;

/// The kernel's socket does not block from now on, whatever the program's mode; blocking calls wait in another way.
[[nodiscard]] WsaError stop_blocking(Socket& socket) noexcept;

class Waiting {
 public:
  Waiting(Socket& socket, os::Direction direction) noexcept;

  /// For the next attempt's system call.
  [[nodiscard]] unsigned flags() const noexcept { return flags_; }
  [[nodiscard]] bool is_non_blocking() const noexcept { return non_blocking_; }

  /// After an attempt that moved less than the call wants. The kernel would begin the time-out anew.
  void after_part() noexcept {
    if (deadline_) flags_ |= os::kDontBlock;
  }

  /// After an attempt that ended with this errno: none if it is to be made again, having waited if that
  /// is needed; else the call's answer.
  [[nodiscard]] WsaError after(int error, Cause at_entry) noexcept;

 private:
  [[nodiscard]] WsaError wait() noexcept;
  [[nodiscard]] bool is_over() const noexcept;

  Socket& socket_;
  os::Direction direction_;
  bool non_blocking_;
  unsigned flags_ = os::kPlain;
  std::optional<Instant> deadline_;
};

}  // namespace wsalive::winsock
