// The judge of the wire tests, judged itself: a conversation on time has no difference, and each kind
// of fault is named.

#include "support/wire_timeline.hpp"

#include <gtest/gtest.h>

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;
using lab::Act;
using lab::Event;
using lab::SegmentDirection;

constexpr Instant kStart{1000s};
constexpr policy::Timing kTiming{
    .idle = policy::DwordMillis{1500}, .interval = policy::DwordMillis{500}, .probes = 3};

Event event(std::chrono::milliseconds at, SegmentDirection direction, Act act) {
  Event e{.act = act, .segment = {}};
  e.segment.at = kStart + at;
  e.segment.direction = direction;
  return e;
}

Event probe(std::chrono::milliseconds at) { return event(at, SegmentDirection::out, Act::probe); }
Event reset(std::chrono::milliseconds at) { return event(at, SegmentDirection::out, Act::reset); }
Event heard(std::chrono::milliseconds at) {
  return event(at, SegmentDirection::in, Act::acknowledgement);
}
Event answer(std::chrono::milliseconds at) { return event(at, SegmentDirection::in, Act::answer); }

std::string compare(const std::vector<Event>& story, std::chrono::milliseconds on = 0ms) {
  return differences(story, {.timing = kTiming, .on = kStart + on, .until = kStart + 20s});
}

TEST(WireTimeline, ADeadPeerOnTimeHasNoDifference) {
  EXPECT_EQ(compare({heard(0ms), probe(1504ms), probe(2004ms), probe(2504ms), reset(3004ms)}), "");
}

TEST(WireTimeline, AnAnswerBeginsTheSilenceAnew) {
  EXPECT_EQ(compare({heard(0ms), probe(1500ms), answer(1501ms), probe(3001ms), answer(3001ms),
                     probe(4501ms), probe(5001ms), probe(5501ms), reset(6001ms)}),
            "");
}

TEST(WireTimeline, SwitchedOnLateProbesAtOnce) {  // K-50
  EXPECT_EQ(compare({heard(0ms), probe(4004ms), heard(4004ms), probe(5504ms), probe(6004ms),
                     probe(6504ms), reset(7004ms)},
                    4000ms),
            "");
}

TEST(WireTimeline, SwitchedOnLateTheOthersFollowTheFirst) {  // K-50, K-52
  EXPECT_EQ(
      compare({heard(0ms), probe(4004ms), probe(4504ms), probe(5004ms), reset(5504ms)}, 4000ms),
      "");
}

TEST(WireTimeline, APeersResetEndsIt) {  // K-92
  EXPECT_EQ(compare({heard(0ms), probe(1500ms), event(1500ms, SegmentDirection::in, Act::reset)}),
            "");
}

TEST(WireTimeline, EachFaultIsNamed) {
  EXPECT_EQ(compare({heard(0ms), probe(1480ms), probe(2000ms), probe(2500ms), reset(3000ms)}),
            "at 1500ms: probe: captured at 1480.0 ms\n");
  EXPECT_EQ(compare({heard(0ms), probe(1500ms), probe(2100ms), probe(2500ms), reset(3000ms)}),
            "at 2s: probe: captured at 2100.0 ms\n");
  EXPECT_EQ(compare({heard(0ms), probe(1500ms), probe(2000ms), probe(2500ms)}),
            "at 3s: reset: not captured\n");
  EXPECT_EQ(compare({heard(0ms), probe(1500ms), probe(2000ms), reset(2500ms), heard(2550ms),
                     event(2550ms, SegmentDirection::in, Act::reset)}),
            "reset captured at 2500.0 ms, but the schedule has at 2500ms: probe\n");
}

TEST(WireTimeline, AMissingProbeIsNamedAlsoWhereThePeerSpeaksAgain) {
  EXPECT_EQ(compare({heard(0ms), heard(1700ms), probe(3200ms), probe(3700ms), probe(4200ms),
                     reset(4700ms)}),
            "at 1500ms: probe: not captured\n");
}

}  // namespace
}  // namespace wsalive::test
