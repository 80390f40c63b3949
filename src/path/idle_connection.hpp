// A TCP connection that is kept silent on purpose, and one keep-alive probe on it at a moment of our choice: how
// a path's patience is measured. Any TCP stack answers such a probe; no data is ever sent by this class.
//
// Nothing waits: `look` says what has come since the last look. One thread at a time.
#pragma once

#include <cstdint>
#include <utility>

#include "base/owned.hpp"
#include "base/result.hpp"
#include "os/socket/address.hpp"

namespace wsalive::path {

enum class IdleSight : std::uint8_t {
  quiet,      ///< Nothing.
  connected,  ///< The connection is made; said once.
  answered,   ///< A segment came that carries nothing: the answer to a probe.
  data,       ///< The far end has sent something; it has been read and dropped.
  ended,      ///< The far end has closed.
  reset,      ///< A reset came.
  failed,     ///< Any other end; `error` has the errno.
};

/// How a connection is closed: FIN, or a reset where nobody may be there any more to answer a FIN.
enum class Farewell : std::uint8_t { finish, reset };

class IdleConnection {
 public:
  /// Starts to connect. Errors: those of socket and connect.
  [[nodiscard]] static Result<IdleConnection> begin(const os::Endpoint& to);
  /// One that was accepted; non-blocking from now on.
  [[nodiscard]] static IdleConnection adopt(Fd connected);

  /// Sends one probe, or another one, at the kernel's next tick. Silence must have lasted for a second: the kernel
  /// probes no earlier.
  [[nodiscard]] Status probe();

  [[nodiscard]] IdleSight look();
  [[nodiscard]] int error() const noexcept { return error_; }

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] bool connecting() const noexcept { return connecting_; }

  /// Says to the far end that it is over, and keeps the descriptor. False: the connection is there no more.
  [[nodiscard]] bool finish() noexcept;
  void close(Farewell farewell) noexcept;

 private:
  explicit IdleConnection(Fd fd, bool connecting) noexcept
      : fd_(std::move(fd)), connecting_(connecting) {}
  [[nodiscard]] IdleSight failure_of(int error) noexcept;

  Fd fd_;
  bool connecting_ = false;
  bool armed_ = false;
  std::uint32_t segments_ = 0;  ///< Received up to the last look.
  int error_ = 0;
};

}  // namespace wsalive::path
