// Time is a parameter. Everything that waits or measures is given a Clock; the real one is
// os::monotonic_clock(), and only main functions and the process-wide object pick it.
#pragma once

#include <chrono>

namespace wsalive {

/// The kernel's CLOCK_MONOTONIC: the clock by which it sends probes. It stands still in suspend.
struct Monotonic {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<Monotonic>;
  static constexpr bool is_steady = true;
};

using Instant = Monotonic::time_point;

class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  [[nodiscard]] virtual Instant now() const noexcept = 0;
};

}  // namespace wsalive
