// When a silent peer may be given up: after N probes, and never before it had a fair chance.
//
// Pure. A Linux peer answers at most one probe in 500 ms (net.ipv4.tcp_invalid_ratelimit). So the
// last probe before the end must go out at least that long, and a tick, after the last answer and
// after the first unanswered probe; where N probes do not reach so far, probing goes on (K-52).
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "policy/keepalive.hpp"

namespace wsalive::engine {

inline constexpr std::chrono::milliseconds kLinuxAnswersOncePer{500};

/// Probes that go out before a give-up: N, or as many more as the rule wants; 0 where N is 0. With
/// N = 1 the first unanswered probe is itself the last, and only the last answer counts (decision).
constexpr std::uint32_t probes_before_end(const policy::Timing& timing,
                                          std::chrono::nanoseconds tick) noexcept {
  using std::chrono::nanoseconds;
  if (timing.probes == 0) return 0;
  const nanoseconds fair = kLinuxAnswersOncePer + tick;
  const nanoseconds idle = timing.idle;
  const nanoseconds interval = std::max<nanoseconds>(timing.interval, std::chrono::milliseconds{1});
  const auto gaps_for = [&](nanoseconds span) {
    if (span <= nanoseconds::zero()) return std::uint32_t{0};
    return static_cast<std::uint32_t>((span + interval - nanoseconds{1}) / interval);
  };
  const std::uint32_t gaps = timing.probes == 1 ? gaps_for(fair - idle) : gaps_for(fair);
  return std::max<std::uint32_t>(timing.probes, gaps + 1);
}

}  // namespace wsalive::engine
