// What a path does in both directions: two searches, one whose probes leave from here and one whose probes leave
// from the far end (`wsalive serve`), and what became of lost connections when the other end spoke.
//
// Many firewalls that have forgotten a connection learn it anew from a segment of the one side and drop the other
// side's. From this end alone such a path looks as if it kept connections for ever, while all that the far end
// sends after the silence is lost.
//
// Pure layer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "path/plan/search.hpp"

namespace wsalive::path {

/// Lost connections on which the other end then spoke.
struct PathRevivals {
  std::size_t asked = 0;
  std::size_t revived = 0;

  /// nullopt: not asked.
  [[nodiscard]] constexpr std::optional<bool> verdict() const noexcept {
    return asked == 0 ? std::nullopt : std::optional{revived * 2 > asked};
  }
};

/// Losses per direction after which the search asks no more.
inline constexpr std::size_t kEnoughRevivals = 3;

struct PathWay {
  PathResult result;
  PathRevivals revivals;  ///< Of connections that this direction's probes had found lost.
};

enum class PathManner : std::uint8_t {
  keeps,                  ///< In both directions, as far as was tried.
  forgets,                ///< In both directions, and no segment brings a connection back.
  relearns_from_here,     ///< This end's segments bring it back, the far end's are lost.
  relearns_from_far_end,  ///< The other way round.
  unclear,                ///< One direction has no clear result; each speaks for itself.
};

struct PathWays {
  PathManner manner = PathManner::unclear;
  PathResult joint;  ///< For the settings: what is kept in both directions, what is lost in one.
};

/// Both directions joined.
[[nodiscard]] PathWays join_ways(const PathWay& outward, const PathWay& inward) noexcept;

/// How far a direction is searched once the other one has been found to forget: twice as far, since one that keeps
/// for so long keeps because it learns anew.
[[nodiscard]] constexpr policy::Millis far_enough(policy::Millis lost) noexcept { return lost * 2; }

}  // namespace wsalive::path
