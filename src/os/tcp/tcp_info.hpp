// What the kernel tells about one TCP connection, reduced to what keep-alive needs.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/result.hpp"

namespace wsalive::os {

/// The kernel's TCP states, under its own numbers.
enum class TcpState : std::uint8_t {
  established = 1,
  syn_sent,
  syn_received,
  fin_wait1,
  fin_wait2,
  time_wait,
  close,
  close_wait,
  last_ack,
  listen,
  closing,
};

struct TcpFacts {
  TcpState state = TcpState::close;
  /// Unanswered probes that the kernel has counted. Not 0 in every new silence: data that arrives
  /// while earlier data is unread leaves it as it is.
  std::uint8_t probes = 0;
  /// Sent data is unacknowledged, or unsent data waits: the kernel does not probe (K-58).
  bool busy = false;
  /// Silence so far: since the last data or acknowledgement received, right within one tick.
  std::chrono::milliseconds heard{};
  /// Segments received so far, of whatever kind.
  std::uint32_t segments_in = 0;
  /// Segments sent so far, of whatever kind.
  std::uint32_t segments_out = 0;
};

/// TCP_INFO. ENOPROTOOPT or EOPNOTSUPP for a socket that is not TCP. Any thread.
[[nodiscard]] Result<TcpFacts> tcp_facts(int fd) noexcept;

/// SIOCOUTQ: bytes that the peer has not acknowledged, sent or not, a FIN included.
[[nodiscard]] Result<int> unacknowledged_bytes(int fd) noexcept;

/// SO_COOKIE: the kernel's number of a socket, unique until the next boot and never 0. It tells whether a descriptor still
/// leads to the same socket. ENOTSOCK or EBADF where the descriptor is no socket. Any thread.
[[nodiscard]] Result<std::uint64_t> socket_cookie(int fd) noexcept;

}  // namespace wsalive::os
