// Whether time stands still while nothing runs: in a guest whose clock counts instructions (tools/kernels), a late probe
// is the code's or the kernel's doing. Anywhere else the machine may stall, and tests allow for that.
#pragma once

#include <chrono>
#include <cstdlib>
#include <string_view>

#include "os/clock.hpp"

namespace wsalive::test {

inline bool time_is_exact() {
  const char* const told = std::getenv("WSALIVE_EXACT_TIME");
  return told && std::string_view{told} == "1";
}

/// How late a driven instant may be: a tick for the timer, one for the kernel's second thought, 1 ms for what has to run.
inline std::chrono::nanoseconds lateness_allowed() {
  using std::chrono::milliseconds;
  return time_is_exact() ? 2 * os::tick_length() + milliseconds{1} : milliseconds{60};
}

/// How early an instant may look: a tick that was late itself when the last segment came.
inline std::chrono::nanoseconds earliness_allowed() {
  using std::chrono::milliseconds;
  return milliseconds{time_is_exact() ? 1 : 5};
}

}  // namespace wsalive::test
