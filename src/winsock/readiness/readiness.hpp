// What a socket is ready for, in Windows' sense: the kernel's events, seen in the light of what the socket
// is (K-93, K-101). select and WSAPoll ask here; nothing is used up.
#pragma once

#include <cstdint>

#include "os/socket/poll.hpp"
#include "winsock/connection/accept.hpp"
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

/// What is to be asked of the kernel where `wanted` (ReadyBit) is wanted.
[[nodiscard]] os::Wanted asked_of_kernel(Ready wanted) noexcept;

/// The same for one socket in its present phase: a request's end shows as "can send", whatever is waited
/// for, and a stream that was never connected is passed over: it becomes ready for nothing.
[[nodiscard]] inline os::Watched watch(const Socket& socket, os::Wanted asked) noexcept {
  const Phase phase = socket.phase.load(std::memory_order_acquire);
  if (phase == Phase::connecting) return {socket.fd(), os::Wanted{os::kWritable}};
  return {phase == Phase::fresh && socket.is_stream() ? -1 : socket.fd(), asked};
}

/// Whether a socket so watched may be ready by what we know, without the kernel's having found anything:
/// apart from the deferred connections of a listener.
[[nodiscard]] inline bool may_be_known_ready(const os::Watched& watched) noexcept {
  return watched.is_passed_over();
}

/// What the kernel's answer means. Settles a connection request that has ended.
[[nodiscard]] Ready judge(Socket& socket, os::Readiness found) noexcept;

/// What is known without asking: a request that has failed and been noticed stays so until the next one.
[[nodiscard]] Ready known_ready(const Socket& socket) noexcept;

}  // namespace wsalive::winsock
