// The contract of every probe driver, over the simulated kernel in virtual time: the same facts for
// native, rearm, repair and late.

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>

#include "support/simulation.hpp"

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;
using engine::Mechanism;
using policy::DriverKind;
using Millis = std::chrono::milliseconds;

struct World {
  std::string_view name;
  policy::SourcedTiming wanted;
  bool privileged;
  DriverKind driver;
  policy::Timing actual;

  friend void PrintTo(const World& world, std::ostream* out) { *out << world.name; }
};

constexpr policy::SourcedTiming kNative = asked(2000, 1000, 5);
constexpr policy::SourcedTiming kRearm = asked(1500, 300, 5);
constexpr policy::SourcedTiming kRepair = asked(300, 50, 12);
constexpr policy::SourcedTiming kLong = asked(7'200'500, 1500, 10);

const World kWorlds[] = {
    {"Native", kNative, false, DriverKind::native, kNative.timing},
    {"Rearm", kRearm, false, DriverKind::rearm, kRearm.timing},
    {"RearmTwoHours", kLong, false, DriverKind::rearm, kLong.timing},
    {"RearmIntervalAboveIdle", asked(1000, 3000, 4), false, DriverKind::rearm,
     asked(1000, 3000, 4).timing},
    {"RearmShortest", asked(1000, 8, 100), false, DriverKind::rearm, asked(1000, 8, 100).timing},
    {"RearmTwoHundred", asked(2000, 250, 200), false, DriverKind::rearm,
     asked(2000, 250, 200).timing},
    {"Rearm255", asked(1200, 30, 255), false, DriverKind::rearm, asked(1200, 30, 255).timing},
    {"Repair", kRepair, true, DriverKind::repair, kRepair.timing},
    {"RepairIntervalAboveIdle", asked(300, 700, 3), true, DriverKind::repair,
     asked(300, 700, 3).timing},
    {"RepairShortInterval", asked(2000, 3, 200), true, DriverKind::repair,
     asked(2000, 3, 200).timing},
    {"LateByRearm", kRepair, false, DriverKind::late, asked(1000, 50, 12).timing},
    {"LateByKernel", asked(300, 1000, 3), false, DriverKind::late, asked(1000, 1000, 3).timing},
};

class ProbeDriverContract : public testing::TestWithParam<World> {
 protected:
  ProbeDriverContract() { simulation_.kernel.allows_repair = GetParam().privileged; }

  /// A connection whose last segment was heard now.
  int connect(SimulatedKernel::Peer peer) {
    const int fd = simulation_.kernel.connect(std::move(peer));
    EXPECT_TRUE(simulation_.switch_on(fd, GetParam().wanted));
    return fd;
  }

  /// Each probe of a silence from `from` on at its instant or up to two ticks and 1 ms later.
  void expect_in_time(int fd, Millis from, std::size_t begin, std::size_t count) {
    const std::vector<Millis> probes = simulation_.probes(fd);
    ASSERT_GE(probes.size(), begin + count);
    for (std::size_t k = 0; k < count; ++k) {
      const Millis late = probes[begin + k] - (from + idle() + k * interval());
      EXPECT_GE(late, 0ms) << "probe " << begin + k << " is early";
      EXPECT_LE(late, 9ms) << "probe " << begin + k << " is late";
    }
  }

  Millis idle() { return GetParam().actual.idle; }
  Millis interval() { return GetParam().actual.interval; }
  unsigned count() { return GetParam().actual.probes; }
  Millis end() { return idle() + count() * interval(); }

  Simulation simulation_;
};

constexpr auto kNobody = [](unsigned) { return false; };
constexpr auto kAlways = [](unsigned) { return true; };

TEST_P(ProbeDriverContract, IsTheChosenOne) {
  EXPECT_EQ(simulation_.driver(connect(kAlways)), GetParam().driver);
}

TEST_P(ProbeDriverContract, ASilentPeerIsProbedNTimesAndGivenUp) {  // K-50, K-52, K-57
  const int fd = connect(kNobody);
  simulation_.run_for(end() - 1ms);
  EXPECT_TRUE(simulation_.kernel.is_open(fd));
  simulation_.run_for(60ms);
  expect_in_time(fd, 0ms, 0, count());
  EXPECT_EQ(simulation_.probes(fd).size(), count());
  ASSERT_EQ(simulation_.resets(fd).size(), 1U);
  EXPECT_GE(simulation_.resets(fd)[0], end());
  EXPECT_LE(simulation_.resets(fd)[0], end() + 9ms);
  EXPECT_FALSE(simulation_.kernel.is_open(fd));
}

TEST_P(ProbeDriverContract, AnAnswerStartsTheIdleTimeAgain) {  // K-50
  const int fd = connect(kAlways);
  simulation_.run_for(3 * (idle() + 20ms));
  const std::vector<Millis> probes = simulation_.probes(fd);
  ASSERT_GE(probes.size(), 3U);
  for (std::size_t k = 1; k < 3; ++k) {
    EXPECT_GE(probes[k] - probes[k - 1], idle()) << k;
    EXPECT_LE(probes[k] - probes[k - 1], idle() + 1ms + 13ms) << k;
  }
  EXPECT_TRUE(simulation_.kernel.is_open(fd));
}

