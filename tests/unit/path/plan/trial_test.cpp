// The trial of settings on a path: which sights settle it, at which age.

#include "path/plan/trial.hpp"

#include <gtest/gtest.h>

namespace wsalive::path {
namespace {

using policy::Millis;

constexpr policy::Timing kTiming{
    .idle = policy::DwordMillis{25'000}, .interval = policy::DwordMillis{2'000}, .probes = 5};

TrialPlan a_minute() {
  PathResult result;
  result.finding = PathFinding::forgets;
  result.kept = Millis{59'000};
  result.lost = Millis{61'000};
  return {kTiming, result, {}};
}

TEST(PathTrial, AnAnswerBeyondTheBracketAloneProvesThatProbesKeepTheConnection) {
  TrialPlan plan = a_minute();
  EXPECT_FALSE(plan.saw(TrialSight::answered, Millis{25'000}));
  EXPECT_FALSE(plan.saw(TrialSight::answered, Millis{61'000}));
  EXPECT_FALSE(plan.saw(TrialSight::nothing, Millis{70'000}));
  const auto trial = plan.saw(TrialSight::answered, Millis{76'000});
  ASSERT_TRUE(trial);
  EXPECT_EQ(trial->finding, TrialFinding::kept);
  EXPECT_EQ(trial->answered, Millis{76'000});
}

TEST(PathTrial, ALossBeyondWhatIsKeptIsAPathThatCountsNoProbes) {
  for (const TrialSight sight : {TrialSight::reset, TrialSight::given_up}) {
    TrialPlan plan = a_minute();
    EXPECT_FALSE(plan.saw(TrialSight::answered, Millis{50'000}));
    const auto trial = plan.saw(sight, Millis{85'000});
    ASSERT_TRUE(trial);
    EXPECT_EQ(trial->finding, TrialFinding::not_counted);
    EXPECT_EQ(trial->answered, Millis{50'000});
  }
}

TEST(PathTrial, ALossBeforeThatSaysNothingOfProbes) {
  TrialPlan plan = a_minute();
  EXPECT_EQ(plan.saw(TrialSight::given_up, Millis{35'000})->finding, TrialFinding::unsettled);
  EXPECT_EQ(plan.saw(TrialSight::spoke, Millis{3'000})->finding, TrialFinding::unsettled);
}

TEST(PathTrial, TheFarEndsOwnEndIsItsOwn) {
  TrialPlan plan = a_minute();
  EXPECT_EQ(plan.saw(TrialSight::closed, Millis{70'000})->finding, TrialFinding::ended);
}

TEST(PathTrial, ItTakesNoLongerThanItSays) {
  TrialPlan plan = a_minute();
  EXPECT_GT(plan.longest(), Millis{61'000 + 25'000 + 10'000});
  EXPECT_FALSE(plan.saw(TrialSight::nothing, plan.longest() - Millis{1}));
  EXPECT_EQ(plan.saw(TrialSight::nothing, plan.longest())->finding, TrialFinding::not_counted);
}

}  // namespace
}  // namespace wsalive::path
