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
    EndRow{"ExactlyHalfASecond",   timing(1000, 250, 3),        3,   1750ms,                "K-52"},
    EndRow{"JustUnderHalfASecond", timing(1000, 249, 3),        4,   1996ms,                "K-52"},
    EndRow{"ShortInterval",        timing(1000, 100, 3),        6,   1600ms,                "K-52"},
    EndRow{"ShortestInterval",     timing(1000, 1, 10),         501, 1501ms,                "K-52"},
    EndRow{"ShortTimeOneProbe",    timing(100, 100, 1),         5,   600ms,                 "K-52"},
    EndRow{"ShortTime",            timing(200, 100, 3),         6,   800ms,                 "K-52"},
    EndRow{"ShortTimeLongGap",     timing(1, 1000, 1),          2,   2001ms,                "K-52"},
    EndRow{"ShortestOfAll",        timing(1, 1, 1),             500, 501ms,                 "K-52"},
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
static_assert(probes_before_give_up(timing(1000, 250, 3), 4ms) == 4);   // K-52, a driver's tick
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

TEST(Schedule, ALinuxPeerSurvivesOneLostAnswer) {  // K-52, K-59
  for (const std::uint32_t interval : {1U, 80U, 120U, 499U}) {
    for (const std::uint8_t probes : {std::uint8_t{2}, std::uint8_t{5}}) {
      // The first answer is lost: the peer is silent for 500 ms, and its next answer arrives.
      Schedule schedule{timing(1500, interval, probes)};
      const Millis deaf_until = 1500ms + kPeerAnswerGap;
      std::optional<Event> event = schedule.next();
      while (event->what == Happening::probe && event->at < deaf_until) {
        schedule.happened(event->at);
        event = schedule.next();
      }
      EXPECT_EQ(event->what, Happening::probe) << interval << ' ' << int{probes};
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
