// The notation of timelines: read, printed, and played; the scripts of docs/timeline.md are tests.

#include "advice/timeline_text.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <ostream>
#include <string>

namespace wsalive::advice {

// Seen by GoogleTest, so that a failure shows the script's own words.
void PrintTo(const policy::Event& event, std::ostream* out) { *out << to_text(event); }

namespace {

using namespace std::chrono_literals;

/// The text of every ```timeline block in docs/timeline.md.
std::vector<std::string> documented_scripts() {
  const char* const source = std::getenv("WSALIVE_SOURCE");
  std::ifstream file{std::string{source ? source : "."} + "/docs/timeline.md"};
  std::vector<std::string> scripts;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line == "```timeline") {
      inside = true;
      scripts.emplace_back();
    } else if (line == "```") {
      inside = false;
    } else if (inside) {
      scripts.back() += line + "\n";
    }
  }
  return scripts;
}

TEST(TimelineDocument, EveryScriptIsWhatHappens) {  // K-50, K-52, K-53, K-59
  const std::vector<std::string> scripts = documented_scripts();
  ASSERT_GE(scripts.size(), 6U);
  for (const std::string& text : scripts) {
    const auto script = parse_script(text);
    ASSERT_TRUE(script) << script.error().line << ": " << script.error().text << "\n" << text;
    EXPECT_EQ(play(*script), script->events) << text;
  }
}

TEST(TimelineScript, AWrongInstantOrAMissingEventShows) {  // K-50
  const auto late = parse_script("time 2s\nprobes 1\nat 2001ms: probe\n+1s: reset\n");
  ASSERT_TRUE(late);
  EXPECT_NE(play(*late), late->events);
  const auto missing = parse_script("time 2s\nprobes 1\nat 2s: probe\nuntil 1h\n");
  ASSERT_TRUE(missing);
  EXPECT_NE(play(*missing), missing->events);
}

TEST(TimelineScript, ReadsEveryKindOfLine) {
  const auto script = parse_script(
      "# a comment\n\n time 2h # and another\r\ninterval 1.5s\nprobes 0\n"
      "peer answers once per 500ms\nat 0.5min: data\n +1ms: peer reset\nuntil 1h\n");
  ASSERT_TRUE(script) << script.error().text;
  EXPECT_EQ(script->timing,
            (policy::Timing{policy::DwordMillis{7'200'000}, policy::DwordMillis{1500}, 0}));
  EXPECT_EQ(script->peer, policy::kLinuxPeer);
  EXPECT_EQ(script->events,
            (std::vector<policy::Event>{{30s, policy::Happening::data},
                                        {30'001ms, policy::Happening::peer_reset}}));
  EXPECT_EQ(script->until, 1h);
}

TEST(TimelineScript, PrintsWhatItReads) {
  const policy::Timing timing{policy::DwordMillis{1500}, policy::DwordMillis{1000}, 3};
  for (const policy::Peer& peer :
       {policy::kDeadPeer, policy::kAnsweringPeer, policy::kLinuxPeer, policy::kResettingPeer,
        policy::Peer{.kind = policy::Peer::Kind::answers, .every = 7}}) {
    const std::string text = to_text(timing, peer) +
                             to_text(policy::Event{1500ms, policy::Happening::probe}) + "\n" +
                             to_text(policy::Event{2s, policy::Happening::peer_reset}) + "\n";
    const auto script = parse_script(text);
    ASSERT_TRUE(script) << text;
    EXPECT_EQ(script->timing, timing);
    EXPECT_EQ(script->peer, peer);
    EXPECT_EQ(script->events, (std::vector<policy::Event>{{1500ms, policy::Happening::probe},
                                                          {2s, policy::Happening::peer_reset}}));
  }
  EXPECT_EQ(to_text(policy::Event{7200s, policy::Happening::probe}), "at 7200s: probe");
  EXPECT_EQ(to_text(policy::Event{1500ms, policy::Happening::reset}), "at 1500ms: reset");
}

struct BadRow {
  std::string_view text;
  std::size_t line;
};

constexpr std::array kBad{
    // clang-format off
    BadRow{"hello",                                    1},
    BadRow{"\ntime 0s",                                2},
    BadRow{"time 4294967296ms",                        1},
    BadRow{"time 2",                                   1},
    BadRow{"time 1.0001s",                             1},
    BadRow{"time 1.5ms",                               1},
    BadRow{"time 1.s",                                 1},
    BadRow{"time -1s",                                 1},
    BadRow{"time 99999999999999999999s",               1},
    BadRow{"probes 256",                               1},
    BadRow{"probes ten",                               1},
    BadRow{"peer sleeps",                              1},
    BadRow{"peer answers every 0",                     1},
    BadRow{"at 5s: nap",                               1},
    BadRow{"at 5s probe",                              1},
    BadRow{"at 5s: probe\nat 4s: probe",               2},
    BadRow{"until 5s\nat 6s: probe",                   2},
    BadRow{"at 5s: probe\nuntil 4s",                   2},
    // clang-format on
};

TEST(TimelineScript, NamesTheLineThatIsWrong) {
  for (const BadRow& row : kBad) {
    const auto script = parse_script(row.text);
    ASSERT_FALSE(script) << row.text;
    EXPECT_EQ(script.error().line, row.line) << row.text;
    EXPECT_FALSE(script.error().text.empty());
  }
}

}  // namespace
}  // namespace wsalive::advice
