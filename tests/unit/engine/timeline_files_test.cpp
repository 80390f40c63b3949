// The shared timelines, played by policy and by the engine's conductor over the simulated kernel; tests/wire plays
// the same files on a real one.

#include "support/timeline_files.hpp"
#include "policy/release.hpp"
#include "support/simulation.hpp"

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;
using policy::Happening;
using policy::Millis;

class TimelineFiles : public testing::TestWithParam<TimelineFile> {
 protected:
  void SetUp() override {
    const auto script = advice::parse_script(GetParam().text);
    ASSERT_TRUE(script) << script.error().line << ": " << script.error().text;
    script_ = *script;
  }

  [[nodiscard]] std::vector<Millis> expected(Happening what) const {
    std::vector<Millis> instants;
    for (const policy::Event& event : script_.events) {
      if (event.what == what) instants.push_back(event.at);
    }
    return instants;
  }

  advice::Script script_;
};

/// The kernel acts at its ticks, and a round trip lies between a probe and its answer.
void expect_near(const std::vector<Millis>& found, const std::vector<Millis>& wanted) {
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_GE(found[i], wanted[i] - 4ms) << i;
    EXPECT_LE(found[i], wanted[i] + 12ms * (i + 1)) << i;
  }
}

TEST_P(TimelineFiles, SaysWhatPolicyPlays) {  // K-50, K-52, K-53
  const auto release = policy::release_named(GetParam().release);
  ASSERT_TRUE(release) << "no release in the file: " << GetParam().release;
  EXPECT_EQ(script_.timing.probes, policy::timing_in_force(*release, {}, {}).timing.probes);
  EXPECT_TRUE(advice::play(script_) == script_.events) << [this] {
    std::string played;
    for (const policy::Event& event : advice::play(script_))
      played += advice::to_text(event) + "\n";
    return played;
  }();
}

TEST_P(TimelineFiles, IsWhatTheEngineDoes) {  // K-50, K-52, K-57
  ASSERT_TRUE(script_.until) << "a file for the wire says how long to look";
  Simulation simulation;
  const bool answers = script_.peer.kind == policy::Peer::Kind::answers;
  const int fd = simulation.kernel.connect([answers](unsigned) { return answers; });
  ASSERT_TRUE(simulation.switch_on(
      fd,
      asked(static_cast<std::uint32_t>(script_.timing.idle.count()),
            static_cast<std::uint32_t>(script_.timing.interval.count()), script_.timing.probes)));
  Millis passed{};
  for (const Millis at : expected(Happening::data)) {
    simulation.run_for(at - passed);
    simulation.kernel.peer_sends(fd);
    passed = at;
  }
  simulation.run_for(*script_.until - passed);
  expect_near(simulation.probes(fd), expected(Happening::probe));
  expect_near(simulation.resets(fd), expected(Happening::reset));
}

INSTANTIATE_TEST_SUITE_P(Shared, TimelineFiles, testing::ValuesIn(timeline_files()), test_name);

}  // namespace
}  // namespace wsalive::test
