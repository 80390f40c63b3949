// Every driver with its thread stopped between any two system calls, over the simulated kernel: a Linux peer, which
// answers once in 500 ms, lives on; a dead one is given up, never early, and within a bound.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "policy/timeline.hpp"
#include "support/simulation.hpp"

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;
using policy::DriverKind;
using Millis = std::chrono::milliseconds;

constexpr Millis kTick{4};
constexpr Millis kPauseIsOver{100 + 4};  // What a look waits after a long absence.

struct Interrupted {
  std::string_view name;
  policy::SourcedTiming wanted;
  DriverKind driver;
  bool plain = false;  ///< Driven, and the kernel has the values itself.

  friend void PrintTo(const Interrupted& each, std::ostream* out) { *out << each.name; }
};

const Interrupted kInterrupted[] = {
    {"Native", by_kernel(asked(2000, 1000, 3)), DriverKind::native},
    {"RearmPlain", asked(2000, 1000, 3), DriverKind::rearm, /*plain=*/true},
    {"RearmPlainOneProbe", asked(3000, 3000, 1), DriverKind::rearm, /*plain=*/true},
    {"Rearm", asked(1500, 300, 5), DriverKind::rearm},
    {"RearmWholeSeconds", asked(1000, 125, 9), DriverKind::rearm},
    {"RearmShortest", asked(1000, 8, 10), DriverKind::rearm},
    {"RearmIntervalAboveIdle", asked(1000, 3000, 4), DriverKind::rearm},
    {"Repair", asked(348, 33, 10), DriverKind::repair},
    {"RepairHalfASecond", asked(441, 49, 5), DriverKind::repair},
    {"RepairOneProbe", asked(700, 200, 1), DriverKind::repair},
    {"RepairIntervalAboveIdle", asked(300, 700, 3), DriverKind::repair},
    {"RepairShortest", asked(2, 2, 2), DriverKind::repair},
};

class InterruptedDrivers : public testing::TestWithParam<Interrupted> {
 protected:
  void live(SimulatedKernel::Peer peer) {
    simulation_.emplace();
    kernel().allows_repair = GetParam().driver == DriverKind::repair;
    kernel().answers_at_most_every = 500ms;
    fd_ = kernel().connect(std::move(peer));
    ASSERT_TRUE(simulation_->switch_on(fd_, GetParam().wanted));
    ASSERT_EQ(simulation_->driver(fd_), GetParam().driver);
    points_ = 0;
  }
  SimulatedKernel& kernel() { return simulation_->kernel; }
  void stop_for(Millis time) { kernel().advance_to(kernel().now() + time); }

  [[nodiscard]] Millis idle() const { return GetParam().wanted.timing.idle; }
  [[nodiscard]] Millis interval() const { return GetParam().wanted.timing.interval; }
  [[nodiscard]] unsigned count() const {
    return policy::probes_before_give_up(GetParam().wanted.timing);
  }
  [[nodiscard]] Millis end() const { return *policy::time_to_give_up(GetParam().wanted.timing); }

  std::optional<Simulation> simulation_;
  int fd_ = -1;
  unsigned points_ = 0;  ///< Places between two calls that were passed.
};

TEST_P(InterruptedDrivers, ALivingPeerIsNotGivenUp) {  // K-52, K-59
  for (const Millis pause : {20ms, 49ms, 310ms, 800ms}) {
    for (const unsigned every : {1U, 5U, 23U}) {
      if (every == 1 && pause > 49ms) continue;  // That engine would never come to look.
      for (unsigned place = 0; place < every; ++place) {
        live([](unsigned) { return true; });
        simulation_->host.interrupt = [&] {
          if (points_++ % every == place) stop_for(pause);
        };
        simulation_->run_for(20 * (idle() + 200ms));
        ASSERT_TRUE(kernel().is_open(fd_))
            << pause.count() << " ms at " << place << " of " << every;
      }
    }
  }
}

