// A captured conversation against policy's schedule, in the notation of timelines.
//
// Each probe, reset and sign of life of the wire is held beside what the schedule says for that
// silence. Every segment from the peer begins the silence anew, at the instant at which it really
// came; within one silence the instants stand on the grid T + k x I, so that lateness cannot add up.
#pragma once

#include <chrono>
#include <span>
#include <string>

#include "lab/segment.hpp"
#include "policy/timeline.hpp"

namespace wsalive::test {

/// How far a captured instant may be from the predicted one. The kernel acts at its tick only, and a
/// tick that was late itself when the last segment came makes a probe look early.
struct Tolerance {
  std::chrono::nanoseconds early = std::chrono::milliseconds{5};
  std::chrono::nanoseconds late = std::chrono::milliseconds{60};
};

/// What is to be compared.
struct WireCase {
  policy::Timing timing;
  Instant on;     ///< From here on keep-alive is on; what was captured before only ends silences.
  Instant until;  ///< What was due before must have been captured.
  Tolerance tolerance{};
};

/// \return Empty if the wire follows the schedule; else one line for each difference, such as
///         `at 1500ms: probe: captured at 1612.4 ms` or `at 1800ms: probe: not captured`.
[[nodiscard]] std::string differences(std::span<const lab::Event> story, const WireCase& wanted);

}  // namespace wsalive::test
