// Both directions of a path joined: what the two searches found, and what revived lost connections.

#include "path/plan/ways.hpp"

#include <gtest/gtest.h>

namespace wsalive::path {
namespace {

PathWay forgets_after(policy::Millis time, PathRevivals revivals = {}) {
  PathWay way;
  way.result.finding = PathFinding::forgets;
  way.result.kept = time * 99 / 100;
  way.result.lost = time;
  way.revivals = revivals;
  return way;
}

PathWay keeps_for(policy::Millis time) {
  PathWay way;
  way.result.finding = PathFinding::keeps;
  way.result.kept = time;
  return way;
}

constexpr PathRevivals kRevived{3, 3};
constexpr PathRevivals kDead{3, 0};
constexpr policy::Millis kTime{350'000};
constexpr policy::Millis kTwice = far_enough(kTime);

struct Row {
  const char* name;
  PathWay outward;
  PathWay inward;
  PathManner manner;
};

TEST(PathWays, TheMannerFollowsFromBothDirections) {
  const Row rows[]{
      {"both keep", keeps_for(kTwice), keeps_for(kTwice), PathManner::keeps},
      {"both forget for good", forgets_after(kTime, kDead), forgets_after(kTime, kDead),
       PathManner::forgets},
      {"not asked is no revival", forgets_after(kTime), forgets_after(kTime), PathManner::forgets},
      {"this end's probes are always answered", keeps_for(kTwice), forgets_after(kTime, kRevived),
       PathManner::relearns_from_here},
      {"the far end's probes are always answered", forgets_after(kTime, kRevived),
       keeps_for(kTwice), PathManner::relearns_from_far_end},
      {"kept for so long is enough", keeps_for(kTwice), forgets_after(kTime),
       PathManner::relearns_from_here},
      {"a little longer proves nothing", keeps_for(kTime * 11 / 10), forgets_after(kTime, kDead),
       PathManner::unclear},
      {"one lossy revival is outvoted", forgets_after(kTime, {3, 1}), forgets_after(kTime, kDead),
       PathManner::forgets},
      {"the server's own limit leaves it open",
       {},
       forgets_after(kTime, kDead),
       PathManner::unclear},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(join_ways(row.outward, row.inward).manner, row.manner) << row.name;
  }
}

TEST(PathWays, TheSettingsGoByTheDirectionThatKeepsLess) {
  const PathWays ways = join_ways(keeps_for(kTwice), forgets_after(kTime, kRevived));
  EXPECT_EQ(ways.joint.finding, PathFinding::forgets);
  EXPECT_EQ(ways.joint.lost, kTime);
  const auto advice = advice_for(ways.joint, {});
  ASSERT_TRUE(advice);
  EXPECT_LE(policy::Millis{advice->idle.count()}, kTime / 2);

  PathWay lossy = forgets_after(kTime);
  lossy.result.earliest_loss = policy::Millis{60'000};
  EXPECT_EQ(advice_for(join_ways(keeps_for(kTwice), lossy).joint, {})->idle,
            policy::DwordMillis{30'000});
}

TEST(PathWays, TwoTimesAreJoinedToTheShorter) {
  const PathWays ways = join_ways(forgets_after(kTwice, kDead), forgets_after(kTime, kDead));
  EXPECT_EQ(ways.manner, PathManner::forgets);
  EXPECT_EQ(ways.joint.lost, kTime);
}

}  // namespace
}  // namespace wsalive::path
