// What becomes of an idle connection, for each story and path.

#include "advice/forecast.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace wsalive::advice {
namespace {

constexpr policy::Timing kSeconds{
    .idle = policy::DwordMillis{45'000}, .interval = policy::DwordMillis{1500}, .probes = 10};
constexpr policy::Accuracy kEngine{policy::KeptBy::engine, std::chrono::milliseconds{4}};
constexpr policy::Accuracy kKernel{policy::KeptBy::kernel, std::chrono::milliseconds{4}};
constexpr policy::Timing kNone{
    .idle = policy::DwordMillis{45'000}, .interval = policy::DwordMillis{1500}, .probes = 0};

struct Row {
  std::string_view name;
  policy::Timing timing;
  Story story;
  std::optional<policy::Millis> path;
  Fate fate;
  std::optional<policy::Millis> noticed;
  std::optional<policy::Millis> forgotten;
};

constexpr std::array kRows{
    // clang-format off
    Row{"a dead peer is noticed T + N x I after its last segment (K-52)", kSeconds, Story::dead, {}, Fate::found_dead, policy::Millis{60'000}, {}},
    Row{"a living peer keeps it", kSeconds, Story::answers, {}, Fate::lives, {}, {}},
    Row{"a reset comes with the first probe (K-92)", kSeconds, Story::resets, {}, Fate::reset_by_peer, policy::Millis{45'000}, {}},
    Row{"a longer path keeps it", kSeconds, Story::answers, policy::Millis{45'010}, Fate::lives, {}, {}},
    Row{"a path as short as T forgets it", kSeconds, Story::answers, policy::Millis{45'000}, Fate::found_dead, policy::Millis{60'000}, policy::Millis{45'000}},
    Row{"a reset does not get through a path that has forgotten", kSeconds, Story::resets, policy::Millis{30'000}, Fate::found_dead, policy::Millis{60'000}, policy::Millis{30'000}},
    Row{"N = 0 never notices a dead peer (K-53)", kNone, Story::dead, {}, Fate::unnoticed, {}, {}},
    Row{"N = 0 and a living peer: nothing is lost", kNone, Story::answers, {}, Fate::lives, {}, {}},
    Row{"N = 0 keeps no path open", kNone, Story::answers, policy::Millis{1'000'000}, Fate::unnoticed, {}, policy::Millis{1'000'000}},
    // clang-format on
};

TEST(Forecast, SaysWhatBecomesOfTheConnection) {
  for (const Row& row : kRows) {
    const Forecast result = forecast(row.timing, row.story, row.path, kEngine);
    EXPECT_EQ(result.fate, row.fate) << row.name;
    ASSERT_EQ(result.noticed.has_value(), row.noticed.has_value()) << row.name;
    if (row.noticed) {
      EXPECT_EQ(*result.noticed, (policy::Span{*row.noticed, *row.noticed + policy::Millis{9}}))
          << row.name;
    }
    EXPECT_EQ(result.forgotten, row.forgotten) << row.name;
  }
}

TEST(Forecast, AgreesWithTheTimelineThatItNames) {  // K-52
  for (const Row& row : kRows) {
    const Forecast result = forecast(row.timing, row.story, row.path, kEngine);
    if (!result.noticed) continue;
    std::array<policy::Event, 32> events{};
    policy::Timeline timeline{row.timing, result.peer};
    const std::size_t count = timeline.fill(events);
    ASSERT_GT(count, 0U);
    EXPECT_EQ(events[count - 1].at, result.noticed->earliest) << row.name;
  }
}

TEST(Forecast, GoesByTheKernelsLatestProbe) {
  constexpr policy::Timing kAlmost{
      .idle = policy::DwordMillis{59'000}, .interval = policy::DwordMillis{1000}, .probes = 5};
  constexpr policy::Millis kPath{60'000};
  EXPECT_EQ(forecast(kAlmost, Story::answers, kPath, kEngine).fate, Fate::lives);
  const Forecast alone = forecast(kAlmost, Story::answers, kPath, kKernel);
  EXPECT_EQ(alone.forgotten, kPath);
  EXPECT_EQ(alone.first_probe, (policy::Span{policy::Millis{59'000}, policy::Millis{61'048}}));
  EXPECT_EQ(alone.noticed, (policy::Span{policy::Millis{64'000}, policy::Millis{66'208}}));
  EXPECT_EQ(forecast(kAlmost, Story::answers, policy::Millis{61'049}, kKernel).fate, Fate::lives);
  // A timer that an earlier value has set.
  EXPECT_EQ(
      forecast(kAlmost, Story::answers, policy::Millis{70'000}, kKernel, policy::Millis{9'000})
          .fate,
      Fate::found_dead);
}

TEST(Forecast, EndsByTheUserTimeoutWhereTheKernelKeepsIt) {  // K-76
  constexpr policy::Timing kTiming{
      .idle = policy::DwordMillis{10'000}, .interval = policy::DwordMillis{5'000}, .probes = 3};
  const auto dead = [&](const policy::Accuracy& accuracy, policy::Millis user_timeout,
                        policy::Millis behind = {}) {
    return forecast(kTiming, Story::dead, {}, accuracy, behind, user_timeout);
  };
  const Forecast kept = dead(kKernel, policy::Millis{12'000});
  EXPECT_EQ(kept.by, Notice::user_timeout);
  EXPECT_EQ(kept.probes, 1U);
  EXPECT_EQ(kept.noticed->earliest, policy::Millis{15'000});
  EXPECT_EQ(dead(kKernel, policy::Millis{12'000}, policy::Millis{500}).noticed->earliest,
            policy::Millis{15'500});
  EXPECT_EQ(dead(kKernel, {}).by, Notice::keep_alive);
  EXPECT_EQ(dead(kEngine, policy::Millis{12'000}).noticed, dead(kEngine, {}).noticed);
  EXPECT_EQ(forecast(kTiming, Story::answers, {}, kKernel, {}, policy::Millis{1'000}).fate,
            Fate::lives);
}

TEST(Ends, AreThoseOfWindowsAndLinux) {  // K-90, K-92
  EXPECT_EQ(end_of(Fate::found_dead, Stack::windows)->code, 10052);
  EXPECT_EQ(end_of(Fate::found_dead, Stack::linux_kernel)->name, "ETIMEDOUT");
  EXPECT_EQ(end_of(Fate::found_dead, Stack::linux_repair)->code, 103);
  EXPECT_EQ(end_of(Fate::reset_by_peer, Stack::linux_repair)->code, 104);
  EXPECT_EQ(end_of(Fate::reset_by_peer, Stack::windows)->code, 10054);
  EXPECT_EQ(end_of(Fate::lives, Stack::windows), nullptr);
}

TEST(PathTimeouts, StandShortestFirst) {
  EXPECT_TRUE(std::ranges::is_sorted(kPathTimeouts, {}, &PathTimeout::time));
}

}  // namespace
}  // namespace wsalive::advice
