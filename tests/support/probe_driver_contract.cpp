#include "support/probe_driver_contract.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;

/// Each of `count` probes of a silence from `from` on at its instant, or later by what the world allows.
void expect_in_time(DriverWorld& world, const Drive& drive, Millis from, unsigned count) {
  const std::vector<Millis> probes = world.probes();
  ASSERT_GE(probes.size(), count);
  for (unsigned k = 0; k < count; ++k) {
    const Millis late = probes[k] - (from + drive.probe(k));
    EXPECT_GE(late, -world.slack().early) << "probe " << k << " is early";
    EXPECT_LE(late, world.slack().late) << "probe " << k << " is late";
  }
}

void is_the_chosen_one(DriverWorld& world, const Drive& drive) {
  ASSERT_TRUE(world.switch_on(drive.wanted));
  EXPECT_EQ(world.driver(), drive.driver);
}

void a_silent_peer_is_probed_n_times_and_given_up(DriverWorld& world, const Drive& drive) {
  world.fall_silent();
  ASSERT_TRUE(world.switch_on(drive.wanted));
  const Millis begin = world.heard();
  world.run_until(begin + drive.end() - world.slack().margin);
  EXPECT_TRUE(world.is_open());
  world.run_until(begin + drive.end() + world.slack().late + 50ms);
  expect_in_time(world, drive, begin, drive.count());
  EXPECT_EQ(world.probes().size(), drive.count());
  const std::vector<Millis> resets = world.resets();
  ASSERT_EQ(resets.size(), 1U);
  EXPECT_GE(resets[0], begin + drive.end() - world.slack().early);
  EXPECT_LE(resets[0], begin + drive.end() + world.slack().late);
  EXPECT_FALSE(world.is_open());
}

void an_answer_starts_the_idle_time_again(DriverWorld& world, const Drive& drive) {
  ASSERT_TRUE(world.switch_on(drive.wanted));
  world.run_until(world.heard() + 3 * (drive.idle() + world.slack().late + 11ms));
  const std::vector<Millis> probes = world.probes();
  ASSERT_GE(probes.size(), 3U);
  for (std::size_t k = 1; k < 3; ++k) {
    EXPECT_GE(probes[k] - probes[k - 1], drive.idle() - world.slack().early) << k;
    EXPECT_LE(probes[k] - probes[k - 1], drive.idle() + world.slack().late + 5ms) << k;
  }
  EXPECT_TRUE(world.is_open());
}

void a_peer_that_comes_back_before_the_end_lives_on(DriverWorld& world, const Drive& drive) {
  ASSERT_TRUE(world.switch_on(drive.wanted));
  const Millis begin = world.heard();
  world.answer_only(drive.count(), drive);
  world.run_until(begin + drive.end() + std::min(20ms, drive.idle() / 4));
  EXPECT_TRUE(world.is_open());
  expect_in_time(world, drive, begin, drive.count());
  // And then the whole count again.
  const Millis answered = world.heard();
  EXPECT_GT(answered, begin);
  world.run_until(answered + drive.end() - 30ms - world.slack().margin);
  EXPECT_TRUE(world.is_open());
  world.run_until(answered + drive.end() + 30ms + world.slack().late);
  EXPECT_FALSE(world.is_open());
  EXPECT_EQ(world.probes().size(), 2 * drive.count());
}

void data_from_the_peer_is_an_answer(DriverWorld& world, const Drive& drive) {
  world.fall_silent();
  ASSERT_TRUE(world.switch_on(drive.wanted));
  world.run_until(world.heard() + drive.idle() + drive.interval() / 2);
  world.peer_sends();
  const std::size_t before = world.probes().size();
  const Millis heard = world.heard();
  world.run_until(heard + drive.idle() + world.slack().late + 4ms);
  const std::vector<Millis> probes = world.probes();
  ASSERT_GT(probes.size(), before);
  EXPECT_GE(probes[before], heard + drive.idle() - std::max(world.slack().early, 4ms));
}

void unacknowledged_data_is_not_probed(DriverWorld& world, const Drive& drive) {
  world.fall_silent();
  ASSERT_TRUE(world.switch_on(drive.wanted));
  const Millis begin = world.heard();
  world.run_until(begin + drive.idle() / 2);
  world.program_sends();
  world.run_until(begin + 2 * drive.end());
  EXPECT_EQ(world.probes().size(), 0U);
  world.peer_acknowledges();
  const Millis heard = world.heard();
  world.run_until(heard + drive.idle() - world.slack().margin);
  EXPECT_EQ(world.probes().size(), 0U);
  world.run_until(heard + std::max<Millis>(drive.idle(), 13ms) + drive.idle() + world.slack().late);
  EXPECT_GE(world.probes().size(), 1U);
}

