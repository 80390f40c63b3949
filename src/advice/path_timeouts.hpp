// How long common paths keep an idle TCP connection, with who says so: what a probe must come before.
//
// Pure layer. A path is anything between the two ends that remembers connections: NAT, firewall, load
// balancer. The numbers are defaults; a path's owner may have set others, and `wsalive path` measures.
#pragma once

#include <array>
#include <string_view>

#include "policy/kernel_timer.hpp"
#include "policy/timeline.hpp"

namespace wsalive::advice {

struct PathTimeout {
  policy::Millis time;
  std::string_view where;
  std::string_view source;
};

// Shortest first.
inline constexpr std::array kPathTimeouts{
    // clang-format off
    PathTimeout{policy::Millis{240'000},   "Azure load balancers and outbound NAT",             "Azure documentation: idle timeout, 4 minutes by default"},
    PathTimeout{policy::Millis{350'000},   "AWS network load balancers and NAT gateways",       "AWS documentation: 350 seconds"},
    PathTimeout{policy::Millis{600'000},   "Google Cloud firewalls",                             "Google Cloud documentation: 10 minutes for tracked connections"},
    PathTimeout{policy::Millis{900'000},   "IPVS: Docker swarm, Kubernetes services",           "Linux: ip_vs TCP ESTABLISHED, 15 minutes"},
    PathTimeout{policy::Millis{7'440'000}, "NATs that keep what the standard asks for",         "RFC 5382, REQ-5: not less than 2 hours 4 minutes"},
    // clang-format on
};

/// What is taken where it is not said how long a path remembers.
inline constexpr const PathTimeout& kAssumedPath = kPathTimeouts[1];

/// What a path that forgets does to an idle connection whose peer answers.
enum class PathVerdict : std::uint8_t {
  keeps,       ///< Even the latest first probe comes before it forgets.
  may_forget,  ///< The first probe is due before, and may leave after.
  forgets,     ///< No probe comes before.
};

/// \param timeout  After so much silence the path forgets. A probe in the same instant comes too late.
/// \param behind  So much later than T the kernel's timer stands.
constexpr PathVerdict judge_path(const policy::Timing& timing, policy::Millis timeout,
                                 const policy::Accuracy& accuracy,
                                 policy::Millis behind = {}) noexcept {
  if (timing.probes == 0) return PathVerdict::forgets;
  const policy::Span first = policy::probe_span(timing, 1, accuracy, behind);
  if (first.latest < timeout) return PathVerdict::keeps;
  return first.earliest < timeout ? PathVerdict::may_forget : PathVerdict::forgets;
}

constexpr bool path_keeps(const policy::Timing& timing, policy::Millis timeout,
                          const policy::Accuracy& accuracy, policy::Millis behind = {}) noexcept {
  return judge_path(timing, timeout, accuracy, behind) == PathVerdict::keeps;
}

}  // namespace wsalive::advice