TEST_P(InterruptedDrivers, ADeadPeerIsGivenUpInTime) {  // K-50, K-52, K-57
  for (const Millis pause :
       {20ms, 310ms, 900ms}) {  // The kernel's own values act after longer ones.
    unsigned passed = 1;
    // Where a stop at each place would take too long, every seventh.
    for (unsigned place = 0; place<passed; place += passed> 400 ? 7 : 1) {
      live([](unsigned) { return false; });
      const Instant begin = kernel().now();
      simulation_->host.interrupt = [&] {
        if (points_++ == place) stop_for(pause);
      };
      simulation_->run_for(end() + pause + interval() + kPauseIsOver + 10 * kTick + 200ms);
      passed = points_;
      SCOPED_TRACE(std::to_string(pause.count()) + " ms at " + std::to_string(place));
      ASSERT_FALSE(kernel().is_open(fd_));
      const auto since = std::chrono::floor<Millis>(begin - Instant{1h});
      const std::vector<Millis> resets = simulation_->resets(fd_);
      ASSERT_EQ(resets.size(), 1U);
      ASSERT_GE(resets[0] - since, end() - kTick);
      ASSERT_LE(resets[0] - since, end() + pause + kPauseIsOver + 6 * kTick + end() / 8);
      const std::vector<Millis> probes = simulation_->probes(fd_);
      ASSERT_GE(probes.size(), count());
      unsigned near = 0;
      for (std::size_t k = 1; k < probes.size(); ++k) {
        near += probes[k] - probes[k - 1] < interval() - 3 * kTick ? 1U : 0U;
      }
      // Where the kernel's own timer runs on, it may have probed just before it was told to; such a probe does not count.
      ASSERT_LE(near, GetParam().plain ? 1U : 0U);
      ASSERT_GE(probes.size(), count() + near);
      ASSERT_GE(resets[0] - probes.back(), interval() - 3 * kTick) << "the last answer had no time";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Contract, InterruptedDrivers, testing::ValuesIn(kInterrupted),
                         [](const auto& each) { return std::string{each.param.name}; });

class Absence : public testing::Test {
 protected:
  int driven(const policy::SourcedTiming& wanted, SimulatedKernel::Peer peer) {
    const int fd = simulation_.kernel.connect(std::move(peer));
    EXPECT_TRUE(simulation_.switch_on(fd, wanted));
    return fd;
  }
  void be_away_for(Millis time) {
    simulation_.stalled = true;
    simulation_.run_for(time);
    simulation_.stalled = false;
  }
  SimulatedKernel& kernel() { return simulation_.kernel; }

  Simulation simulation_;
};

TEST_F(Absence, ThousandsThatAreDueAreProbedOneAfterTheOther) {  // K-50
  kernel().allows_repair = true;
  kernel().round_trip = 60ms;
  std::vector<int> all;
  for (int i = 0; i < 1500; ++i) {
    const auto wanted = i % 3 == 0 ? asked(1500, 300, 5) : asked(348, 250, 10);
    all.push_back(driven(wanted, [](unsigned) { return true; }));
  }
  simulation_.run_for(200ms);
  be_away_for(2500ms);  // The kernel's own values would act later.
  const std::size_t before = kernel().wire().size();
  const Millis back = std::chrono::floor<Millis>(kernel().now() - Instant{1h});
  simulation_.run_for(220ms);
  std::map<std::int64_t, unsigned> in_tick;
  std::map<int, unsigned> of;
  for (std::size_t i = before; i < kernel().wire().size(); ++i) {
    const WireEvent& event = kernel().wire()[i];
    if (event.what != OnWire::probe) continue;
    ++of[event.fd];
    ++in_tick[(event.at - back) / kTick];
  }
  EXPECT_EQ(of.size(), all.size());
  for (const auto& [fd, probes] : of) EXPECT_EQ(probes, 1U) << fd;
  for (const auto& [tick, probes] : in_tick) EXPECT_LE(probes, 130U) << tick;
  simulation_.run_for(3s);
  for (const int fd : all) EXPECT_TRUE(kernel().is_open(fd)) << fd;
}

TEST_F(Absence, WhatHasComeMeanwhileIsHeardBeforeTheEndIsDecided) {  // K-52
  kernel().allows_repair = true;
  // The whole machine was away: the last probe's answer comes when it goes on.
  constexpr unsigned last = 1;
  ASSERT_EQ(policy::probes_before_give_up(asked(700, 200, 1).timing), last);
  kernel().round_trip = 5s + 30ms;
  const int fd = driven(asked(700, 200, 1), [](unsigned nth) { return nth == last; });
  simulation_.run_for(700ms + 100ms);
  ASSERT_EQ(simulation_.probes(fd).size(), last);
  be_away_for(5s - 80ms);
  simulation_.run_for(200ms);
  EXPECT_TRUE(kernel().is_open(fd));
}

TEST_F(Absence, TheKernelIsAskedOnceMoreBeforeTheEnd) {  // K-52
  kernel().allows_repair = true;
  // Before and after the look's two calls, and before the last question: an answer that comes then is heard.
  constexpr unsigned kPlaces = 5;
  for (unsigned place = 0; place < kPlaces; ++place) {
    const auto wanted = asked(700, 600, 2);
    const int fd = driven(wanted, [](unsigned) { return false; });
    simulation_.run_for(*policy::time_to_give_up(wanted.timing) - 10ms);
    unsigned points = 0;
    simulation_.host.interrupt = [&] {
      if (points++ == place) kernel().peer_acknowledges(fd);
    };
    simulation_.run_for(20ms);
    simulation_.host.interrupt = [] {};
    EXPECT_GT(points, place);
    EXPECT_TRUE(kernel().is_open(fd)) << place;
    kernel().close(fd);
    simulation_.run_for(2s);
  }
}

TEST_F(Absence, AsManySegmentsAsTheCountHoldsAreHeardAllTheSame) {  // K-50, K-52
  kernel().allows_repair = true;
  const int fd = driven(asked(700, 600, 2), [](unsigned) { return false; });
  simulation_.run_for(750ms);
  ASSERT_EQ(simulation_.probes(fd).size(), 1U);
  for (unsigned i = 0; i < (1U << 16U); ++i) kernel().peer_sends(fd);
  simulation_.run_for(690ms);
  EXPECT_EQ(simulation_.probes(fd).size(), 1U);
  simulation_.run_for(20ms);
  EXPECT_EQ(simulation_.probes(fd).size(), 2U);
}

TEST_F(Absence, AProbeOfTheKernelsOwnHasAWholeIntervalToBeAnswered) {  // K-52
  kernel().round_trip = 250ms;
  const int fd = driven(asked(1500, 500, 5), [](unsigned nth) { return nth == 5; });
  simulation_.run_for(1500ms + 3 * 500ms + 30ms);
  ASSERT_EQ(simulation_.probes(fd).size(), 4U);
  simulation_.stalled = true;
  while (simulation_.probes(fd).size() < 5) simulation_.run_for(4ms);  // By the values behind.
  simulation_.stalled = false;
  simulation_.run_for(1s);
  EXPECT_TRUE(kernel().is_open(fd));
  EXPECT_EQ(simulation_.resets(fd).size(), 0U);
}

TEST_F(Absence, WithoutMemoryNoProbeLeavesAndNoneIsCounted) {  // K-52
  for (const bool told : {false, true}) {
    kernel().allows_repair = true;
    const int fd = driven(asked(700, 200, 4), [](unsigned) { return false; });
    if (told) kernel().probe_error = ENOMEM;
    kernel().has_memory = false;
    simulation_.run_for(30s);
    EXPECT_TRUE(kernel().is_open(fd));
    kernel().has_memory = true;
    kernel().probe_error = 0;
    const Instant again = kernel().now();
    simulation_.run_for(4 * 200ms - 20ms);
    EXPECT_TRUE(kernel().is_open(fd));
    while (kernel().is_open(fd) && kernel().now() < again + 5s) simulation_.run_for(20ms);
    EXPECT_FALSE(kernel().is_open(fd));
    EXPECT_GE(simulation_.probes(fd).size(), 4U);
  }
}

}  // namespace
}  // namespace wsalive::test