TEST_P(ProbeDriverContract, APeerThatComesBackBeforeTheEndLivesOn) {  // K-59
  const unsigned last = count();
  const int fd = connect([last](unsigned nth) { return nth == last; });
  simulation_.run_for(end() + 20ms);
  EXPECT_TRUE(simulation_.kernel.is_open(fd));
  expect_in_time(fd, 0ms, 0, count());
  // And then the whole count again.
  const Millis answered = simulation_.probes(fd)[last - 1] + 1ms;
  simulation_.run_for(answered - 30ms);
  EXPECT_TRUE(simulation_.kernel.is_open(fd));
  simulation_.run_for(60ms);
  EXPECT_FALSE(simulation_.kernel.is_open(fd));
  EXPECT_EQ(simulation_.probes(fd).size(), 2 * count());
}

TEST_P(ProbeDriverContract, DataFromThePeerIsAnAnswer) {  // K-50
  const int fd = connect(kNobody);
  simulation_.run_for(idle() + interval() / 2);
  const Millis heard = idle() + interval() / 2;
  simulation_.kernel.peer_sends(fd);
  const std::size_t before = simulation_.probes(fd).size();
  simulation_.run_for(idle() + 9ms);
  ASSERT_GT(simulation_.probes(fd).size(), before);
  EXPECT_GE(simulation_.probes(fd)[before], heard + idle() - 4ms);
}

TEST_P(ProbeDriverContract, UnacknowledgedDataIsNotProbed) {  // K-58
  const int fd = connect(kNobody);
  simulation_.run_for(idle() / 2);
  simulation_.kernel.program_sends(fd);
  simulation_.run_for(2 * end());
  EXPECT_EQ(simulation_.probes(fd).size(), 0U);
  simulation_.kernel.peer_acknowledges(fd);
  simulation_.run_for(idle() - 1ms);
  EXPECT_EQ(simulation_.probes(fd).size(), 0U);
  simulation_.run_for(std::max<Millis>(idle(), 13ms));
  EXPECT_GE(simulation_.probes(fd).size(), 1U);
}

TEST_P(ProbeDriverContract, AResetEndsItAll) {  // K-92
  const int fd = connect(kNobody);
  simulation_.run_for(idle() + 9ms);
  simulation_.kernel.peer_resets(fd);
  const std::size_t before = simulation_.probes(fd).size();
  simulation_.run_for(2 * end());
  EXPECT_EQ(simulation_.probes(fd).size(), before);
  EXPECT_EQ(simulation_.resets(fd).size(), 0U);
  EXPECT_TRUE(simulation_.conductor().idle());
}

TEST_P(ProbeDriverContract, SwitchedOffItSendsNothing) {  // K-56
  const int fd = connect(kNobody);
  simulation_.run_for(idle() / 2);
  simulation_.switch_off(fd);
  simulation_.run_for(2 * end());
  EXPECT_EQ(simulation_.probes(fd).size(), 0U);
  EXPECT_TRUE(simulation_.conductor().idle());
}

TEST_P(ProbeDriverContract, SwitchedOnInTheMiddleOfASilenceItCountsFromTheLastSegment) {  // K-50
  const int fd = simulation_.kernel.connect(kNobody);
  simulation_.run_for(idle() / 2);
  ASSERT_TRUE(simulation_.switch_on(fd, GetParam().wanted));
  simulation_.run_for(idle() / 2 + 9ms);
  expect_in_time(fd, 0ms, 0, 1);
}

TEST_P(ProbeDriverContract, SwitchedOnAfterALongerSilenceItProbesAtOnce) {  // K-50
  const int fd = simulation_.kernel.connect(kNobody);
  simulation_.run_for(3 * idle());
  ASSERT_TRUE(simulation_.switch_on(fd, GetParam().wanted));
  simulation_.run_for(9ms);
  ASSERT_GE(simulation_.probes(fd).size(), 1U);
  EXPECT_LE(simulation_.probes(fd)[0], 3 * idle() + 9ms);
}

TEST_P(ProbeDriverContract, AnotherSocketUnderTheNumberIsNotTouched) {
  const int fd = connect(kNobody);
  simulation_.run_for(idle() / 2);
  simulation_.kernel.reuse(fd, simulation_.kernel.connect(kNobody));
  const os::KernelKeepAlive before = simulation_.kernel.socket(fd).values;
  simulation_.run_for(2 * end());
  EXPECT_EQ(simulation_.kernel.socket(fd).values, before);
  EXPECT_TRUE(simulation_.kernel.is_open(fd));
  EXPECT_TRUE(simulation_.conductor().idle());
}

TEST_P(ProbeDriverContract, ClosedWithoutAWordItIsForgotten) {
  const int fd = connect(kNobody);
  simulation_.run_for(idle() / 2);
  simulation_.kernel.close(fd);
  simulation_.run_for(2 * end());
  EXPECT_TRUE(simulation_.conductor().idle());
}

INSTANTIATE_TEST_SUITE_P(Drivers, ProbeDriverContract, testing::ValuesIn(kWorlds),
                         [](const auto& each) { return std::string{each.param.name}; });

}  // namespace
}  // namespace wsalive::test
