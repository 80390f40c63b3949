// What may happen to a driven connection: each case a way in which simple timers would go wrong.
// All in virtual time, over the simulated kernel.

#include "engine/conductor.hpp"

#include <gtest/gtest.h>

#include <array>

#include "engine/close_cause.hpp"
#include "policy/kernel_timer.hpp"
#include "policy/timeline.hpp"
#include "support/simulation.hpp"

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;
using os::KernelKeepAlive;
using os::Switch;
using policy::DriverKind;
using policy::Source;
using Millis = std::chrono::milliseconds;

constexpr auto kNobody = [](unsigned) { return false; };

class ConductorTest : public testing::Test {
 protected:
  int driven(const policy::SourcedTiming& wanted, SimulatedKernel::Peer peer = kNobody) {
    const int fd = simulation_.kernel.connect(std::move(peer));
    EXPECT_TRUE(simulation_.switch_on(fd, wanted));
    return fd;
  }
  KernelKeepAlive values(int fd) { return simulation_.kernel.socket(fd).values; }
  /// Driven, and the kernel has T, I and N as they are.
  bool has_its_values(int fd) {
    const engine::Course course = engine::course_of(simulation_.slot(fd));
    return engine::driver_of(course) == engine::Driver::rearm && course.written != 0;
  }

  Simulation simulation_;
};

TEST_F(ConductorTest, TheKernelStandsBehindTheScheduleAndTakesOverWhenTheEngineStops) {
  const int fd = driven(asked(1500, 500, 5));
  EXPECT_EQ(values(fd), (KernelKeepAlive{Switch::on, 4, 3, 5}));
  simulation_.stalled = true;
  simulation_.run_for(4s + 5 * 3s + 20ms);
  EXPECT_EQ(simulation_.probes(fd).size(), 5U);
  EXPECT_EQ(simulation_.resets(fd).size(), 1U);
}

/// Instants of a silence since the last segment: N probes and the reset.
std::vector<Millis> silence_of(Simulation& simulation, int fd) {
  std::vector<Millis> instants = simulation.probes(fd);
  for (const Millis at : simulation.resets(fd)) instants.push_back(at);
  const Millis heard = simulation.kernel.socket(fd).heard_tick * 4ms - Millis{1h};
  std::erase_if(instants, [&](Millis at) { return at <= heard; });
  for (Millis& at : instants) at -= heard;
  return instants;
}

void expect_no_worse_than_the_kernel(const std::vector<Millis>& found,
                                     const policy::Timing& timing) {
  constexpr policy::Accuracy kAlone{policy::KeptBy::kernel, 4ms};
  ASSERT_EQ(found.size(), timing.probes + 1U);
  for (unsigned k = 0; k < found.size(); ++k) {
    const policy::Span span = policy::probe_span(timing, k + 1, kAlone);
    EXPECT_GE(found[k], span.earliest) << k;
    EXPECT_LE(found[k], span.latest + 4ms) << k;
  }
}

