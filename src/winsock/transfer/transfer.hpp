// What all send and receive calls share: whether the socket may transfer now, and how a call continues
// that the kernel did not finish at once.
//
// A call is usually one system call. The loops exist because a signal must not end a call
// (K-110), a blocking send completes whole, a time-out limits the whole call (K-111), and a
// blocking hook must be called while a call waits (K-22).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <tl/expected.hpp>

#include "base/clock.hpp"
#include "base/wsa_error.hpp"
#include "os/socket/socket_io.hpp"
#include "winsock/connection/close_cause.hpp"
#include "winsock/connection/connection.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

/// Bytes, or why not.
using Count = tl::expected<std::size_t, WsaError>;

[[nodiscard]] inline Count refused(WsaError code) noexcept {
  return tl::unexpected<WsaError>{code};
}

/// Datagram and raw sockets: a message is whole or an error.
[[nodiscard]] inline bool has_messages(const Socket& socket) noexcept {
  const Kind kind = socket.traits().kind;
  return kind == Kind::udp || kind == Kind::raw;
}

/// Why the socket cannot transfer in that direction: not connected (K-102), shut down, and for a datagram
/// socket that listens on no port WSAEINVAL.
[[nodiscard]] WsaError transfer_refusal(Socket& socket, os::Direction direction) noexcept;

[[nodiscard]] inline WsaError check_transfer(Socket& socket, os::Direction direction) noexcept {
  if (socket.phase.load(std::memory_order_acquire) == Phase::connected &&
      socket.shut.load(std::memory_order_relaxed) == 0) [[likely]] {
    return WsaError::none;
  }
  return transfer_refusal(socket, direction);
}

// How a blocking call waits: usually in its own system call. It waits with poll() after a signal has interrupted a
// call with a time-out, so that only the rest of the time counts; while a blocking hook is set (K-22); and in a thread to
// which calls may be queued (K-136).

/// Whether the program has made the socket non-blocking. Where other processes have it too, the kernel is asked.
[[nodiscard]] bool is_non_blocking(Socket& socket) noexcept;

/// Makes the kernel's socket non-blocking for good, whatever the program's mode; blocking calls then wait in another way.
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

  /// After an attempt that ended with this errno: waits if needed. \return none if the caller must try again;
  /// else the call's answer.
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

// The loops of send and receive calls.

/// Sends `size` bytes. `attempt(done, flags)` makes the system call for what is behind the first `done`
/// bytes, and answers a count or an errno below 0.
template <typename Attempt>
[[nodiscard]] Count send_through(Socket& socket, std::size_t size, Attempt attempt) {
  if (const WsaError bad = check_transfer(socket, os::Direction::send); bad != WsaError::none) {
    return refused(bad);
  }
  const Cause at_entry = socket.cause.load(std::memory_order_relaxed);
  Waiting waiting{socket, os::Direction::send};
  std::size_t done = 0;
  for (;;) {
    const long result = attempt(done, waiting.flags());
    if (result >= 0) done += static_cast<std::size_t>(result);
    if (result >= 0 && (done >= size || waiting.is_non_blocking() || has_messages(socket))) {
      return done;
    }
    if (result >= 0) {
      // The kernel answers a part when closesocket's signal comes.
      if (socket.life() != Life::open) return refused(WsaError::interrupted);  // K-109
      waiting.after_part();
      continue;
    }
    if (const WsaError end = waiting.after(static_cast<int>(-result), at_entry);
        end != WsaError::none) {
      return refused(end);
    }
  }
}

/// Whether a receive call wants its buffer full (MSG_WAITALL).
enum class Fill : std::uint8_t { some, all };

/// Receives up to `size` bytes; `attempt` as above.
template <typename Attempt>
[[nodiscard]] Count receive_through(Socket& socket, std::size_t size, Fill fill, Attempt attempt) {
  if (const WsaError bad = check_transfer(socket, os::Direction::receive); bad != WsaError::none) {
    return refused(bad);
  }
  const Cause at_entry = socket.cause.load(std::memory_order_relaxed);
  Waiting waiting{socket, os::Direction::receive};
  std::size_t done = 0;
  for (;;) {
    const long result = attempt(done, waiting.flags());
    if (result > 0) {
      done += static_cast<std::size_t>(result);
      if (fill == Fill::some || done >= size || waiting.is_non_blocking()) return done;
      waiting.after_part();
      continue;
    }
    WsaError end = WsaError::none;
    if (result < 0) {
      end = waiting.after(static_cast<int>(-result), at_entry);
      if (end == WsaError::none) continue;
    } else if (size != 0 && !has_messages(socket)) {
      end = end_of_data(socket, at_entry);
    }
    // Data that has come is never lost because of an error behind it.
    if (done != 0 || end == WsaError::none) return done;
    return refused(end);
  }
}

// The flags of send and receive calls, from Windows' numbers.

/// os::TransferFlag bits; nullopt for a flag that the direction does not know or that the socket does not have
/// (WSAEOPNOTSUPP, K-140).
[[nodiscard]] std::optional<unsigned> send_flags(const Socket& socket, unsigned windows) noexcept;
[[nodiscard]] std::optional<unsigned> receive_flags(Socket& socket, unsigned windows) noexcept;

}  // namespace wsalive::winsock
