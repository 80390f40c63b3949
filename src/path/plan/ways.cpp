#include "path/plan/ways.hpp"

#include <algorithm>

namespace wsalive::path {
namespace {

bool forgets(const PathWay& way) { return way.result.finding == PathFinding::forgets; }

/// Kept for clearly longer than the other direction, which forgets.
bool outlives(const PathWay& way, const PathWay& other) {
  return way.result.finding == PathFinding::keeps && other.result.lost &&
         way.result.kept >= *other.result.lost * 3 / 2;
}

PathManner manner_of(const PathWay& outward, const PathWay& inward) {
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

/// The direction that forgets, the sooner one if both do; else the one that was kept for less.
const PathResult& decisive(const PathWay& outward, const PathWay& inward) {
  if (forgets(outward) != forgets(inward)) return forgets(outward) ? outward.result : inward.result;
  return inward.result.kept < outward.result.kept ? inward.result : outward.result;
}

}  // namespace

PathWays join_ways(const PathWay& outward, const PathWay& inward) noexcept {
  PathWays ways{manner_of(outward, inward), decisive(outward, inward)};
  ways.joint.kept = std::min(outward.result.kept, inward.result.kept);
  for (const auto& loss : {outward.result.earliest_loss, inward.result.earliest_loss}) {
    if (loss) ways.joint.earliest_loss = std::min(ways.joint.earliest_loss.value_or(*loss), *loss);
  }
  return ways;
}

}  // namespace wsalive::path