// Stopped for good, for longer than T, or for a moment; at any instant of a silence, and while the peer answers once.
TEST_F(ConductorTest, AnEngineThatStopsLeavesWhatTheKernelAloneWouldDo) {  // K-50, K-57
  constexpr std::array kTimings{asked(3000, 1000, 3), asked(2000, 2000, 2), asked(20'000, 5000, 4)};
  for (const policy::SourcedTiming& wanted : kTimings) {
    const Millis end = *policy::time_to_give_up(wanted.timing);
    const Millis idle = wanted.timing.idle;
    for (Millis stop = 0ms; stop < end; stop += end / 97) {
      for (const Millis pause : {40ms, 600ms, Millis{idle + 300ms}, 10 * end}) {
        SCOPED_TRACE(std::to_string(stop.count()) + " ms, for " + std::to_string(pause.count()));
        Simulation each;
        each.kernel.coarse_timers = true;
        each.run_for(stop % 64 + 3ms);  // In another phase of the wheel.
        const int silent = each.kernel.connect(kNobody);
        const int once = each.kernel.connect([](unsigned nth) { return nth == 2; });
        for (const int fd : {silent, once}) ASSERT_TRUE(each.switch_on(fd, wanted));
        each.run_for(stop);
        each.stalled = true;
        each.run_for(pause);
        each.stalled = false;
        each.run_for(4 * end);
        for (const int fd : {silent, once}) {
          EXPECT_FALSE(each.kernel.is_open(fd));
          expect_no_worse_than_the_kernel(silence_of(each, fd), wanted.timing);
        }
      }
    }
  }
}

TEST_F(ConductorTest, TheKernelHasTheValuesOfTheProgramAllTheTime) {  // K-57
  simulation_.kernel.coarse_timers = true;
  const int fd = driven(asked(3000, 1000, 3), [](unsigned nth) { return nth % 2 == 0; });
  for (int i = 0; i < 4000; ++i) {
    simulation_.run_for(5ms);
    ASSERT_EQ(values(fd), (KernelKeepAlive{Switch::on, 3, 1, 3})) << i;
  }
}

TEST_F(ConductorTest, AProbeBeyondTheSeriesDoesNotCount) {  // K-50, K-52
  simulation_.kernel.coarse_timers = true;
  const int fd = driven(asked(2000, 1000, 3));
  simulation_.run_for(2990ms);
  // Between the engine's question and its word the thread waits, and the kernel probes by its own timer.
  simulation_.host.interrupt = [&, calls = 0]() mutable {
    if (++calls == 1) simulation_.kernel.advance_to(simulation_.kernel.now() + 60ms);
  };
  unsigned before = 0;
  while (simulation_.probes(fd).size() < 3 && ++before < 2000) simulation_.run_for(4ms);
  simulation_.host.interrupt = [] {};
  simulation_.run_for(10s);
  const std::vector<Millis> found = silence_of(simulation_, fd);
  EXPECT_GE(found.back(), 5s);
  EXPECT_LE(found.back(), 5s + 200ms);
}

TEST_F(ConductorTest, ALookBehindManyOthersIsAsGoodAsTheFirst) {  // K-57
  simulation_.kernel.coarse_timers = true;
  const int fd = driven(asked(2000, 1000, 3));
  simulation_.run_for(2900ms);
  // All that are due are looked at with the instant at which the thread woke up.
  engine::Conductor& conductor = simulation_.conductor();
  const Instant woken = conductor.next_due();
  simulation_.kernel.advance_to(woken + 6ms);
  ASSERT_TRUE(conductor.run_first(woken));
  EXPECT_FALSE(conductor.run_first(woken));
  simulation_.run_for(9ms);
  EXPECT_EQ(simulation_.probes(fd).size(), 2U);
}

TEST_F(ConductorTest, ValuesThatChangeInASilenceSendNothingByThemselves) {  // K-50
  simulation_.kernel.coarse_timers = true;
  const int longer = driven(asked(2000, 1000, 9));
  const int shorter = driven(asked(4000, 2000, 9));
  simulation_.run_for(4500ms);
  ASSERT_EQ(simulation_.probes(longer).size(), 3U);
  ASSERT_EQ(simulation_.probes(shorter).size(), 1U);
  ASSERT_TRUE(
      simulation_.switch_on(longer, asked(3000, 1000, 9)));  // Three probes: the next at 6 s.
  ASSERT_TRUE(simulation_.switch_on(shorter, asked(2000, 3000, 9)));  // One: the next at 5 s.
  simulation_.run_for(490ms);
  EXPECT_EQ(simulation_.probes(shorter).size(), 1U);
  simulation_.run_for(30ms);
  EXPECT_EQ(simulation_.probes(shorter).size(), 2U);
  simulation_.run_for(970ms);
  EXPECT_EQ(simulation_.probes(longer).size(), 3U);
  simulation_.run_for(30ms);
  EXPECT_EQ(simulation_.probes(longer).size(), 4U);
}

TEST_F(ConductorTest, AStoppedEngineThatComesBackSendsNoBurst) {
  const int fd = driven(asked(1500, 500, 5));
  simulation_.run_for(1650ms);
  simulation_.stalled = true;
  simulation_.run_for(960ms);
  simulation_.stalled = false;
  simulation_.run_for(3s);
  const std::vector<Millis> probes = simulation_.probes(fd);
  ASSERT_EQ(probes.size(), 5U);
  for (std::size_t k = 1; k < probes.size(); ++k) EXPECT_GE(probes[k] - probes[k - 1], 496ms) << k;
  EXPECT_GE(simulation_.resets(fd).at(0), probes.back() + 496ms);
}

TEST_F(ConductorTest, ASocketHeldByAThreadIsToldAgain) {
  const int fd = driven(asked(1500, 300, 5));
  simulation_.run_for(1498ms);
  simulation_.kernel.hold(fd, 15ms);
  simulation_.run_for(40ms);
  const std::vector<Millis> probes = simulation_.probes(fd);
  ASSERT_EQ(probes.size(), 1U);
  EXPECT_LE(probes[0], 1498ms + 15ms + 16ms);  // The kernel alone would take 48 ms.
}

TEST_F(ConductorTest, UnreadDataDoesNotLeadTheCountAstray) {  // K-52
  const int fd = driven(asked(1500, 500, 6));
  simulation_.run_for(2020ms);
  ASSERT_EQ(simulation_.probes(fd).size(), 2U);
  simulation_.kernel.peer_sends(fd, /*while_unread=*/true);
  simulation_.run_for(5s);
  EXPECT_EQ(simulation_.probes(fd).size(), 2U + 6U);
}

TEST_F(ConductorTest, TwoHundredFiftyFiveProbesAlsoAfterUnreadData) {  // K-57
  const int fd = driven(asked(1000, 20, 255));
  simulation_.run_for(1050ms);
  const std::size_t before = simulation_.probes(fd).size();
  ASSERT_GT(before, 1U);
  simulation_.kernel.peer_sends(fd, /*while_unread=*/true);
  simulation_.run_for(1s + 255 * 20ms - 50ms);
  EXPECT_TRUE(simulation_.kernel.is_open(fd));
  simulation_.run_for(200ms);
  EXPECT_FALSE(simulation_.kernel.is_open(fd));
  EXPECT_EQ(simulation_.probes(fd).size(), before + 255);
}

TEST_F(ConductorTest, AUserTimeoutOfTheProgramNeitherHastensNorDelaysTheEnd) {  // K-76
  for (const int user_timeout : {1, 2000, 3'600'000}) {
    const int fd = simulation_.kernel.connect(kNobody);
    const auto begin = std::chrono::floor<Millis>(simulation_.kernel.now() - Instant{1h});
    simulation_.kernel.socket(fd).user_timeout = user_timeout;
    ASSERT_TRUE(simulation_.switch_on(fd, asked(2000, 1000, 4)));
    EXPECT_EQ(simulation_.driver(fd), DriverKind::rearm);
    simulation_.run_for(2s + 4 * 1s - 100ms);
    EXPECT_EQ(simulation_.kernel.socket(fd).user_timeout, user_timeout);
    simulation_.run_for(99ms);
    EXPECT_TRUE(simulation_.kernel.is_open(fd)) << user_timeout;
    simulation_.run_for(10ms);
    EXPECT_FALSE(simulation_.kernel.is_open(fd)) << user_timeout;
    EXPECT_GE(simulation_.resets(fd).at(0) - begin, 6s);
    EXPECT_EQ(simulation_.probes(fd).size(), 4U);
  }
}

TEST_F(ConductorTest, AUserTimeoutIsTheProgramsWhileDataIsOnItsWay) {  // K-76, K-91
  const int fd = driven(asked(1000, 60'000, 200));
  simulation_.kernel.socket(fd).user_timeout = 5000;
  simulation_.run_for(1s + 30ms);  // A probe is out, and the engine has looked again.
  EXPECT_EQ(simulation_.kernel.socket(fd).user_timeout, 5000);
  simulation_.run_for(130 * 60s);
  EXPECT_GT(simulation_.probes(fd).size(), 127U);
  EXPECT_EQ(simulation_.kernel.socket(fd).user_timeout, 5000);
}

TEST_F(ConductorTest, AUserTimeoutSetWhileOursIsInPlaceStays) {  // K-76
  const int fd = driven(asked(1000, 60'000, 5));
  simulation_.kernel.socket(fd).user_timeout = 5000;
  while (simulation_.kernel.socket(fd).user_timeout == 5000) simulation_.run_for(1ms);
  simulation_.kernel.socket(fd).user_timeout = 7000;
  simulation_.run_for(30ms);
  EXPECT_EQ(simulation_.kernel.socket(fd).user_timeout, 7000);
}

TEST_F(ConductorTest, ALimitOfRetransmissionNeverDecidesAboutTheEnd) {  // K-76
  for (const Millis when : {500ms, 2001ms, 2010ms, 3002ms, 3500ms}) {  // Some while a probe is due.
    for (const int limit : {1, 2500, 60'000}) {
      const int fd = driven(asked(2000, 1000, 4));
      const auto begin = std::chrono::floor<Millis>(simulation_.kernel.now() - Instant{1h});
      EXPECT_TRUE(has_its_values(fd));
      simulation_.run_for(when);
      ASSERT_TRUE(simulation_.limit_retransmission(fd, limit));
      EXPECT_FALSE(has_its_values(fd));
      simulation_.run_for(6s - 100ms - when);
      EXPECT_EQ(simulation_.kernel.socket(fd).user_timeout, limit);
      simulation_.run_for(99ms);
      EXPECT_TRUE(simulation_.kernel.is_open(fd)) << limit;
      simulation_.run_for(12ms);
      EXPECT_FALSE(simulation_.kernel.is_open(fd)) << limit;
      EXPECT_GE(simulation_.resets(fd).at(0) - begin, 6s);
      EXPECT_EQ(simulation_.probes(fd).size(), 4U);
    }
  }
}

TEST_F(ConductorTest, ALimitSetWhileOursIsInPlaceComesAfterIt) {  // K-76
  const int fd = driven(asked(1000, 60'000, 5));
  ASSERT_TRUE(simulation_.limit_retransmission(fd, 5000));
  while (simulation_.kernel.socket(fd).user_timeout == 5000) simulation_.run_for(1ms);
  const int ours = simulation_.kernel.socket(fd).user_timeout;
  ASSERT_TRUE(simulation_.limit_retransmission(fd, 7000));
  EXPECT_EQ(simulation_.kernel.socket(fd).user_timeout, ours);
  simulation_.run_for(100ms);
  EXPECT_EQ(simulation_.kernel.socket(fd).user_timeout, 7000);
}

TEST_F(ConductorTest, WithoutALimitTheKernelHasTheTimesAgain) {  // K-76
  const int fd = driven(asked(2000, 1000, 4));
  ASSERT_TRUE(simulation_.limit_retransmission(fd, 5000));
  ASSERT_TRUE(simulation_.limit_retransmission(fd, 0));
  EXPECT_EQ(values(fd), (KernelKeepAlive{Switch::on, 2, 1, 4}));
  // Also where keep-alive was off meanwhile.
  simulation_.switch_off(fd);
  ASSERT_TRUE(simulation_.limit_retransmission(fd, 5000));
  ASSERT_TRUE(simulation_.switch_on(fd, asked(2000, 1000, 4)));
  EXPECT_FALSE(has_its_values(fd));
}

TEST_F(ConductorTest, WholeSecondsAreKeptAlsoIfTheThreadMustWaitForItsTurn) {  // K-57
  simulation_.engine_delay = 50ms;
  const int whole = driven(asked(2000, 1000, 200));
  const int broken = driven(asked(2500, 1500, 200));
  simulation_.run_for(10s);
  EXPECT_EQ(simulation_.driver(whole), DriverKind::rearm);
  const std::vector<Millis> probes = simulation_.probes(whole);
  ASSERT_EQ(probes.size(), 8U);
  for (std::size_t k = 0; k < probes.size(); ++k) {
    EXPECT_GE(probes[k], 2s + k * 1s);
    EXPECT_LE(probes[k], 2s + k * 1s + 9ms);
  }
  EXPECT_GE(simulation_.probes(broken)[0], 2550ms);  // The kernel cannot be told of these.
  // What is heard meanwhile holds the probe back.
  const int lively = driven(asked(2000, 1000, 200));
  simulation_.run_for(1990ms);
  simulation_.kernel.peer_sends(lively);
  simulation_.run_for(1990ms);
  EXPECT_TRUE(simulation_.probes(lively).empty());
  simulation_.run_for(30ms);
  EXPECT_EQ(simulation_.probes(lively).size(), 1U);
}

TEST_F(ConductorTest, LongerThanTheKernelCanSayTheSwitchRestsInBetween) {  // K-57
  Simulation scaled{/*longest_idle_s=*/4};  // As if 32767 s were 4 s.
  const int fd = scaled.kernel.connect(kNobody);
  ASSERT_TRUE(scaled.switch_on(fd, asked(9500, 6000, 3)));
  EXPECT_EQ(scaled.kernel.socket(fd).values.on, Switch::off);
  scaled.run_for(9499ms);
  EXPECT_EQ(scaled.probes(fd).size(), 0U);
  scaled.run_for(3 * 6s + 20ms);
  const std::vector<Millis> probes = scaled.probes(fd);
  ASSERT_EQ(probes.size(), 3U);
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_GE(probes[k], 9500ms + k * 6000ms);
    EXPECT_LE(probes[k], 9509ms + k * 6000ms);
  }
  EXPECT_EQ(scaled.resets(fd).size(), 1U);
}

TEST_F(ConductorTest, FortyNineDaysAreWaitedFor) {  // K-57
  struct Case {
    std::uint32_t idle;
    std::uint8_t probes;
  };
  for (const auto& [idle, probes] : {Case{4'000'000'000, 100}, Case{2'000'000'000, 255}}) {
    const int fd = driven(asked(idle, 60, probes));
    simulation_.run_for(Millis{idle} - 1ms);
    EXPECT_EQ(simulation_.probes(fd).size(), 0U);
    simulation_.run_for(probes * 60ms + 20ms);
    EXPECT_EQ(simulation_.probes(fd).size(), probes);
    EXPECT_EQ(simulation_.resets(fd).size(), 1U);
  }
}

// TCP_USER_TIMEOUT, which keeps the kernel from ending by its count, cannot say more than 2^31 - 1 ms: then the kernel
// sends as many probes as it can, and the end waits all the same.
TEST_F(ConductorTest, ALongerSilenceThanAUserTimeoutCanSayEndsInTime) {  // K-52, K-57
  for (const std::uint32_t idle : {4'000'000'000U, 2'147'480'000U}) {
    for (const int user_timeout : {0, 5000}) {
      const int fd = driven(asked(idle, 60, 255));
      simulation_.kernel.socket(fd).user_timeout = user_timeout;
      simulation_.run_for(Millis{idle} + 255 * 60ms - 5ms);
      EXPECT_TRUE(simulation_.kernel.is_open(fd)) << idle << ' ' << user_timeout;
      EXPECT_EQ(simulation_.kernel.socket(fd).user_timeout, user_timeout);
      EXPECT_GE(simulation_.probes(fd).size(), 126U);
      simulation_.run_for(20ms);
      EXPECT_FALSE(simulation_.kernel.is_open(fd)) << idle << ' ' << user_timeout;
    }
  }
}

TEST_F(ConductorTest, AnActiveConnectionCostsOneLookPerIdleTime) {
  const int fd = driven(asked(1500, 300, 5));
  for (int i = 0; i < 1000; ++i) {
    simulation_.kernel.peer_sends(fd);
    simulation_.run_for(15ms);
  }
  EXPECT_EQ(simulation_.probes(fd).size(), 0U);
  EXPECT_LE(simulation_.looks, 11U);
}

TEST_F(ConductorTest, ValuesOfTheKernelAloneNeverWakeTheEngine) {
  driven(by_kernel(asked(2000, 1000, 5)));
  driven(asked(1500, 300, 0));
  EXPECT_TRUE(simulation_.conductor().idle());
}

TEST_F(ConductorTest, ValuesOfSomebodyOutsideBecomeTheSockets) {
  const int fd = driven(asked(1500, 300, 5));
  simulation_.run_for(100ms);
  ASSERT_TRUE(simulation_.kernel.set_idle(fd, 7));
  ASSERT_TRUE(simulation_.kernel.set_interval(fd, 2));
  ASSERT_TRUE(simulation_.kernel.set_count(fd, 3));
  simulation_.run_for(11s);
  EXPECT_TRUE(has_its_values(fd));
  simulation_.run_for(2s + 10ms);
  EXPECT_EQ(simulation_.driver(fd), DriverKind::rearm);
  const policy::SourcedTiming wanted = engine::wanted_of(simulation_.slot(fd));
  EXPECT_EQ(wanted.timing, asked(7000, 2000, 3).timing);
  EXPECT_EQ(wanted.idle_from, Source::outside);
  EXPECT_EQ(wanted.probes_from, Source::outside);
  EXPECT_EQ(simulation_.probes(fd), (std::vector<Millis>{7004ms, 9004ms, 11004ms}));
  EXPECT_FALSE(simulation_.kernel.is_open(fd));
}

TEST_F(ConductorTest, AnIntervalSetOutsideHoldsFromTheFirstUnansweredProbeOn) {
  const int fd = driven(asked(1500, 300, 5));
  ASSERT_TRUE(simulation_.kernel.set_interval(fd, 2));
  simulation_.run_for(10s);
  const std::vector<Millis> probes = simulation_.probes(fd);
  ASSERT_GE(probes.size(), 3U);
  EXPECT_LE(probes[0], 1508ms);
  EXPECT_GE(probes[1] - probes[0], 1996ms);
  EXPECT_EQ(engine::wanted_of(simulation_.slot(fd)).interval_from, Source::outside);
}

TEST_F(ConductorTest, AnAnsweredProbeCostsSevenCalls) {
  driven(asked(10'000, 500, 5), [](unsigned) { return true; });
  simulation_.run_for(11s);
  const unsigned before = simulation_.kernel.calls;
  simulation_.run_for(10 * 10s + 1s);
  EXPECT_GE(simulation_.kernel.calls - before, 10U * 5);
  EXPECT_LE(simulation_.kernel.calls - before, 10U * 7 + 2);
}

TEST_F(ConductorTest, ManyConnectionsShareFewWakeUps) {
  for (int i = 0; i < 500; ++i) {
    driven(asked(2'000, 500, 5), [](unsigned) { return true; });
    simulation_.run_for(4ms);
  }
  simulation_.run_for(2s);
  const unsigned before = simulation_.wakes;
  simulation_.run_for(10s);
  EXPECT_GE(simulation_.wakes - before, 10U * 50);
  EXPECT_LE(simulation_.wakes - before, 10U * 65);  // Of 250 ticks a second, every fourth.
}

TEST_F(ConductorTest, SwitchedOffFromOutsideItIsLeftAlone) {
  const int fd = driven(asked(1500, 300, 5));
  ASSERT_TRUE(simulation_.kernel.set_switch(fd, Switch::off));
  simulation_.run_for(1min);
  EXPECT_EQ(simulation_.probes(fd).size(), 0U);
  EXPECT_EQ(simulation_.driver(fd), DriverKind::off);
  EXPECT_TRUE(simulation_.conductor().idle());
}

TEST_F(ConductorTest, SwitchedOnBeforeConnectingItHoldsOnTheConnection) {  // K-34
  const int fd = simulation_.kernel.unconnected();
  ASSERT_TRUE(simulation_.switch_on(fd, asked(1500, 500, 5)));
  simulation_.run_for(10s);
  simulation_.kernel.set_peer(fd, kNobody);
  simulation_.kernel.establish(fd);
  simulation_.run_for(1500ms + 5 * 500ms + 20ms);
  ASSERT_EQ(simulation_.probes(fd).size(), 5U);
  EXPECT_GE(simulation_.probes(fd)[0], 11'496ms);  // A segment's tick began up to 4 ms before it.
  EXPECT_LE(simulation_.probes(fd)[0], 11'509ms);
  EXPECT_TRUE(simulation_.conductor().idle());
}

TEST_F(ConductorTest, RepairWaitsForTheConnection) {
  simulation_.kernel.allows_repair = true;
  const int fd = simulation_.kernel.unconnected();
  ASSERT_TRUE(simulation_.switch_on(fd, asked(300, 50, 12)));
  EXPECT_EQ(simulation_.driver(fd), DriverKind::repair) << "what it will be is told";
  simulation_.run_for(10s);
  EXPECT_LE(simulation_.looks, 40U);
  simulation_.kernel.establish(fd);
  simulation_.conductor().reconsider(fd, simulation_.slot(fd), engine::Driving::possible,
                                     simulation_.kernel.now());
  EXPECT_EQ(simulation_.driver(fd), DriverKind::repair);
  simulation_.run_for(310ms);
  EXPECT_EQ(simulation_.probes(fd).size(), 1U);
}

TEST_F(ConductorTest, RepairIsInTimeWhenNobodyTellsOfTheConnection) {
  for (const auto after : {0ms, 40ms, 299ms, 301ms, 890ms}) {
    SCOPED_TRACE(after.count());
    const int fd = simulation_.kernel.unconnected();
    simulation_.kernel.allows_repair = true;
    ASSERT_TRUE(simulation_.switch_on(fd, asked(300, 600, 4)));
    simulation_.run_for(after);
    simulation_.kernel.establish(fd);
    simulation_.kernel.set_peer(fd, kNobody);
    simulation_.run_for(320ms);
    EXPECT_EQ(simulation_.probes(fd).size(), 1U);
    EXPECT_EQ(simulation_.driver(fd), DriverKind::repair);
  }
}

TEST_F(ConductorTest, WithoutTheRightWhatIsNotConnectedIsLate) {
  const int fd = simulation_.kernel.unconnected();
  ASSERT_TRUE(simulation_.switch_on(fd, asked(300, 50, 12)));
  EXPECT_EQ(simulation_.driver(fd), DriverKind::late);
  simulation_.run_for(10s);
  EXPECT_LE(simulation_.looks, 20U);
}

TEST_F(ConductorTest, AListenerHandsDownWholeSecondsAndIsNotDriven) {  // K-41
  const int fd = simulation_.kernel.listen();
  ASSERT_TRUE(simulation_.switch_on(fd, asked(1500, 300, 5)));
  EXPECT_EQ(values(fd), (KernelKeepAlive{Switch::on, 2, 1, 5}));
  EXPECT_TRUE(simulation_.conductor().idle());
}

TEST_F(ConductorTest, AfterThePeerHasClosedRepairGivesWayToRearm) {
  simulation_.kernel.allows_repair = true;
  const int fd = driven(asked(2000, 4, 200));
  ASSERT_EQ(simulation_.driver(fd), DriverKind::repair);
  simulation_.kernel.peer_closes(fd);
  const policy::Series series{asked(2000, 8, 200).timing};  // Two ticks are the least there.
  simulation_.run_for(series.due(series.probes()) + 20ms);
  EXPECT_EQ(simulation_.driver(fd), DriverKind::late);
  EXPECT_EQ(simulation_.probes(fd).size(), series.probes());
  EXPECT_EQ(simulation_.resets(fd).size(), 1U);
}

TEST_F(ConductorTest, WithoutTheRightAnyMoreRepairBecomesLate) {
  simulation_.kernel.allows_repair = true;
  const int fd = driven(asked(300, 300, 5), [](unsigned) { return true; });
  simulation_.run_for(700ms);
  simulation_.kernel.allows_repair = false;
  simulation_.run_for(2s);
  EXPECT_EQ(simulation_.driver(fd), DriverKind::late);
  EXPECT_TRUE(simulation_.kernel.is_open(fd));
}

TEST_F(ConductorTest, WhereDestroyIsRefusedTheKernelEndsIt) {
  simulation_.kernel.allows_repair = true;
  simulation_.kernel.allows_destroy = false;
  const auto wanted = asked(700, 500, 4);
  const int fd = driven(wanted);
  const Millis end = *policy::time_to_give_up(wanted.timing);
  simulation_.run_for(end + 20ms);
  EXPECT_FALSE(simulation_.kernel.is_open(fd));
  EXPECT_GE(simulation_.resets(fd).at(0), end);
  // All that were asked for had their time; one more is the kernel's way to the end.
  EXPECT_EQ(simulation_.probes(fd).size(), 5U);
  EXPECT_GE(simulation_.probes(fd)[4], end);
  EXPECT_EQ(engine::close_cause_from_records(simulation_.kernel, fd, simulation_.kernel.error(fd)),
            engine::CloseCause::keep_alive);
}

TEST_F(ConductorTest, ALinuxPeerThatAnswersTwiceASecondIsNotGivenUp) {  // K-52, K-59
  struct Case {
    std::uint32_t idle, interval;
    std::uint8_t probes;
    bool privileged;
  };
  for (const auto& [idle, interval, probes, privileged] :
       {Case{200, 50, 5, true}, Case{200, 70, 5, true}, Case{200, 100, 3, true},
        Case{1500, 80, 5, false}, Case{1, 1, 2, true}, Case{100, 100, 1, true}}) {
    simulation_.kernel.allows_repair = privileged;
    simulation_.kernel.answers_at_most_every = 500ms;
    // Every third answer is lost besides.
    const int fd = driven(asked(idle, interval, probes),
                          [probes = probes](unsigned nth) { return probes == 1 || nth % 3 != 0; });
    simulation_.run_for(30s);
    EXPECT_TRUE(simulation_.kernel.is_open(fd)) << idle << ' ' << interval << ' ' << int{probes};
  }
}

TEST_F(ConductorTest, LongerTimesMoveTheNextProbeAndKeepTheCount) {  // K-50
  const int fd = driven(asked(1500, 500, 5));
  simulation_.run_for(2100ms);
  ASSERT_EQ(simulation_.probes(fd).size(), 2U);
  ASSERT_TRUE(simulation_.switch_on(fd, asked(2500, 600, 5)));
  simulation_.run_for(2500ms + 5 * 600ms - 2100ms + 20ms);
  const std::vector<Millis> probes = simulation_.probes(fd);
  ASSERT_EQ(probes.size(), 5U);
  EXPECT_GE(probes[2], 2500ms + 2 * 600ms);
  EXPECT_LE(probes[2], 2500ms + 2 * 600ms + 9ms);
  EXPECT_EQ(simulation_.resets(fd).size(), 1U);
}

TEST_F(ConductorTest, ShorterTimesProbeAtOnce) {  // K-50
  const int fd = driven(asked(60'000, 1500, 5));
  simulation_.run_for(10s);
  ASSERT_TRUE(simulation_.switch_on(fd, asked(1500, 500, 5)));
  simulation_.run_for(9ms);
  EXPECT_EQ(simulation_.probes(fd).size(), 1U);
  simulation_.run_for(3s);
  EXPECT_EQ(simulation_.probes(fd).size(), 5U);
}

TEST_F(ConductorTest, WhatIsNotTcpIsRefusedBeforeAnythingChanges) {
  EXPECT_FALSE(simulation_.switch_on(77, asked(1500, 300, 5)));
  EXPECT_TRUE(simulation_.conductor().idle());
}

}  // namespace
}  // namespace wsalive::test
