// Winsock 1.1's blocking hooks (K-22), and waiting for a socket outside its own system call: alertably, so
// that calls that are queued to the thread run meanwhile (K-136).
//
// A hook belongs to a thread, and exists only if the start-up negotiated 1.x. While a call of that thread
// waits, it calls the hook again and again. Inside the hook every call answers WSAEINPROGRESS, except
// WSAIsBlocking and WSACancelBlockingCall.
#pragma once

#include <cstddef>
#include <optional>

#include "base/clock.hpp"
#include "base/wsa_error.hpp"
#include "kernel/thread.hpp"
#include "os/socket/poll.hpp"
#include "winsock/runtime.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

namespace detail {
using Hook = int (*)();
[[gnu::tls_model("initial-exec")]] extern constinit thread_local Hook own_hook;
}  // namespace detail

/// Whether the calling thread's blocking calls have a hook to call.
[[nodiscard]] inline bool has_hook() noexcept {
  return detail::own_hook != nullptr && runtime().version().major == 1;
}

/// Whether the calling thread's blocking calls wait here and not in their own system call, because there is a hook to call
/// or calls may be queued to the thread (K-136).
[[nodiscard]] inline bool waits_by_itself() noexcept {
  return kernel::attached_thread() != nullptr || has_hook();
}

/// Waits for descriptors as os::wait_for does, calling the hook and running queued calls meanwhile. A nullopt deadline is
/// never.
///
/// \param watched  Has one place more than `count`, for the descriptor that wakes the thread.
/// \return how many are ready; 0 at the deadline; -EINTR if the caller must check again and wait again;
/// -ECANCELED after WSACancelBlockingCall.
[[nodiscard]] int wait_with_hook(os::Watched* watched, std::size_t count,
                                 std::optional<Instant> deadline) noexcept;

/// Waits until one socket is ready, or in error.
/// \return none, timed_out at the deadline, or interrupted by a close of the socket (K-109) or by
/// WSACancelBlockingCall.
[[nodiscard]] WsaError wait_until_ready(Socket& socket, os::Readiness wanted,
                                        std::optional<Instant> deadline) noexcept;

}  // namespace wsalive::winsock
