// When probes leave and when a connection is given up: rows of timing and peer, in virtual time.

#include "policy/timeline.hpp"

#include <gtest/gtest.h>

#include <array>
#include <ostream>
#include <string>
#include <string_view>

namespace wsalive::policy {
namespace {

using namespace std::chrono_literals;

constexpr Timing timing(std::uint32_t idle, std::uint32_t interval, std::uint8_t probes) {
  return {DwordMillis{idle}, DwordMillis{interval}, probes};
}

constexpr Timing kDefaults = timing(7'200'000, 1000, 10);
constexpr Event probe_at(Millis at) { return {at, Happening::probe}; }
constexpr Event reset_at(Millis at) { return {at, Happening::reset}; }

struct EndRow {
  std::string_view name;
  Timing timing;
  std::uint32_t probes;
  std::optional<Millis> end;
  std::string_view source;

  friend void PrintTo(const EndRow& row, std::ostream* out) {
    *out << row.name << ' ' << row.source;
  }
};

constexpr std::uint32_t kMax = 0xFFFFFFFF;

constexpr std::array kEndRows{
    // clang-format off
    EndRow{"Defaults",             kDefaults,                   10,  7210s,                 "K-52"},
    EndRow{"OldDefaults",          timing(7'200'000, 1000, 5),  5,   7205s,                 "K-52, K-53"},
    EndRow{"NoProbes",             timing(7'200'000, 1000, 0),  0,   std::nullopt,          "K-53"},
    EndRow{"OneProbe",             timing(1000, 1000, 1),       1,   2s,                    "K-52, K-59"},
    EndRow{"Fractions",            timing(1500, 300, 5),        5,   3s,                    "K-57"},
    EndRow{"AllProbes",            timing(1000, 1000, 255),     255, 256s,                  "K-53"},
    EndRow{"Longest",              timing(kMax, kMax, 255),     255, Millis{256LL * kMax},  "K-57"},
    EndRow{"TwoProbesHalfASecond", timing(1000, 500, 2), 3, 2500ms, "K-52"},
    EndRow{"ThreeProbesHalfASecond", timing(1000, 500, 3), 3, 2500ms, "K-52"},
    EndRow{"AnswersEnough", timing(1000, 125, 9), 9, 2125ms, "K-52"},
    EndRow{"OneTooFew", timing(1000, 125, 8), 36, 5500ms, "K-52"},
    EndRow{"NoneAtFirst", timing(441, 49, 10), 102, 5439ms, "K-52"},
    EndRow{"NoneAtFirstOrSecond", timing(300, 700, 3), 4, 3100ms, "K-52"},
    EndRow{"NoneAtFirstEnoughLater", timing(300, 700, 4), 4, 3100ms, "K-52"},
    EndRow{"ShortInterval", timing(1000, 100, 3), 13, 2300ms, "K-52"},
    EndRow{"ReadmesOwn", timing(1500, 300, 5), 5, 3000ms, "K-52"},
    EndRow{"ShortestInterval", timing(1000, 1, 10), 1021, 2021ms, "K-52"},
    EndRow{"ManyShort", timing(2000, 3, 200), 341, 3023ms, "K-52"},
    EndRow{"MostThatCanBeAsked", timing(1000, 12, 10), 255, 4060ms, "K-52"},
    EndRow{"ShortTimeOneProbe", timing(100, 100, 1), 6, 700ms, "K-52"},
    EndRow{"ShortTime", timing(200, 100, 3), 17, 1900ms, "K-52"},
    EndRow{"ShortTimeLongGap", timing(1, 1000, 1), 2, 2001ms, "K-52"},
    EndRow{"ShortestOfAll", timing(1, 1, 1), 510, 511ms, "K-52"},
    EndRow{"MostOfAll", timing(1, 1, 255), 1530, 1531ms, "K-52"},
    // clang-format on
};

class GiveUp : public testing::TestWithParam<EndRow> {};

TEST_P(GiveUp, ComesAfterTheProbesThatAreOwed) {
  const EndRow& row = GetParam();
  EXPECT_EQ(probes_before_give_up(row.timing), row.probes);
  EXPECT_EQ(time_to_give_up(row.timing), row.end);

  Timeline timeline{row.timing, kDeadPeer};
  std::uint32_t probes = 0;
  std::optional<Millis> end;
  while (const std::optional<Event> event = timeline.next()) {
    if (event->what == Happening::probe) ++probes;
    if (event->what == Happening::reset) end = event->at;
  }
  EXPECT_EQ(probes, row.probes);
  EXPECT_EQ(end, row.end);
}

INSTANTIATE_TEST_SUITE_P(Timings, GiveUp, testing::ValuesIn(kEndRows),
                         [](const auto& row) { return std::string{row.param.name}; });

static_assert(time_to_give_up(kDefaults) == 7210s);                     // K-52
static_assert(Schedule{kDefaults}.next() == probe_at(7200s));           // K-50
static_assert(Schedule{timing(1000, 1000, 0)}.next() == std::nullopt);  // K-53
static_assert([] {                                                      // K-50, K-59
  Schedule schedule{timing(2000, 500, 5)};
  schedule.happened(2000ms);
  schedule.heard(2010ms);
  return schedule.next() == probe_at(4010ms) && schedule.unanswered() == 0;
}());

TEST(Schedule, CountsTheSilenceFromTheLastSegmentNotFromTheCall) {  // K-50
  EXPECT_EQ((Schedule{timing(10'000, 1000, 3), 0s, 4s}.next()), probe_at(10s));
  EXPECT_EQ((Schedule{timing(10'000, 1000, 3), 0s, 25s}.next()), probe_at(25s));
}

TEST(Schedule, ShorteningTheTimeBelowTheSilenceProbesAtOnce) {  // K-50
  Schedule schedule{kDefaults};
  schedule.change(timing(10'000, 1000, 2), 3600s);
  EXPECT_EQ(schedule.next(), probe_at(3600s));
  schedule.happened(3600s);
  EXPECT_EQ(schedule.next(), probe_at(3601s));
  schedule.happened(3601s);
  EXPECT_EQ(schedule.next(), reset_at(3602s));
}

TEST(Schedule, LengtheningMovesTheNextInstantAndKeepsTheCount) {  // K-50
  Schedule schedule{timing(10'000, 1000, 3)};
  schedule.happened(10s);
  schedule.change(timing(60'000, 1000, 3), 10'500ms);
  EXPECT_EQ(schedule.next(), probe_at(61s));
  EXPECT_EQ(schedule.unanswered(), 1U);
  schedule.change(timing(10'000, 5000, 3), 10'600ms);
  EXPECT_EQ(schedule.next(), probe_at(15s));
}

TEST(Schedule, ShorteningNeverSendsTwoProbesWithinOneInterval) {  // K-50
  Schedule schedule{timing(10'000, 1000, 3)};
  schedule.happened(10s);
  schedule.change(timing(1000, 1000, 3), 10'200ms);
  EXPECT_EQ(schedule.next(), probe_at(11s));
}

TEST(Schedule, ALateProbeMovesTheLaterOnesAndTheEnd) {  // K-52
  Schedule schedule{timing(10'000, 1000, 2)};
  schedule.happened(10'700ms);
  EXPECT_EQ(schedule.next(), probe_at(11'700ms));
  schedule.happened(15s);
  EXPECT_EQ(schedule.next(), reset_at(16s));
  schedule.happened(16s);
  EXPECT_TRUE(schedule.ended());
  EXPECT_EQ(schedule.next(), std::nullopt);
}

TEST(Schedule, OneMissingAnswerEndsNothingWhenThereIsMoreThanOneProbe) {  // K-59
  for (int probes = 2; probes <= 255; ++probes) {
    Timeline timeline{timing(1500, 10, static_cast<std::uint8_t>(probes)),
                      {.kind = Peer::Kind::answers, .every = 2}};
    std::array<Event, 100> events{};
    ASSERT_EQ(timeline.fill(events), events.size());
    for (const Event& event : events) ASSERT_NE(event.what, Happening::reset) << probes;
  }
}

TEST(Schedule, AHealthyLinuxPeerIsNeverGivenUp) {  // K-52: it answers one probe in 500 ms.
  for (const std::uint32_t idle : {1U, 50U, 200U, 499U, 500U, 1000U}) {
    for (const std::uint32_t interval : {1U, 20U, 70U, 100U, 499U, 500U}) {
      for (const std::uint8_t probes : {std::uint8_t{1}, std::uint8_t{3}, std::uint8_t{255}}) {
        Timeline timeline{timing(idle, interval, probes), kLinuxPeer};
        for (int i = 0; i < 3000; ++i) {
          const std::optional<Event> event = timeline.next();
          ASSERT_TRUE(event && event->what != Happening::reset) << idle << ' ' << interval;
        }
      }
    }
  }
}

/// How many probes of a silence a Linux peer answers if it takes `gap` of rest after each and all answers are lost:
/// so many losses in a row it takes to end a living connection.
unsigned answers(const Timing& timing, unsigned probes, Millis gap) {
  Millis last{};
  unsigned count = 0;
  for (unsigned k = 0; k < probes; ++k) {
    const Millis at = Millis{timing.idle} + k * Millis{timing.interval};
    if (at - last < gap) continue;
    last = at;
    ++count;
  }
  return count;
}

TEST(Schedule, ALinuxPeerIsLeftAnswersToLose) {  // K-52, K-59
  for (const std::uint32_t idle : {1U, 60U, 348U, 441U, 499U, 500U, 700U, 1000U, 5000U}) {
    for (std::uint32_t interval = 1; interval < 1200; interval += interval < 20 ? 1 : 7) {
      for (const unsigned asked : {1U, 2U, 3U, 4U, 5U, 9U, 10U, 11U, 40U, 200U, 255U}) {
        const Timing each = timing(idle, interval, static_cast<std::uint8_t>(asked));
        const unsigned probes = probes_before_give_up(each);
        SCOPED_TRACE(testing::PrintToString(std::array{idle, interval, asked}));
        ASSERT_GE(probes, asked);
        ASSERT_GE(answers(each, probes, kPeerAnswerGap), std::min(asked, 3U));
        ASSERT_GE(answers(each, probes, 510ms), std::min(asked, 2U));
        if (probes == asked) continue;
        // The series cannot end as it was asked for: then it leaves as many as ten probes a second apart.
        if (probes < 255) {
          ASSERT_EQ(answers(each, probes, 510ms), std::min(asked, 10U));
        }
        ASSERT_TRUE(answers(each, asked, kPeerAnswerGap) < std::min(asked, 3U) ||
                    answers(each, asked, 510ms) < std::min(asked, 2U));
      }
    }
  }
}

TEST(Timeline, NativeTimesNeedNoHelpAgainstTheHalfSecond) {  // K-52
  for (int probes = 1; probes <= 127; ++probes) {
    const Timing whole = timing(1000, 1000, static_cast<std::uint8_t>(probes));
    EXPECT_EQ(probes_before_give_up(whole), whole.probes);
  }
}

}  // namespace
}  // namespace wsalive::policy
