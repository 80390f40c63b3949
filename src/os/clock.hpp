// The real clock. Only main functions and the process-wide engine pick it.
#pragma once

#include "base/clock.hpp"

namespace wsalive::os {

/// CLOCK_MONOTONIC. Lives as long as the process; any thread.
[[nodiscard]] const Clock& monotonic_clock() noexcept;

}  // namespace wsalive::os
