// What a socket is ready for, in Windows' sense: derived from the kernel's events and the socket's
// state (K-93, K-101), for select and WSAPoll. Consumes nothing.
#pragma once

#include <cstdint>

#include "os/socket/poll.hpp"
#include "winsock/connection/connection.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

/// Bits.
enum ReadyBit : std::uint8_t {
  kCanReceive = 1,
  kCanSend = 2,
  kHasUrgent = 4,     ///< Out-of-band data.
  kPeerHasEnded = 8,  ///< The peer has ended its sending; kCanReceive stands beside it.
  kIsBroken = 16,     ///< An error has ended the connection (K-90 to K-92).
  kConnectFailed = 32,
};
using Ready = std::uint8_t;

/// What to ask the kernel for to find `wanted` (ReadyBit).
[[nodiscard]] os::Wanted asked_of_kernel(Ready wanted) noexcept;

/// The same for one socket in its present phase. A pending request is watched for "can send", which shows its end. A stream
/// that was never connected is ignored: it never becomes ready.
[[nodiscard]] inline os::Watched watch(const Socket& socket, os::Wanted asked) noexcept {
  const Phase phase = socket.phase.load(std::memory_order_acquire);
  if (phase == Phase::connecting) return {socket.fd(), os::Wanted{os::kWritable}};
  return {phase == Phase::fresh && socket.is_stream() ? -1 : socket.fd(), asked};
}

/// Whether a socket so watched may be ready by what the library knows, although the kernel finds nothing. Does not cover
/// the deferred connections of a listener.
[[nodiscard]] inline bool may_be_known_ready(const os::Watched& watched) noexcept {
  return watched.is_passed_over();
}

/// What the kernel's answer means. Settles a connection request that has ended.
[[nodiscard]] Ready judge(Socket& socket, os::Readiness found) noexcept;

/// What is known without asking the kernel: a failed request stays known until the next one.
[[nodiscard]] Ready known_ready(const Socket& socket) noexcept;

}  // namespace wsalive::winsock
