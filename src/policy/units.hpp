// Milliseconds, seconds and counts: the one place that converts them and states how it rounds.
//
// Pure layer. Windows keeps times in DWORD milliseconds (1 to 4,294,967,295, K-57), the TCP_KEEP*
// options speak whole seconds (K-70), and so does Linux.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "policy/timing_in_force.hpp"

namespace wsalive::policy {

/// Whole seconds, as wide as a DWORD.
using DwordSeconds = std::chrono::duration<std::uint32_t>;

/// The longest time that a TCP_KEEP* option takes: the largest whole second in a DWORD of ms.  K-71
inline constexpr DwordSeconds kLongestOption{std::numeric_limits<std::uint32_t>::max() / 1000};
static_assert(kLongestOption.count() == 4'294'967);

/// Seconds, rounded up: what TCP_KEEPIDLE and TCP_KEEPINTVL read (K-74), and the nearest later time
/// of a host that knows seconds only (K-57).  0 stays 0; the largest DWORD becomes 4,294,968 s.
constexpr DwordSeconds seconds_up(DwordMillis time) noexcept {
  const std::uint32_t whole = time.count() / 1000;
  return DwordSeconds{time.count() % 1000 == 0 ? whole : whole + 1};
}

/// Seconds, rounded down.
constexpr DwordSeconds seconds_down(DwordMillis time) noexcept {
  return DwordSeconds{time.count() / 1000};
}

/// Whether a time has no fraction of a second.
constexpr bool is_whole_seconds(DwordMillis time) noexcept { return time.count() % 1000 == 0; }

/// The time that TCP_KEEPIDLE or TCP_KEEPINTVL sets; nullopt (WSAEINVAL) for 0 and above
/// 4,294,967 s, negative values included, which are large DWORDs.  K-71
constexpr std::optional<DwordMillis> time_from_option(std::uint32_t seconds) noexcept {
  if (seconds == 0 || seconds > kLongestOption.count()) return std::nullopt;
  return DwordMillis{seconds * 1000};
}

/// The count that TCP_KEEPCNT sets; nullopt (WSAEINVAL) for 0 and above 255.  K-71
constexpr std::optional<std::uint8_t> count_from_option(std::uint32_t count) noexcept {
  if (count == 0 || count > kLargestCount) return std::nullopt;
  return static_cast<std::uint8_t>(count);
}

/// A time as SIO_KEEPALIVE_VALS gives it: 0 removes the socket's own value.  K-62
constexpr std::optional<DwordMillis> time_from_ioctl(std::uint32_t milliseconds) noexcept {
  if (milliseconds == 0) return std::nullopt;
  return DwordMillis{milliseconds};
}

}  // namespace wsalive::policy
