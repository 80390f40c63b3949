// A path's behaviour in both directions: two searches, one with probes from this end and one with probes from the far end
// (`wsalive serve`), and whether lost connections revived when the other end sent.
//
// Many firewalls that have forgotten a connection learn it again from a segment of one side and drop those of the other side.
// From this end alone such a path looks as if it kept connections for ever, while all that the far end sends after the silence
// is lost.
//
// Pure layer.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "path/plan/search.hpp"

namespace wsalive::path {

/// Lost connections on which the other end then sent a probe.
struct PathRevivals {
  std::size_t asked = 0;
  std::size_t revived = 0;

  /// nullopt: none was tried.
  [[nodiscard]] constexpr std::optional<bool> verdict() const noexcept {
    return asked == 0 ? std::nullopt : std::optional{revived * 2 > asked};
  }
};

/// Losses per direction after which the search tries no more.
inline constexpr std::size_t kEnoughRevivals = 3;

struct PathWay {
  PathResult result;
  PathRevivals revivals;  ///< Of connections that this direction's probes found lost.
};

enum class PathManner : std::uint8_t {
  keeps,                  ///< In both directions, up to the longest time tried.
  forgets,                ///< In both directions, and no segment restores a connection.
  relearns_from_here,     ///< This end's segments restore it, the far end's are lost.
  relearns_from_far_end,  ///< The other way round.
  unclear,                ///< One direction has no clear result; each stands alone.
};

struct PathWays {
  PathManner manner = PathManner::unclear;
  PathResult
      joint;  ///< For the settings: the idle time kept in both directions, and the one lost in either.
};

/// Both directions joined.
[[nodiscard]] PathWays join_ways(const PathWay& outward, const PathWay& inward) noexcept;

/// How far to search a direction once the other one forgets: twice as far, since a direction that keeps a connection for so
/// long does so because it learns it again.
[[nodiscard]] constexpr policy::Millis far_enough(policy::Millis lost) noexcept { return lost * 2; }

// Bodies.

namespace detail {

inline bool forgets(const PathWay& way) { return way.result.finding == PathFinding::forgets; }

/// Kept for clearly longer than the other direction, which forgets.
inline bool outlives(const PathWay& way, const PathWay& other) {
  return way.result.finding == PathFinding::keeps && other.result.lost &&
         way.result.kept >= *other.result.lost * 3 / 2;
}

inline PathManner manner_of(const PathWay& outward, const PathWay& inward) {
  const bool here = inward.revivals.verdict().value_or(false);
  const bool there = outward.revivals.verdict().value_or(false);
  const bool both_forget = forgets(outward) && forgets(inward);
  if (outward.result.finding == PathFinding::keeps && inward.result.finding == PathFinding::keeps)
    return PathManner::keeps;
  if (both_forget && !here && !there) return PathManner::forgets;
  if (forgets(inward) && !there && (here || outlives(outward, inward)))
    return PathManner::relearns_from_here;
  if (forgets(outward) && !here && (there || outlives(inward, outward)))
    return PathManner::relearns_from_far_end;
  return PathManner::unclear;
}

/// The direction that forgets, the sooner one if both do; else the one with the shorter kept time.
inline const PathResult& decisive(const PathWay& outward, const PathWay& inward) {
  if (forgets(outward) != forgets(inward)) return forgets(outward) ? outward.result : inward.result;
  return inward.result.kept < outward.result.kept ? inward.result : outward.result;
}

}  // namespace detail

inline PathWays join_ways(const PathWay& outward, const PathWay& inward) noexcept {
  PathWays ways{detail::manner_of(outward, inward), detail::decisive(outward, inward)};
  ways.joint.kept = std::min(outward.result.kept, inward.result.kept);
  for (const auto& loss : {outward.result.earliest_loss, inward.result.earliest_loss}) {
    if (loss) ways.joint.earliest_loss = std::min(ways.joint.earliest_loss.value_or(*loss), *loss);
  }
  return ways;
}

}  // namespace wsalive::path
