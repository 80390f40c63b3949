// The kernel's tick: its timers run at instants that are whole numbers of it.
#pragma once

#include <chrono>

namespace wsalive::os {

/// The length of a tick (1, 3.3, 4 or 10 ms), asked of the kernel once. Any thread.
[[nodiscard]] std::chrono::nanoseconds tick_length() noexcept;

}  // namespace wsalive::os
