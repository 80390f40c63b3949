// The kernel's tick: its timers run at instants that are whole numbers of it.
//
// The length is asked of the kernel. The phase, where in CLOCK_MONOTONIC the ticks lie, is 0 from
// Linux 6.4 on; on older kernels it is measured once, which takes up to three ticks. (The coarse
// clock steps at another phase and tells nothing.)
#pragma once

#include <chrono>

namespace wsalive::os {

/// The length of a tick: 1, 3.3, 4 or 10 ms. Any thread.
[[nodiscard]] std::chrono::nanoseconds tick_length() noexcept;

/// The phase of the ticks, at least 0 and less than the length. Any thread; the first call may
/// measure.
[[nodiscard]] std::chrono::nanoseconds tick_phase() noexcept;

/// Measures the phase: watches the kernel's count of ticks change.
[[nodiscard]] std::chrono::nanoseconds measured_tick_phase() noexcept;

}  // namespace wsalive::os
