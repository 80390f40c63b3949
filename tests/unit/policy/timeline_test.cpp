// When probes leave and when a connection is given up: rows of timing and peer, in virtual time.

#include "policy/timeline.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

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
    EndRow{"Fractions",            timing(1500, 700, 5),        5,   5s,                    "K-57"},
    EndRow{"AllProbes",            timing(1000, 1000, 255),     255, 256s,                  "K-53"},
    EndRow{"Longest",              timing(kMax, kMax, 255),     255, Millis{256LL * kMax},  "K-57"},
    EndRow{"HalfASecond", timing(500, 500, 10), 10, 5500ms, "K-52"},
    EndRow{"TwoProbesHalfASecond", timing(1000, 500, 2), 3, 2500ms, "K-52"},
    EndRow{"ThreeProbesHalfASecond", timing(1000, 500, 3), 3, 2500ms, "K-52"},
    EndRow{"UnderHalfASecond", timing(1000, 499, 10), 19, 10'481ms, "K-52"},
    EndRow{"NoneAtFirst", timing(499, 1000, 10), 11, 11'499ms, "K-52"},
    EndRow{"NoneAtFirstThreeProbes", timing(300, 700, 3), 4, 3100ms, "K-52"},
    EndRow{"MoreThanTen", timing(300, 700, 11), 11, 8000ms, "K-52"},
    EndRow{"AnswersEnough", timing(1000, 125, 37), 37, 5625ms, "K-52"},
    EndRow{"OneTooFew", timing(1000, 125, 36), 46, 6750ms, "K-52"},
    EndRow{"FiveProbes", timing(1500, 300, 5), 9, 4200ms, "K-52"},
    EndRow{"TenProbes", timing(1500, 300, 10), 19, 7200ms, "K-52"},
    EndRow{"ShortTimes", timing(441, 49, 10), 102, 5531ms, "K-52"},
    EndRow{"ShortInterval", timing(1000, 100, 3), 13, 2300ms, "K-52"},
    EndRow{"ShortestInterval", timing(1000, 1, 10), 109, 5960ms, "K-52"},
    EndRow{"ManyShort", timing(2000, 3, 200), 220, 6984ms, "K-52"},
    EndRow{"ManyThatReach", timing(1000, 20, 255), 255, 6100ms, "K-52"},
    EndRow{"ManyThatDoNot", timing(1000, 8, 255), 255, 8374ms, "K-52"},
    EndRow{"OneProbeShortInterval", timing(1000, 200, 1), 1, 1200ms, "K-52"},
    EndRow{"ShortTimeOneProbe", timing(100, 100, 1), 6, 700ms, "K-52"},
    EndRow{"ShortTime", timing(200, 100, 3), 17, 1900ms, "K-52"},
    EndRow{"ShortTimeLongGap", timing(1, 1000, 1), 2, 2001ms, "K-52"},
    EndRow{"ShortestOfAll", timing(1, 1, 1), 13, 602ms, "K-52"},
    EndRow{"MostOfAll", timing(1, 1, 255), 255, 6479ms, "K-52"},
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

TEST(Timeline, ByTheKernelAloneAnAnswerStartsTheIntervalWhereThatIsLonger) {  // K-50
  std::array<Event, 6> events{};
  Timeline{timing(1000, 5000, 3), kAnsweringPeer, KeptBy::kernel}.fill(events);
  EXPECT_EQ(events[2], probe_at(6s));
  EXPECT_EQ(events[4], probe_at(11s));
  Timeline{timing(1000, 5000, 3), kAnsweringPeer}.fill(events);
  EXPECT_EQ(events[4], probe_at(3s));
  Timeline{timing(5000, 1000, 3), kAnsweringPeer, KeptBy::kernel}.fill(events);
  EXPECT_EQ(events[4], probe_at(15s));
}

TEST(Lateness, AddsUpFromProbeToProbe) {
  constexpr Accuracy kKernel{KeptBy::kernel, 4ms};
  const auto latest = [&](const Timing& timing, const Peer& peer, std::size_t number) {
    Timeline timeline{timing, peer, KeptBy::kernel};
    Lateness lateness{timing, kKernel};
    for (std::size_t at = 0; at < number; ++at) lateness.of(*timeline.next());
    return lateness.of(*timeline.next());
  };
  EXPECT_EQ(latest(timing(1000, 5000, 3), kDeadPeer, 0), 5'256ms);
  EXPECT_EQ(latest(timing(1000, 5000, 3), kDeadPeer, 3), 5'256ms + 3 * 5'256ms);
  // An answer, from which I is waited for.
  EXPECT_EQ(latest(timing(1000, 5000, 3), kAnsweringPeer, 2), 5'256ms + 5'256ms);
  EXPECT_EQ(latest(timing(5000, 1000, 3), kAnsweringPeer, 2), 2 * 5'256ms);
  Lateness driven{timing(1000, 5000, 3), {KeptBy::engine, 4ms}};
  EXPECT_EQ(driven.of(probe_at(1s)), 1'009ms);
}

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

/// How many of the first `probes` of a silence a Linux peer answers if it takes `gap` of rest after each and all answers
/// are lost: so many losses in a row it takes to end a living connection.
unsigned answers(const Series& series, unsigned probes, Millis gap) {
  Millis last{};
  unsigned count = 0;
  for (unsigned k = 0; k < probes; ++k) {
    const Millis at = series.due(k);
    if (at - last < gap) continue;
    last = at;
    ++count;
  }
  return count;
}

/// All that `body` may be asked about: short times and long ones, few probes and many.
template <typename Body>
void for_many_timings(Body&& body) {
  for (const std::uint32_t idle : {1U, 60U, 348U, 441U, 499U, 500U, 700U, 1000U, 5000U}) {
    for (std::uint32_t interval = 1; interval < 1200; interval += interval < 20 ? 1 : 7) {
      for (const unsigned asked : {1U, 2U, 3U, 4U, 5U, 9U, 10U, 11U, 40U, 127U, 200U, 255U}) {
        SCOPED_TRACE(testing::PrintToString(std::array{idle, interval, asked}));
        body(timing(idle, interval, static_cast<std::uint8_t>(asked)));
        if (testing::Test::HasFailure()) return;
      }
    }
  }
}

TEST(Series, ALinuxPeerCanAnswerAsManyProbesAsWereAskedFor) {  // K-52, K-59
  for_many_timings([](const Timing& each) {
    const Series series{each};
    const unsigned wanted = std::min<unsigned>(each.probes, 10);
    EXPECT_GE(answers(series, series.probes(), kPeerAnswerGap), wanted);
    EXPECT_GE(answers(series, series.probes(), 510ms), std::min(wanted, 2U));
    if (series.probes() >
        each.probes) {  // As asked it would not do, and it is no longer than it must be.
      EXPECT_EQ(answers(series, series.probes(), 510ms), wanted);
      EXPECT_EQ(answers(series, series.probes() - 1, 510ms), wanted - 1);
    }
  });
}

TEST(Series, ASilenceThatIsShorterThanAtTheLastProbeHasBegunSince) {  // K-52
  const Series series{timing(500, 300, 3)};
  const Millis error{8};
  EXPECT_EQ(series.unanswered(0, Millis{0}, error), 0U);
  EXPECT_EQ(series.unanswered(1, Millis{100}, error), 0U);
  EXPECT_EQ(series.unanswered(1, Millis{491}, error), 0U);
  EXPECT_EQ(series.unanswered(1, Millis{492}, error), 1U);
  EXPECT_EQ(series.unanswered(2, Millis{790}, error), 0U);
  EXPECT_EQ(series.unanswered(2, Millis{800}, error), 2U);
}

TEST(Series, IsNeverEarlierNorAFlood) {  // K-52, K-57
  for_many_timings([](const Timing& each) {
    const Series series{each};
    const Millis interval{each.interval};
    const Millis as_asked = Millis{each.idle} + each.probes * interval;
    EXPECT_GE(series.probes(), each.probes);
    EXPECT_LE(series.probes(), 255U);
    EXPECT_GE(series.due(series.probes()), as_asked);
    EXPECT_EQ(series.due(0), Millis{each.idle});
    for (unsigned k = 0; k < series.probes(); ++k) {
      EXPECT_GE(series.after(k), k < 127 ? interval : std::min(interval, Millis{50}));
      EXPECT_LE(series.after(k), std::max(interval, Millis{50}));
    }
    // Ten windows of half a second are filled.
    if (series.due(series.probes()) > as_asked && each.probes <= 127) {
      EXPECT_LE(series.due(series.probes()),
                Millis{each.idle} + 11 * (510ms + std::max(interval, Millis{50})));
      EXPECT_LE(series.probes(), each.probes + 112U);
    }
  });
}

/// Of all silences with a living Linux peer, the part in which nothing of the series gets through and back.
double ended_by_loss(const Series& series, double loss) {
  std::map<Millis, double> answered_last{{Millis{}, 1}};  // When, and how likely.
  for (unsigned k = 0; k < series.probes(); ++k) {
    const Millis now = series.due(k);
    double answered_now = 0;
    for (auto& [at, part] : answered_last) {
      if (now - at < kPeerAnswerGap) continue;
      answered_now += part * (1 - loss) * loss;  // And that answer is lost.
      part *= loss;
    }
    answered_last[now] = answered_now;
  }
  double sum = 0;
  for (const auto& [at, part] : answered_last) sum += part;
  return sum;
}

TEST(Series, BearsAsMuchLossAsNProbesThatAreEachAnswered) {  // K-52, K-59
  for (const std::uint32_t idle : {1U, 348U, 500U, 1000U}) {
    for (std::uint32_t interval = 1; interval < 700; interval += 33) {
      for (const unsigned asked : {1U, 2U, 3U, 5U, 9U, 10U, 40U}) {
        const Timing each = timing(idle, interval, static_cast<std::uint8_t>(asked));
        for (const double loss : {0.01, 0.2}) {
          const double there_and_back = 1 - (1 - loss) * (1 - loss);
          EXPECT_LE(ended_by_loss(Series{each}, loss),
                    std::pow(there_and_back, std::min(asked, 10U)) * 1.0001)
              << idle << ' ' << interval << ' ' << asked << ' ' << loss;
        }
      }
    }
  }
}

TEST(Series, BearsWhatTheDocumentsSay) {  // docs/engine.md, "What a series bears"
  EXPECT_NEAR(1 / ended_by_loss(Series{kDefaults}, 0.2), 27'000, 500);
  EXPECT_NEAR(1 / ended_by_loss(Series{timing(2000, 1000, 3)}, 0.05), 1100, 50);
  EXPECT_NEAR(1 / ended_by_loss(Series{timing(1500, 300, 5)}, 0.2), 510, 5);
  EXPECT_NEAR(1 / ended_by_loss(Series{timing(1000, 100, 3)}, 0.1), 930, 5);
}

TEST(Series, TimesOfHalfASecondAndMoreAreAsAsked) {  // K-52, K-57
  const auto is_as_asked = [](std::uint32_t idle, std::uint32_t interval, unsigned probes) {
    const Timing each = timing(idle, interval, static_cast<std::uint8_t>(probes));
    return probes_before_give_up(each) == probes &&
           time_to_give_up(each) == Millis{idle} + probes * Millis{interval};
  };
  for (unsigned probes = 1; probes <= 255; ++probes) {
    EXPECT_TRUE(is_as_asked(510, 510, probes)) << probes;
    EXPECT_TRUE(is_as_asked(7'200'000, 1000, probes)) << probes;
    EXPECT_TRUE(probes == 2 || is_as_asked(510, 500, probes)) << probes;
    EXPECT_TRUE(probes < 4 || is_as_asked(500, 500, probes)) << probes;
  }
  EXPECT_FALSE(is_as_asked(500, 500, 3));  // One answer only, where timers are a little off. K-59
}

TEST(Timeline, NativeTimesNeedNoHelpAgainstTheHalfSecond) {  // K-52
  for (int probes = 1; probes <= 127; ++probes) {
    const Timing whole = timing(1000, 1000, static_cast<std::uint8_t>(probes));
    EXPECT_EQ(probes_before_give_up(whole), whole.probes);
  }
}

}  // namespace
}  // namespace wsalive::policy
