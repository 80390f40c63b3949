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
  /// behind the tick's edge, since the tick's own work delays a thread that wakes up at the edge.
  [[nodiscard]] constexpr Instant behind(Instant now,
                                         std::chrono::nanoseconds wait) const noexcept {
    return floor(now) + ceil(wait) + edge();
  }

  /// Looks that need not be exact share few wake-ups: the instant of `behind` moved to the last, or the next,
  /// of the group of ticks that it lies in.
  [[nodiscard]] constexpr Instant grouped_sooner(Instant at) const noexcept {
    const auto since = at.time_since_epoch() - phase - edge();
    return at - since % (kGroup * length);
  }
  [[nodiscard]] constexpr Instant grouped_later(Instant at) const noexcept {
    return grouped_sooner(at + (kGroup - 1) * length);
  }

  static constexpr int kGroup = 4;  ///< Ticks.

  /// The same instant, or a little later if it lies at a tick's edge.
  [[nodiscard]] constexpr Instant off_edge(Instant at) const noexcept {
    return std::max(at, floor(at) + edge());
  }

 private:
  [[nodiscard]] constexpr std::chrono::nanoseconds edge() const noexcept {
    return std::min<std::chrono::nanoseconds>(std::chrono::microseconds{1500}, length * 3 / 8);
  }
};

}  // namespace wsalive::engine
