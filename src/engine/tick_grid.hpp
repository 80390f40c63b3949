// The kernel's ticks as a ruler: its timers run at these instants and at no others.
//
// Pure. A duration is rounded up to whole ticks, an instant down to the tick that it lies in.
#pragma once

#include <algorithm>
#include <chrono>

#include "base/clock.hpp"

namespace wsalive::engine {

struct TickGrid {
  std::chrono::nanoseconds length{std::chrono::milliseconds{4}};
  std::chrono::nanoseconds
      phase{};  ///< Where in CLOCK_MONOTONIC's multiples of `length` ticks lie.

  [[nodiscard]] constexpr Instant floor(Instant at) const noexcept {
    const auto since = at.time_since_epoch() - phase;
    return Instant{since - since % length + phase};
  }

  [[nodiscard]] constexpr std::chrono::nanoseconds ceil(
      std::chrono::nanoseconds time) const noexcept {
    return (time + length - std::chrono::nanoseconds{1}) / length * length;
  }

  /// When to look for something that happens `wait` from now in the kernel's own count: a little
  /// behind the tick's edge, since the tick's own work delays whoever wakes up at the edge.
  [[nodiscard]] constexpr Instant behind(Instant now,
                                         std::chrono::nanoseconds wait) const noexcept {
    constexpr std::chrono::nanoseconds kBehind{std::chrono::microseconds{1500}};
    return floor(now) + ceil(wait) + std::min(kBehind, length * 3 / 8);
  }
};

}  // namespace wsalive::engine
