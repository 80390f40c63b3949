// What becomes of an idle connection, for each story and path.

#include "policy/forecast.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace wsalive::policy {
namespace {

constexpr Timing kSeconds{.idle = DwordMillis{45'000}, .interval = DwordMillis{1500}, .probes = 10};
constexpr Timing kNone{.idle = DwordMillis{45'000}, .interval = DwordMillis{1500}, .probes = 0};

struct Row {
  std::string_view name;
  Timing timing;
  Story story;
  std::optional<Millis> path;
  Fate fate;
  std::optional<Millis> noticed;
  std::optional<Millis> forgotten;
};

constexpr std::array kRows{
    // clang-format off
    Row{"a dead peer is noticed T + N x I after its last segment (K-52)", kSeconds, Story::dead, {}, Fate::found_dead, Millis{60'000}, {}},
    Row{"a living peer keeps it", kSeconds, Story::answers, {}, Fate::lives, {}, {}},
    Row{"a reset comes with the first probe (K-92)", kSeconds, Story::resets, {}, Fate::reset_by_peer, Millis{45'000}, {}},
    Row{"a longer path keeps it", kSeconds, Story::answers, Millis{45'001}, Fate::lives, {}, {}},
    Row{"a path as short as T forgets it", kSeconds, Story::answers, Millis{45'000}, Fate::found_dead, Millis{60'000}, Millis{45'000}},
    Row{"a reset does not get through a path that has forgotten", kSeconds, Story::resets, Millis{30'000}, Fate::found_dead, Millis{60'000}, Millis{30'000}},
    Row{"N = 0 never notices a dead peer (K-53)", kNone, Story::dead, {}, Fate::unnoticed, {}, {}},
    Row{"N = 0 and a living peer: nothing is lost", kNone, Story::answers, {}, Fate::lives, {}, {}},
    Row{"N = 0 keeps no path open", kNone, Story::answers, Millis{1'000'000}, Fate::unnoticed, {}, Millis{1'000'000}},
    // clang-format on
};

TEST(Forecast, SaysWhatBecomesOfTheConnection) {
  for (const Row& row : kRows) {
    const Forecast result = forecast(row.timing, row.story, row.path);
    EXPECT_EQ(result.fate, row.fate) << row.name;
    EXPECT_EQ(result.noticed, row.noticed) << row.name;
    EXPECT_EQ(result.forgotten, row.forgotten) << row.name;
  }
}

TEST(Forecast, AgreesWithTheTimelineThatItNames) {  // K-52
  for (const Row& row : kRows) {
    const Forecast result = forecast(row.timing, row.story, row.path);
    if (!result.noticed) continue;
    std::array<Event, 32> events{};
    Timeline timeline{row.timing, result.peer};
    const std::size_t count = timeline.fill(events);
    ASSERT_GT(count, 0U);
    EXPECT_EQ(events[count - 1].at, *result.noticed) << row.name;
  }
}

TEST(Ends, AreThoseOfWindowsAndLinux) {  // K-90, K-92
  EXPECT_EQ(end_of(Fate::found_dead, Stack::windows)->code, 10052);
  EXPECT_EQ(end_of(Fate::found_dead, Stack::linux_kernel)->name, "ETIMEDOUT");
  EXPECT_EQ(end_of(Fate::reset_by_peer, Stack::windows)->code, 10054);
  EXPECT_EQ(end_of(Fate::lives, Stack::windows), nullptr);
}

TEST(PathTimeouts, StandShortestFirst) {
  EXPECT_TRUE(std::ranges::is_sorted(kPathTimeouts, {}, &PathTimeout::time));
}

}  // namespace
}  // namespace wsalive::policy
