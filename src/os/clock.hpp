// The real clock. Only main functions and the process-wide engine pick it.
#pragma once

#include <chrono>

#include "base/clock.hpp"

namespace wsalive::os {

/// CLOCK_MONOTONIC. Lives as long as the process; any thread.
[[nodiscard]] const Clock& monotonic_clock() noexcept;

// The kernel's tick: its timers run at instants that are whole numbers of it.
//
// The kernel tells the length. The phase, which is where in CLOCK_MONOTONIC the ticks lie, is 0 from
// Linux 6.4 on; on older kernels it is measured once, which takes up to three ticks. (The coarse
// clock steps at another phase.)

/// The length of a tick: 1, 3.3, 4 or 10 ms. Any thread.
[[nodiscard]] std::chrono::nanoseconds tick_length() noexcept;

/// The phase of the ticks, at least 0 and less than the length. Any thread; the first call may
/// measure.
[[nodiscard]] std::chrono::nanoseconds tick_phase() noexcept;

/// Measures the phase: watches the kernel's count of ticks change.
[[nodiscard]] std::chrono::nanoseconds measured_tick_phase() noexcept;

}  // namespace wsalive::os
