// A thousand lives on paths that lose segments, over the simulated kernel: any T, I and N, a Linux peer that answers
// once in 500 ms, an engine that comes late and is stopped between its calls.
//
// A connection that ends has lost as many answers in that silence as were asked for: N, or ten where N is more (K-52).
// A peer that dies is given up, in time.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <random>

#include "policy/timeline.hpp"
#include "support/simulation.hpp"

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;
using Millis = std::chrono::milliseconds;

constexpr Millis kTick{4};
constexpr double kLosses[] = {0.001, 0.01, 0.05, 0.2};

class LossyLife {
 public:
  explicit LossyLife(unsigned seed) : random_(seed), loss_(kLosses[seed % std::size(kLosses)]) {
    const bool privileged = chance(0.8);
    const std::uint32_t idle = log_uniform(privileged ? 1 : 1000, 5000);
    const std::uint32_t interval = log_uniform(privileged ? 1 : 8, 2000);
    const auto probes = static_cast<std::uint8_t>(chance(0.1) ? 255 : log_uniform(1, 30));
    wanted_ = asked(idle, interval, probes);
    SimulatedKernel& kernel = simulation_.kernel;
    kernel.allows_repair = privileged;
    kernel.answers_at_most_every = 500ms;
    kernel.round_trip = Millis{std::uniform_int_distribution<int>{
        0, static_cast<int>(std::min(interval / 2, 100U))}(random_)};
    kernel.loses = [this] { return chance(loss_); };
    simulation_.engine_delay = std::chrono::microseconds{log_uniform(1, 9000)};
    simulation_.host.interrupt = [this] {
      if (chance(0.005)) stop_for(Millis{log_uniform(1, 900)});
    };
    fd_ = kernel.connect([this](unsigned) { return lives_; });
    EXPECT_TRUE(simulation_.switch_on(fd_, wanted_));
  }

  /// \return Whether it is alive; given up by chance it may be.
  bool live() {
    const Millis once = idle() + 600ms;
    simulation_.run_for(std::min<Millis>(30 * once, 10'000 * (interval() + 1ms)));
    if (simulation_.kernel.is_open(fd_)) return true;
    const auto& wire = simulation_.kernel.wire();
    unsigned lost = 0;
    for (const WireEvent& event : wire) {
      if (event.what == OnWire::answer) lost = 0;
      if (event.what == OnWire::lost) ++lost;
    }
    EXPECT_GE(lost, owed()) << told();
    return false;
  }

  void die() {
    lives_ = false;
    simulation_.engine_delay = {};
    simulation_.host.interrupt = [] {};
    simulation_.kernel.peer_acknowledges(fd_);
    const Millis end = *policy::time_to_give_up(wanted_.timing);
    simulation_.run_for(idle() + wanted_.timing.probes * interval() - kTick);
    EXPECT_TRUE(simulation_.kernel.is_open(fd_)) << "early: " << told();
    // What was owed before the last segment came may be probed once more.
    simulation_.run_for(end + interval() + 700ms + end / 8);
    EXPECT_FALSE(simulation_.kernel.is_open(fd_)) << "never: " << told();
  }

  /// How many answers a living peer must lose to be given up.
  [[nodiscard]] unsigned owed() const { return std::min<unsigned>(wanted_.timing.probes, 10); }

 private:
  [[nodiscard]] Millis idle() const { return wanted_.timing.idle; }
  [[nodiscard]] Millis interval() const { return wanted_.timing.interval; }
  [[nodiscard]] std::string told() const {
    return std::to_string(idle().count()) + " ms, " + std::to_string(interval().count()) + " ms, " +
           std::to_string(wanted_.timing.probes) + ", loss " + std::to_string(loss_);
  }
  void stop_for(Millis time) { simulation_.kernel.advance_to(simulation_.kernel.now() + time); }
  bool chance(double part) { return std::uniform_real_distribution<double>{0, 1}(random_) < part; }
  std::uint32_t log_uniform(std::uint32_t least, std::uint32_t most) {
    std::uniform_real_distribution<double> power{std::log(least), std::log(most + 1)};
    return std::min(static_cast<std::uint32_t>(std::exp(power(random_))), most);
  }

  std::mt19937 random_;
  double loss_;
  policy::SourcedTiming wanted_;
  Simulation simulation_;
  bool lives_ = true;
  int fd_ = -1;
};

TEST(LossyPaths, EndNobodyWhoLosesFewerAnswersThanWereAskedFor) {  // K-52, K-57, K-59
  constexpr unsigned kLives = 1000;
  unsigned by_chance = 0;
  unsigned with_many = 0;
  for (unsigned seed = 1; seed <= kLives && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    LossyLife life{seed};
    if (life.live()) {
      life.die();
    } else {
      ++by_chance;
      if (life.owed() >= 10) ++with_many;
    }
  }
  std::printf("%u lives: %u lost as many answers as N asks for, none of them ten\n", kLives,
              by_chance);
  EXPECT_LT(by_chance, kLives / 4);
  EXPECT_EQ(with_many, 0U);
}

}  // namespace
}  // namespace wsalive::test