void a_reset_ends_it_all(DriverWorld& world, const Drive& drive) {
  world.fall_silent();
  ASSERT_TRUE(world.switch_on(drive.wanted));
  const Millis begin = world.heard();
  world.run_until(begin + drive.idle() + 9ms);
  world.peer_resets();
  const std::size_t before = world.probes().size();
  world.run_until(begin + drive.idle() + drive.end() + world.slack().late);
  EXPECT_EQ(world.probes().size(), before);
  EXPECT_EQ(world.resets().size(), 0U);
  EXPECT_FALSE(world.is_driven());
}

void switched_off_it_sends_nothing(DriverWorld& world, const Drive& drive) {
  world.fall_silent();
  ASSERT_TRUE(world.switch_on(drive.wanted));
  const Millis begin = world.heard();
  world.run_until(begin + drive.idle() / 2);
  world.switch_off();
  world.run_until(begin + drive.end() + world.slack().late);
  EXPECT_EQ(world.probes().size(), 0U);
  EXPECT_TRUE(world.is_open());
  EXPECT_FALSE(world.is_driven());
}

void switched_on_in_the_middle_of_a_silence_it_counts_from_the_last_segment(DriverWorld& world,
                                                                            const Drive& drive) {
  world.fall_silent();
  const Millis begin = world.heard();
  world.run_until(begin + drive.idle() / 2);
  ASSERT_TRUE(world.switch_on(drive.wanted));
  world.run_until(begin + drive.idle() + world.slack().late);
  expect_in_time(world, drive, begin, 1);
}

void switched_on_after_a_longer_silence_it_probes_at_once(DriverWorld& world, const Drive& drive) {
  world.fall_silent();
  const Millis begin = world.heard();
  world.run_until(begin + 2 * drive.idle());
  ASSERT_TRUE(world.switch_on(drive.wanted));
  world.run_until(begin + 2 * drive.idle() + world.slack().late + world.slack().margin);
  const std::vector<Millis> probes = world.probes();
  ASSERT_GE(probes.size(), 1U);
  EXPECT_LE(probes[0], begin + 2 * drive.idle() + world.slack().late + world.slack().margin);
}

void another_socket_under_the_number_is_not_touched(DriverWorld& world, const Drive& drive) {
  world.fall_silent();
  ASSERT_TRUE(world.switch_on(drive.wanted));
  const Millis begin = world.heard();
  world.run_until(begin + drive.idle() / 2);
  world.put_another_socket_there();
  const os::KernelKeepAlive before = world.kernel_values();
  world.run_until(begin + drive.end() + world.slack().late);
  EXPECT_EQ(world.kernel_values(), before);
  EXPECT_TRUE(world.is_open());
  EXPECT_FALSE(world.is_driven());
}

void closed_without_a_word_it_is_forgotten(DriverWorld& world, const Drive& drive) {
  world.fall_silent();
  ASSERT_TRUE(world.switch_on(drive.wanted));
  const Millis begin = world.heard();
  world.run_until(begin + drive.idle() / 2);
  world.close_without_a_word();
  world.run_until(begin + drive.end() + world.slack().late);
  EXPECT_EQ(world.probes().size(), 0U);
  EXPECT_FALSE(world.is_driven());
}

}  // namespace

const std::array<Fact, 12> kDriverFacts{
    // clang-format off
    Fact{"IsTheChosenOne",                     is_the_chosen_one},
    Fact{"ASilentPeerIsProbedNTimesAndGivenUp", a_silent_peer_is_probed_n_times_and_given_up},  // K-50, K-52, K-57
    Fact{"AnAnswerStartsTheIdleTimeAgain",     an_answer_starts_the_idle_time_again},           // K-50
    Fact{"APeerThatComesBackBeforeTheEndLivesOn", a_peer_that_comes_back_before_the_end_lives_on},  // K-59
    Fact{"DataFromThePeerIsAnAnswer",          data_from_the_peer_is_an_answer},                // K-50
    Fact{"UnacknowledgedDataIsNotProbed",      unacknowledged_data_is_not_probed},              // K-58
    Fact{"AResetEndsItAll",                    a_reset_ends_it_all},                            // K-92
    Fact{"SwitchedOffItSendsNothing",          switched_off_it_sends_nothing},                  // K-56
    Fact{"SwitchedOnInTheMiddleOfASilenceItCountsFromTheLastSegment",
         switched_on_in_the_middle_of_a_silence_it_counts_from_the_last_segment},               // K-50
    Fact{"SwitchedOnAfterALongerSilenceItProbesAtOnce",
         switched_on_after_a_longer_silence_it_probes_at_once},                                 // K-50
    Fact{"AnotherSocketUnderTheNumberIsNotTouched", another_socket_under_the_number_is_not_touched},
    Fact{"ClosedWithoutAWordItIsForgotten",    closed_without_a_word_it_is_forgotten},
    // clang-format on
};

}  // namespace wsalive::test
