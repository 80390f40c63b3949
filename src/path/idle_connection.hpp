// A TCP connection that stays silent on purpose, with a keep-alive probe on it at a chosen moment: this is how a path's
// time-out is measured. Any TCP stack answers such a probe; these classes never send data.
//
// Nothing blocks: `look` reports what has come since the last look. One thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "base/owned.hpp"
#include "base/result.hpp"
#include "os/socket/address.hpp"
#include "path/plan/search.hpp"

namespace wsalive::path {

enum class IdleSight : std::uint8_t {
  quiet,      ///< Nothing.
  connected,  ///< The connection is established; reported once.
  answered,   ///< A segment without data came: the answer to a probe.
  data,       ///< The far end has sent data, which was read and dropped.
  ended,      ///< The far end has closed.
  reset,      ///< A reset came.
  failed,     ///< Any other end; `error` has the errno.
};

/// How a connection is closed: FIN, or a reset where the far end may be gone and unable to answer a FIN.
enum class Farewell : std::uint8_t { finish, reset };

class IdleConnection {
 public:
  /// Starts to connect. Errors: those of socket and connect.
  [[nodiscard]] static Result<IdleConnection> begin(const os::Endpoint& to);
  /// Takes an accepted connection; non-blocking from now on.
  [[nodiscard]] static IdleConnection adopt(Fd connected);

  /// Sends a probe, the first or another one, at the kernel's next tick. The silence must have lasted for a second: the kernel
  /// probes no earlier.
  [[nodiscard]] Status probe();

  [[nodiscard]] IdleSight look();
  [[nodiscard]] int error() const noexcept { return error_; }

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] bool connecting() const noexcept { return connecting_; }

  /// Sends a FIN and keeps the descriptor. False: the connection no longer exists.
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

// The test of one connection: a few of the kernel's keep-alive probes, some time apart, until an answer comes or none did.
// Both ends of a measurement use it.

class Probing {
 public:
  /// \param round_trip  The longest known one: each probe waits at least three of them for its answer.
  Probing(IdleConnection connection, policy::Millis round_trip) noexcept
      : connection_(std::move(connection)), round_trip_(round_trip) {}

  /// Looks, and probes when due; nullopt: no verdict yet. Look again within about 20 ms.
  [[nodiscard]] std::optional<PathSight> look(policy::Millis now);

  [[nodiscard]] const IdleConnection& connection() const noexcept { return connection_; }
  /// Returns the connection, after the verdict.
  [[nodiscard]] IdleConnection take() noexcept { return std::move(connection_); }

 private:
  IdleConnection connection_;
  policy::Millis round_trip_;
  policy::Millis next_ask_{};
  int asked_ = 0;
};

/// The longest time to a verdict.
[[nodiscard]] policy::Millis probing_time(policy::Millis round_trip) noexcept;

}  // namespace wsalive::path
