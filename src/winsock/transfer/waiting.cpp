#include "winsock/transfer/waiting.hpp"

#include <cerrno>
#include <chrono>

#include "os/clock.hpp"
#include "os/errno_table.hpp"
#include "os/socket/poll.hpp"
#include "os/socket/socket_calls.hpp"
#include "winsock/connection/close_cause.hpp"
#include "winsock/hooks.hpp"
#include "winsock/transfer/transfer.hpp"

namespace wsalive::winsock {
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
  // Only now: a thread that reads it makes its call and counts on its not blocking.
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
    // A port without a listener has answered an earlier message: a receive says so, a send goes on.
    return direction_ == os::Direction::send ? WsaError::none : WsaError::connection_reset;
  }
  if (error != EAGAIN) return data_error(socket_, at_entry, error);
  if (non_blocking_) return WsaError::would_block;
  return waits_here || !is_over() ? wait() : WsaError::timed_out;  // K-111
}

/// The kernel has waited for a blocking call. Without a time-out it does not end so: then the kernel's mode has been
/// changed by another process that has the socket, and this one's is another.
bool Waiting::is_over() const noexcept {
  if (deadline_) return os::monotonic_clock().now() >= *deadline_;
  return option_time_out_ms(socket_, direction_) != 0;
}

WsaError Waiting::wait() noexcept {
  const os::Readiness wanted = direction_ == os::Direction::send ? os::kWritable : os::kReadable;
  return wait_until_ready(socket_, wanted, deadline_);
}

}  // namespace wsalive::winsock
