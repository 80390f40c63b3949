// How long common paths keep an idle TCP connection, with their sources, and whether a probe comes before that.
//
// Pure layer. A path is anything between the two ends that remembers connections: NAT, firewall, load balancer. The numbers
// are defaults; a path's owner may have set others, and `wsalive path` measures.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "advice/notice.hpp"
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

/// The assumption where the path's time-out is unknown.
inline constexpr const PathTimeout& kAssumedPath = kPathTimeouts[1];

/// The effect of a path's time-out on an idle connection whose peer answers.
enum class PathVerdict : std::uint8_t {
  keeps,       ///< Even the latest first probe comes before it forgets.
  may_forget,  ///< The first probe is due before that, and may leave after it.
  forgets,     ///< No probe comes before that.
};

/// \param timeout  The silence after which the path forgets. A probe in the same instant comes too late.
/// \param behind  How much later than T the kernel's timer is set.
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

// The outlook of one connection in a list: unanswered probes, and silences that the path will not survive. `watch` marks
// connections by it, and lint's rule `path-forgets` uses it.

enum class Outlook : std::uint8_t {
  well,          ///< Nothing to report.
  will_be_lost,  ///< The path forgets before the first probe, or may, or there is none.
  lost,          ///< The path has forgotten: the silence is longer.
  unanswered,    ///< Probes are out and not answered.
};

/// The outlook by the path alone; never `unanswered`.
/// \param heard  Silence so far. \param path  How long the path remembers; nullopt: unknown.
constexpr Outlook path_outlook(const SocketState& socket, policy::Millis heard,
                               std::optional<policy::Millis> path) noexcept {
  if (!path || row(socket.condition).decides != Decides::keep_alive) return Outlook::well;
  if (heard >= *path) return Outlook::lost;
  const bool kept =
      socket.on && path_keeps(socket.timing, *path, socket.accuracy, timer_behind(socket));
  return kept ? Outlook::well : Outlook::will_be_lost;
}

constexpr Outlook outlook(const SocketState& socket, policy::Millis heard, std::uint32_t unanswered,
                          std::optional<policy::Millis> path) noexcept {
  return unanswered != 0 ? Outlook::unanswered : path_outlook(socket, heard, path);
}

}  // namespace wsalive::advice
