// A search of hours in virtual time: made-up paths that forget, lose probes, go down, and far ends that end or
// talk. The player does what a step says, as `wsalive path` does on real connections.

#include "path/plan/search.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

namespace wsalive::path {
namespace {

using std::chrono::duration_cast;

/// Everything that a search can meet.
struct MadeUpPath {
  policy::Millis forgets{1'000'000'000};
  PathSight how = PathSight::silent;
  double loss = 0;                               ///< Of a segment, each way.
  policy::Millis far_end_closes{1'000'000'000};  ///< An idle limit of the far end's.
  policy::Millis talks_every{1'000'000'000};
  policy::Millis flushed_at{-1};  ///< The path forgets everything at this instant.
  policy::Millis gone_at{1'000'000'000'000};
  std::size_t most_connections = 1000;
  std::optional<policy::Millis>
      heard_late{};  ///< The far end measures silences itself, and hears the last word so late.
};

class Player {
 public:
  Player(MadeUpPath path, PathWish wish, std::vector<PathObservation> earlier = {})
      : path_(path), search_(wish, earlier) {}

  PathResult play() {
    for (int steps = 0; steps < 200'000; ++steps) {
      tell();
      const PathStep step = search_.next(now_);
      if (step.act == PathAct::done) return search_.result();
      act(step);
      most_open_ = std::max(most_open_, alive_.size());
    }
    ADD_FAILURE() << "the search does not end";
    return search_.result();
  }

  [[nodiscard]] policy::Millis took() const { return now_; }
  [[nodiscard]] std::size_t opened() const { return next_id_; }
  [[nodiscard]] std::size_t most_open() const { return most_open_; }
  [[nodiscard]] const PathSearch& search() const { return search_; }

 private:
  struct Alive {
    policy::Millis since;
    policy::Millis born;
  };

  /// What those that wait have seen by now.
  void tell() {
    const auto waiters = search_.waiters();
    for (const PathWaiter& waiter : waiters) {
      if (now_ - waiter.since >= path_.far_end_closes && now_ - waiter.since < path_.forgets) {
        search_.ended(waiter.id, PathSight::closed, now_);
        alive_.erase(waiter.id);
      } else if (now_ - waiter.since >= path_.talks_every) {
        search_.spoke(waiter.id, now_);
      }
    }
  }

  void act(const PathStep& step) {
    switch (step.act) {
      case PathAct::open:
        now_ += policy::Millis{20};
        if (now_ >= path_.gone_at || alive_.size() >= path_.most_connections) {
          search_.refused(now_);
        } else {
          alive_[next_id_] = {now_, now_};
          search_.opened(next_id_++, now_);
        }
        break;
      case PathAct::probe:
        probe(step.id);
        break;
      case PathAct::discard:
        alive_.erase(step.id);
        break;
      case PathAct::wait:
        sleep(step.until);
        break;
      case PathAct::done:
        break;
    }
  }

  void probe(std::uint32_t id) {
    const Alive alive = alive_.at(id);
    alive_.erase(id);
    const auto measured =
        path_.heard_late ? std::optional{now_ - alive.since - *path_.heard_late} : std::nullopt;
    const bool flushed = alive.born <= path_.flushed_at && now_ > path_.flushed_at;
    const bool lost = flushed || now_ - alive.since >= path_.forgets || now_ >= path_.gone_at;
    if (lost && path_.how == PathSight::reset && !flushed && now_ < path_.gone_at) {
      now_ += policy::Millis{20};
      return search_.judged(PathSight::reset, now_);
    }
    for (int tries = 0; tries < 4; ++tries) {
      if (!lost && draw() >= path_.loss && draw() >= path_.loss) {
        now_ += policy::Millis{20};
        return search_.judged(PathSight::kept, now_, measured);
      }
      now_ += policy::Millis{1000};
    }
    search_.judged(PathSight::silent, now_, measured);
  }

  void sleep(policy::Millis until) {
    ASSERT_GT(until, now_) << "a wait for nothing";
    policy::Millis next = until;
    for (const PathWaiter& waiter : search_.waiters()) {
      for (const policy::Millis event : {path_.far_end_closes, path_.talks_every}) {
        if (waiter.since + event > now_) next = std::min(next, waiter.since + event);
      }
    }
    ASSERT_LT(next, policy::Millis{1'000'000'000}) << "waits for ever";
    // A busy machine wakes late.
    now_ = next + policy::Millis{std::uniform_int_distribution<>{0, 40}(random_)};
  }

  double draw() { return std::uniform_real_distribution<>{}(random_); }

  MadeUpPath path_;
  PathSearch search_;
  policy::Millis now_{};
  std::map<std::uint32_t, Alive> alive_;
  std::uint32_t next_id_ = 0;
  std::size_t most_open_ = 0;
  std::mt19937 random_{7};
};

TEST(PathSearch, ASilenceThatTheFarEndMeasuresShorterIsAskedForThatMuchLater) {
  // A delayed acknowledgement is the last that the far end hears.
  for (const std::int64_t milliseconds : {1'000, 2'000, 3'000, 5'500, 20'000}) {
    const policy::Millis longest{milliseconds};
    for (const std::size_t connections : {2U, 4U, 12U}) {
      Player player{{.heard_late = policy::Millis{41}},
                    {.longest = longest, .connections = connections}};
      const PathResult result = player.play();
      EXPECT_EQ(result.finding, PathFinding::keeps);
      EXPECT_GE(result.kept, longest);
      EXPECT_LE(player.took(), longest * 3 / 2 + policy::Millis{1'000})
          << milliseconds << ' ' << connections;
    }
  }
}

TEST(PathSearch, FindsEveryTimeWithinItsErrorAndHardlyLongerThanItTakes) {
  for (const std::int64_t seconds :
       {2, 3, 7, 20, 30, 60, 119, 240, 299, 350, 600, 900, 1800, 3600, 7200}) {
    const policy::Millis truth{seconds * 1000};
    Player player{{.forgets = truth}, {}};
    const PathResult result = player.play();
    EXPECT_EQ(result.finding, PathFinding::forgets) << seconds;
    EXPECT_LT(result.kept, truth) << seconds;
    ASSERT_TRUE(result.lost) << seconds;
    EXPECT_GE(*result.lost, truth) << seconds;
    EXPECT_LE(*result.lost - result.kept, path_precision(*result.lost)) << seconds;
    EXPECT_EQ(result.how, PathSight::silent);
    EXPECT_LE(player.most_open(), 12U);
    EXPECT_LE(player.opened(), 80U) << seconds;
    // Little more than the time itself; short times need some waiting for verdicts.
    EXPECT_LT(player.took(), truth * 9 / 5 + policy::Millis{80'000}) << seconds;
  }
}

TEST(PathSearch, TheCommonPathOf350SecondsIsDoneInLittleMore) {
  Player player{{.forgets = policy::Millis{350'000}}, {}};
  player.play();
  EXPECT_LT(player.took(), policy::Millis{430'000});
}

TEST(PathSearch, AnyTimeIsFoundAndNoSearchRunsAway) {
  std::mt19937 random{3};
  for (int round = 0; round < 400; ++round) {
    const double exponent = std::uniform_real_distribution<>{0.1, 3.8}(random);
    const policy::Millis truth{static_cast<std::int64_t>(1000 * std::pow(10, exponent))};
    const auto connections = static_cast<std::size_t>(2 + round % 30);
    Player player{{.forgets = truth, .how = round % 2 != 0 ? PathSight::reset : PathSight::silent},
                  {.connections = connections}};
    const PathResult result = player.play();
    ASSERT_EQ(result.finding, PathFinding::forgets) << truth.count();
    ASSERT_LT(result.kept, truth);
    ASSERT_GE(*result.lost, truth);
    ASSERT_LE(player.most_open(), connections);
    ASSERT_LT(player.took(), truth * 12 + policy::Millis{200'000})
        << truth.count() << ' ' << connections;
  }
}

TEST(PathSearch, ResetsAreToldFromSilence) {
  Player player{{.forgets = policy::Millis{45'000}, .how = PathSight::reset}, {}};
  const PathResult result = player.play();
  EXPECT_EQ(result.finding, PathFinding::forgets);
  EXPECT_EQ(result.how, PathSight::reset);
}

TEST(PathSearch, APathThatKeepsTheLongestTimeSaysSo) {
  Player player{{}, {.longest = policy::Millis{600'000}}};
  const PathResult result = player.play();
  EXPECT_EQ(result.finding, PathFinding::keeps);
  EXPECT_GE(result.kept, policy::Millis{600'000});
  EXPECT_FALSE(result.lost);
}

TEST(PathSearch, LostProbesAreNotReadAsForgotten) {
  int wrong = 0;
  for (int round = 0; round < 40; ++round) {
    const policy::Millis truth{20'000 + round * 17'000};
    Player player{{.forgets = truth, .loss = 0.15}, {}};
    const PathResult result = player.play();
    const bool right =
        result.finding == PathFinding::forgets && result.kept < truth && *result.lost >= truth;
    if (!right) ++wrong;
    // Whatever is kept has been proved by an answer.
    EXPECT_LT(result.kept, truth + policy::Millis{4'000});
  }
  EXPECT_LE(wrong, 2);
}

TEST(PathSearch, TheFarEndsOwnLimitIsNamedAsItsOwn) {
  Player player{{.forgets = policy::Millis{350'000}, .far_end_closes = policy::Millis{120'000}},
                {}};
  const PathResult result = player.play();
  EXPECT_EQ(result.finding, PathFinding::far_end_ends);
  EXPECT_EQ(result.how, PathSight::closed);
  ASSERT_TRUE(result.limit);
  EXPECT_NEAR(static_cast<double>(result.limit->count()), 120'000, 1000);
  EXPECT_LT(result.kept, policy::Millis{120'000});
}

TEST(PathSearch, AFarEndThatTalksLeavesNoConnectionIdle) {
  Player player{{.forgets = policy::Millis{350'000}, .talks_every = policy::Millis{30'000}}, {}};
  const PathResult result = player.play();
  EXPECT_EQ(result.finding, PathFinding::far_end_talks);
  EXPECT_NEAR(static_cast<double>(result.limit->count()), 30'000, 50);
}

TEST(PathSearch, AFirewallThatRestartsIsNoTimeOut) {
  for (std::int64_t at = 20'000; at < 590'000; at += 7'000) {
    Player player{{.forgets = policy::Millis{600'000}, .flushed_at = policy::Millis{at}}, {}};
    const PathResult result = player.play();
    ASSERT_EQ(result.finding, PathFinding::forgets) << at;
    EXPECT_LT(result.kept, policy::Millis{600'000}) << at;
    EXPECT_GE(*result.lost, policy::Millis{600'000}) << at;
  }
}

TEST(PathSearch, AFarEndThatGoesAwayIsNoTimeOut) {
  Player player{{.forgets = policy::Millis{600'000}, .gone_at = policy::Millis{50'000}}, {}};
  const PathResult result = player.play();
  EXPECT_EQ(result.finding, PathFinding::unreachable);
  EXPECT_FALSE(result.lost);
}

TEST(PathSearch, AFarEndThatNeverAnswersIsNoPathThatForgetsAtOnce) {
  Player player{{.forgets = policy::Millis{0}}, {}};
  const PathResult result = player.play();
  EXPECT_EQ(result.finding, PathFinding::no_answer);
  EXPECT_FALSE(advice_for(result, {}));
  EXPECT_LT(player.took(), policy::Millis{60'000});
}

TEST(PathSearch, FewConnectionsAreEnough) {
  Player player{{.forgets = policy::Millis{60'000}, .most_connections = 3}, {}};
  const PathResult result = player.play();
  EXPECT_EQ(result.finding, PathFinding::forgets);
  EXPECT_LE(*result.lost - result.kept, path_precision(*result.lost));
}

TEST(PathSearch, AnInterruptedSearchGoesOnFromItsBracket) {
  const std::vector<PathObservation> earlier{{policy::Millis{303'000}, PathSight::kept},
                                             {policy::Millis{353'000}, PathSight::silent}};
  Player player{{.forgets = policy::Millis{350'000}}, {}, earlier};
  const PathResult result = player.play();
  EXPECT_EQ(result.finding, PathFinding::forgets);
  EXPECT_GE(*result.lost, policy::Millis{350'000});
  EXPECT_LT(player.took(), policy::Millis{430'000});
}

TEST(PathSearch, AnAnswerOutweighsAnEarlierSilence) {
  PathSearch search{
      {}, {{policy::Millis{60'000}, PathSight::silent}, {policy::Millis{90'000}, PathSight::kept}}};
  EXPECT_EQ(search.kept(), policy::Millis{90'000});
  EXPECT_FALSE(search.lost());
  EXPECT_EQ(search.result().earliest_loss, policy::Millis{60'000});
  // What was lost once limits the advice.
  EXPECT_EQ(advice_for(search.result(), {})->idle, policy::DwordMillis{30'000});
}

PathResult forgets_after(policy::Millis kept) {
  PathResult result;
  result.finding = PathFinding::forgets;
  result.kept = kept;
  return result;
}

TEST(PathSearch, TheAdviceComesWellBeforeThePathForgets) {
  for (const std::int64_t kept : {10'000, 59'000, 347'000, 890'000, 7'200'000}) {
    const std::optional<policy::Timing> advice =
        advice_for(forgets_after(policy::Millis{kept}), {});
    ASSERT_TRUE(advice);
    const policy::Millis end = policy::Millis{advice->idle.count()} +
                               advice->probes * policy::Millis{advice->interval.count()};
    EXPECT_LE(policy::Millis{advice->idle.count()}, policy::Millis{kept} / 2);
    EXPECT_LE(end, policy::Millis{kept}) << kept;
    EXPECT_GE(end, policy::Millis{kept} / 2) << kept;
  }
}

TEST(PathSearch, AdvisesNothingThatTheKernelCannotKeep) {
  EXPECT_EQ(advice_for(forgets_after(policy::Millis{1'500}), {}), std::nullopt);
  EXPECT_TRUE(advice_for(forgets_after(policy::Millis{2'900}), {}));
}

}  // namespace
}  // namespace wsalive::path
