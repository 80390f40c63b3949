// Anything at any moment: random traffic, stalls, held sockets, lost answers, changed values, over the
// simulated kernel. Whatever happens, no probe is early, none follows another too soon, and no connection is
// given up before N probes and T + N x I of silence. A failure names its seed.

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <set>

#include "policy/timeline.hpp"
#include "support/simulation.hpp"

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;
using Millis = std::chrono::milliseconds;

constexpr Millis kTick{4};

class RandomLife {
 public:
  RandomLife(unsigned seed, const policy::SourcedTiming& wanted, bool privileged)
      : random_(seed), wanted_(wanted) {
    simulation_.kernel.allows_repair = privileged;
    simulation_.kernel.answers_at_most_every = 500ms;
    fd_ = simulation_.kernel.connect([this](unsigned) { return chance(answering_); });
    heard_ = now();
    EXPECT_TRUE(simulation_.switch_on(fd_, wanted_));
  }

  void live(int steps) {
    for (int i = 0; i < steps && simulation_.kernel.is_open(fd_); ++i) {
      happen();
      simulation_.run_for(Millis{pick(1, 400)});
      check();
    }
  }

  /// From now on the peer does not answer: the end must come, and in time.
  void die() {
    simulation_.engine_delay = {};
    simulation_.stalled = false;
    answering_ = 0;
    if (!simulation_.kernel.is_open(fd_)) return;
    simulation_.kernel.peer_acknowledges(fd_);
    heard_ = now();
    silent_probes_ = 0;
    const Millis end = *policy::time_to_give_up(wanted_.timing);
    simulation_.run_for(end - kTick);
    check();
    EXPECT_TRUE(simulation_.kernel.is_open(fd_));
    simulation_.run_for(3 * kTick + 600ms);
    check();
    EXPECT_FALSE(simulation_.kernel.is_open(fd_));
  }

 private:
  void happen() {
    SimulatedKernel& kernel = simulation_.kernel;
    switch (pick(0, 9)) {
      case 0:
        kernel.peer_sends(fd_);
        hear();
        break;
      case 1:
        kernel.peer_sends(fd_, /*while_unread=*/true);
        hear();
        break;
      case 2:
        kernel.program_sends(fd_);
        break;
      case 3:
        kernel.peer_acknowledges(fd_);
        hear();
        break;
      case 4:
        kernel.hold(fd_, Millis{pick(1, 60)});
        break;
      case 5:
        simulation_.stalled = chance(30);
        break;
      case 6:
        simulation_.engine_delay = std::chrono::microseconds{pick(0, 9000)};
        break;
      case 7:
        answering_ = pick(0, 1) * 70;
        break;
      default:
        simulation_.stalled = false;
        break;
    }
  }

  void hear() {
    heard_ = now();
    silent_probes_ = 0;
  }

  /// Looks at what has been on the wire since the last time.
  void check() {
    const auto& wire = simulation_.kernel.wire();
    for (; checked_ < wire.size(); ++checked_) {
      const WireEvent& event = wire[checked_];
      if (event.what == OnWire::answer) {
        heard_ = event.at;
        silent_probes_ = 0;
        continue;
      }
      const Millis silence = event.at - heard_;
      if (event.what == OnWire::reset) {
        EXPECT_GE(silent_probes_, wanted_.timing.probes);
        EXPECT_GE(silence, idle() + wanted_.timing.probes * interval() - kTick);
        continue;
      }
      EXPECT_GE(silence, idle() - kTick) << "an early probe at " << event.at.count();
      if (silent_probes_ > 0) {
        EXPECT_GE(event.at - last_probe_, interval() - 3 * kTick);
      }
      last_probe_ = event.at;
      ++silent_probes_;
    }
  }

  Millis now() { return std::chrono::floor<Millis>(simulation_.kernel.now() - Instant{1h}); }
  Millis idle() { return wanted_.timing.idle; }
  Millis interval() { return wanted_.timing.interval; }
  int pick(int least, int most) { return std::uniform_int_distribution<int>{least, most}(random_); }
  bool chance(int percent) { return pick(1, 100) <= percent; }

  std::mt19937 random_;
  policy::SourcedTiming wanted_;
  Simulation simulation_;
  int fd_ = -1;
  int answering_ = 100;
  Millis heard_{};
  Millis last_probe_{};
  unsigned silent_probes_ = 0;
  std::size_t checked_ = 0;
};

struct Kind {
  policy::SourcedTiming wanted;
  bool privileged;
};

TEST(RandomLives, NothingIsEverEarly) {  // K-50, K-52, K-57
  constexpr std::array kKinds{Kind{asked(1500, 300, 5), false},  Kind{asked(1000, 100, 12), false},
                              Kind{asked(1200, 2500, 3), false}, Kind{asked(300, 50, 12), true},
                              Kind{asked(300, 700, 4), true},    Kind{asked(2000, 3, 200), true}};
  for (unsigned seed = 1; seed <= 1000 && !testing::Test::HasFailure(); ++seed) {
    const Kind& kind = kKinds[seed % kKinds.size()];
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomLife life{seed, kind.wanted, kind.privileged};
    life.live(200);
    life.die();
  }
}

// Those that leave on the way move others in the schedule; each is met all the same.
TEST(ConductorRandom, AWalkOverAllMeetsEachThatLeaves) {
  std::mt19937 random{4711};
  for (int round = 0; round < 200; ++round) {
    Simulation simulation;
    std::set<int> all;
    for (int i = 0; i < 40; ++i) {
      const int fd = simulation.kernel.connect([](unsigned) { return true; });
      ASSERT_TRUE(simulation.switch_on(
          fd, asked(static_cast<std::uint32_t>(500 + random() % 60'000), 500, 5)));
      all.insert(fd);
    }
    std::set<int> met;
    engine::Conductor& conductor = simulation.conductor();
    conductor.for_each_driven([&](int fd, engine::Slot& slot) {
      met.insert(fd);
      if (random() % 2 == 0) conductor.abandon(fd, slot);
    });
    ASSERT_EQ(met, all) << round;
  }
}

}  // namespace
}  // namespace wsalive::test
