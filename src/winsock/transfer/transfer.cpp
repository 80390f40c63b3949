#include "winsock/transfer/transfer.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <span>

#include "os/clock.hpp"
#include "os/errno_table.hpp"
#include "os/socket/poll.hpp"
#include "os/socket/socket_calls.hpp"
#include "winsock/connection/close_cause.hpp"
#include "winsock/connection/connection.hpp"
#include "winsock/hooks.hpp"
#include "winsock2.h"

namespace wsalive::winsock {

WsaError transfer_refusal(Socket& socket, os::Direction direction) noexcept {
  const auto shut = direction == os::Direction::send ? kShutSending : kShutReceiving;
  if (has_messages(socket)) {
    if ((socket.shut.load(std::memory_order_relaxed) & shut) != 0) return WsaError::shut_down;
    const bool has_no_port =
        direction == os::Direction::receive && !socket.bound.load(std::memory_order_relaxed);
    return has_no_port ? WsaError::invalid_argument : WsaError::none;
  }
  if (settle_phase(socket) != Phase::connected) return WsaError::not_connected;  // K-102
  const bool ended = (socket.shut.load(std::memory_order_relaxed) & shut) != 0;
  return ended ? WsaError::shut_down : WsaError::none;
}

namespace {

struct FlagRow {
  unsigned windows;
  unsigned ours;
};

// MSG_PARTIAL has no meaning for streams and UDP, and is accepted, as on Windows.
constexpr std::array kSendFlags{
    // clang-format off
    FlagRow{MSG_OOB,            os::kOutOfBand},
    FlagRow{MSG_DONTROUTE,      os::kDontRoute},
    FlagRow{MSG_PARTIAL,        os::kPlain},
    // clang-format on
};
constexpr std::array kReceiveFlags{
    // clang-format off
    FlagRow{MSG_OOB,            os::kOutOfBand},
    FlagRow{MSG_PEEK,           os::kPeek},
    FlagRow{MSG_WAITALL,        os::kWaitAll},
    FlagRow{MSG_PUSH_IMMEDIATE, os::kPlain},
    FlagRow{MSG_PARTIAL,        os::kPlain},
    // clang-format on
};

std::optional<unsigned> translate(unsigned windows, std::span<const FlagRow> rows) noexcept {
  unsigned ours = os::kPlain;
  for (const FlagRow& row : rows) {
    if ((windows & row.windows) == 0) continue;
    ours |= row.ours;
    windows &= ~row.windows;
  }
  if (windows != 0) return std::nullopt;
  return ours;
}

/// MSG_WAITALL waits for a whole buffer: only on a blocking stream, and not when peeking.
bool may_fill(Socket& socket, unsigned windows) noexcept {
  constexpr unsigned kNotWith = MSG_OOB | MSG_PEEK | MSG_PARTIAL;
  return !has_messages(socket) && (windows & kNotWith) == 0 && !is_non_blocking(socket);
}

}  // namespace

std::optional<unsigned> send_flags(const Socket& socket, unsigned windows) noexcept {
  if (windows == 0) [[likely]]
    return os::kPlain;
  if ((windows & MSG_OOB) != 0 && has_messages(socket)) return std::nullopt;
  return translate(windows, kSendFlags);
}

std::optional<unsigned> receive_flags(Socket& socket, unsigned windows) noexcept {
  if (windows == 0) [[likely]]
    return os::kPlain;
  if ((windows & MSG_OOB) != 0 && has_messages(socket)) return std::nullopt;
  if ((windows & MSG_WAITALL) != 0 && !may_fill(socket, windows)) return std::nullopt;
  return translate(windows, kReceiveFlags);
}

namespace {

std::uint32_t option_time_out_ms(const Socket& socket, os::Direction direction) {
  const OptionCells& options = socket.options;
  return (direction == os::Direction::send ? options.send_timeout_ms : options.receive_timeout_ms)
      .load(std::memory_order_relaxed);
}

}  // namespace

bool is_non_blocking(Socket& socket) noexcept {
  const bool follows = socket.shared.load(std::memory_order_relaxed) &&
                       !socket.kernel_non_blocking.load(std::memory_order_relaxed);
  if (follows) [[unlikely]] {
    const bool now = os::blocking_of(socket.fd()) == os::Blocking::no;
    socket.non_blocking.store(now, std::memory_order_relaxed);
  }
  return socket.non_blocking.load(std::memory_order_relaxed);
}

WsaError stop_blocking(Socket& socket) noexcept {
  if (socket.kernel_non_blocking.load(std::memory_order_acquire)) return WsaError::none;
  const int bad = os::set_blocking(socket.fd(), os::Blocking::no);
  // Set last: a thread that reads it makes a call that must not block.
  if (bad == 0) socket.kernel_non_blocking.store(true, std::memory_order_release);
  return os::wsa_error(-bad);
}

Waiting::Waiting(Socket& socket, os::Direction direction) noexcept
    : socket_(socket), direction_(direction), non_blocking_(winsock::is_non_blocking(socket)) {
  if (non_blocking_) {
    flags_ = os::kDontBlock;  // Another process may have changed the kernel's mode.
    return;
  }
  if (const std::uint32_t ms = option_time_out_ms(socket, direction); ms != 0) [[unlikely]] {
    deadline_ = os::monotonic_clock().now() + std::chrono::milliseconds{ms};
  }
  if (waits_by_itself() || socket.kernel_non_blocking.load(std::memory_order_relaxed)) {
    flags_ = os::kDontBlock;
  }
}

WsaError Waiting::after(int error, Cause at_entry) noexcept {
  // The kernel's mode may have changed since this call began.
  const bool waits_here =
      (flags_ & os::kDontBlock) != 0 || socket_.kernel_non_blocking.load(std::memory_order_relaxed);
  if (error == EINTR && socket_.life() == Life::open) {
    after_part();
    return WsaError::none;
  }
  if (error == ECONNREFUSED && has_messages(socket_)) {
    // A port without a listener has answered an earlier message: a receive reports that, a send continues.
    return direction_ == os::Direction::send ? WsaError::none : WsaError::connection_reset;
  }
  if (error != EAGAIN) return data_error(socket_, at_entry, error);
  if (non_blocking_) return WsaError::would_block;
  return waits_here || !is_over() ? wait() : WsaError::timed_out;  // K-111
}

/// The kernel waits for a blocking call, so without a time-out it never answers EAGAIN. If it does, another process that has the
/// socket has changed the kernel's mode.
bool Waiting::is_over() const noexcept {
  if (deadline_) return os::monotonic_clock().now() >= *deadline_;
  return option_time_out_ms(socket_, direction_) != 0;
}

WsaError Waiting::wait() noexcept {
  const os::Readiness wanted = direction_ == os::Direction::send ? os::kWritable : os::kReadable;
  return wait_until_ready(socket_, wanted, deadline_);
}

}  // namespace wsalive::winsock
