// When a silent peer may be given up: after N probes, and never before it had a fair chance (K-52).
//
// Pure. The rule is the policy's; a driver's probes may be a tick closer together than wanted, so here
// the last one must be that much further behind the first.
#pragma once

#include <chrono>
#include <cstdint>

#include "policy/timeline.hpp"

namespace wsalive::engine {

/// Probes that go out before a give-up; 0 where N is 0.
constexpr std::uint32_t probes_before_end(const policy::Timing& timing,
                                          std::chrono::nanoseconds tick) noexcept {
  return policy::probes_before_give_up(timing, tick);
}

}  // namespace wsalive::engine
