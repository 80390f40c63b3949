// The shared timelines on a real wire: a Winsock program sets what the file says, the peer does what it says, and
// the capture must show each of its lines. tests/unit/engine plays the same files in virtual time.
// labels: ns realtime slow

#include <thread>

#include "support/timeline_files.hpp"
#include "support/wire_talk.hpp"

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;
using lab::Act;
using lab::SegmentDirection;
using policy::Happening;

struct Seen {
  double at_ms;
  Happening what;
};

/// The capture in the words of the notation, from the handshake's end on.
std::vector<Seen> in_words(const std::vector<lab::Event>& story, Instant begin) {
  std::vector<Seen> seen;
  for (const lab::Event& event : story) {
    const double at = std::chrono::duration<double, std::milli>(event.segment.at - begin).count();
    const bool out = event.segment.direction == SegmentDirection::out;
    if (out && event.act == Act::probe) seen.push_back({at, Happening::probe});
    if (!out && event.act == Act::answer) seen.push_back({at, Happening::answer});
    if (!out && event.act == Act::data) seen.push_back({at, Happening::data});
    if (event.act == Act::reset) {
      seen.push_back({at, out ? Happening::reset : Happening::peer_reset});
    }
  }
  return seen;
}

Instant last_heard_of_handshake(const std::vector<lab::Event>& story) {
  Instant heard{};
  for (const lab::Event& event : story) {
    if (event.act == Act::open && event.segment.direction == SegmentDirection::in)
      heard = event.segment.at;
  }
  return heard;
}

class SharedTimelines : public TwoHosts, public testing::WithParamInterface<TimelineFile> {
 protected:
  static Stored stored_for(const advice::Script& script) {
    if (GetParam().set != "SO_KEEPALIVE") return {};
    return {.keep_alive_time = script.timing.idle.count(),
            .keep_alive_interval = script.timing.interval.count()};
  }

  static void set(WireTalk& talk, const advice::Script& script) {
    if (GetParam().set == "SO_KEEPALIVE") {
      talk.switch_on();
    } else {
      ASSERT_EQ(GetParam().set, "SIO_KEEPALIVE_VALS");
      talk.set_values(script.timing.idle.count(), script.timing.interval.count());
    }
  }

  /// The peer's own part: it is cut off, or sends when the file says so.
  void play_peer(WireTalk& talk, const advice::Script& script, Instant begin) {
    if (script.peer.kind == policy::Peer::Kind::dead) {
      ASSERT_TRUE(network().cut_cable());
    }
    for (const policy::Event& event : script.events) {
      if (event.what != Happening::data) continue;
      std::this_thread::sleep_for(begin + event.at - wire_now());
      talk.server().send("x");
    }
    std::this_thread::sleep_for(begin + *script.until - wire_now());
  }
};

TEST_P(SharedTimelines, IsSeenOnTheWire) {  // K-50, K-52, K-53, K-94
  const auto script = advice::parse_script(GetParam().text);
  ASSERT_TRUE(script) << script.error().text;
  const StartedFromStore started{GetParam().release, stored_for(*script)};
  WireTalk talk{network()};
  set(talk, *script);
  const Tolerance tolerance = talk.tolerance();
  const Instant begin = last_heard_of_handshake(talk.story());
  play_peer(talk, *script, begin);

  const std::vector<Seen> seen = in_words(talk.story(), begin);
  ASSERT_EQ(seen.size(), script->events.size()) << talk.told();
  using FloatMillis = std::chrono::duration<double, std::milli>;
  const FloatMillis earliest = -tolerance.early;
  const FloatMillis latest = tolerance.late;
  double before = 0;  // What comes late moves what follows it along (K-50).
  policy::Millis wanted_before{};
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const policy::Event& wanted = script->events[i];
    const auto gap = static_cast<double>((wanted.at - wanted_before).count());
    const auto due = static_cast<double>(wanted.at.count());
    EXPECT_EQ(advice::to_text(seen[i].what), advice::to_text(wanted.what))
        << advice::to_text(wanted) << "\n"
        << talk.told();
    EXPECT_GE(seen[i].at_ms - due, earliest.count()) << advice::to_text(wanted) << "\n"
                                                     << talk.told();
    EXPECT_LE(seen[i].at_ms - std::max(due, before + gap), latest.count())
        << advice::to_text(wanted) << "\n"
        << talk.told();
    before = seen[i].at_ms;
    wanted_before = wanted.at;
  }
}

INSTANTIATE_TEST_SUITE_P(Files, SharedTimelines, testing::ValuesIn(timeline_files()), test_name);

}  // namespace
}  // namespace wsalive::test
