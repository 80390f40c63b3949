// What is left of a change of keep-alive that the kernel refuses half-way: the switch, the values and the driver that were there.

#include <gtest/gtest.h>

#include <cerrno>

#include "engine/conductor.hpp"
#include "support/asked.hpp"
#include "support/simulation.hpp"

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;

class Refusals : public testing::Test {
 protected:
  Simulation simulation_;
};

TEST_F(Refusals, ARefusedStartLeavesSwitchAndValuesAsTheyWere) {
  engine::Conductor& conductor = simulation_.conductor();
  for (const bool kernel_is_on : {false, true}) {  // As after the program's own setsockopt.
    const int fd = simulation_.kernel.connect();
    engine::Slot& slot = simulation_.slot(fd);
    conductor.note(fd, slot, {.on = false, .wanted = asked(60'000, 7'000, 4)});
    const auto known = kernel_is_on ? engine::KernelSwitch::on : engine::KernelSwitch::unknown;
    if (kernel_is_on) (void)simulation_.kernel.set_switch(fd, os::Switch::on);
    simulation_.kernel.value_error = ENOMEM;
    EXPECT_FALSE(conductor.start(fd, slot, {asked(1500, 300, 5), known}, simulation_.kernel.now()));
    simulation_.kernel.value_error = 0;
    const bool is_on = *simulation_.kernel.keep_alive_switch(fd) == os::Switch::on;
    EXPECT_EQ(is_on, !kernel_is_on);  // Else the switch of a socket without an owner is not known.
    EXPECT_TRUE(conductor.idle());
    EXPECT_EQ(engine::kind_of(engine::course_of(slot)), engine::DriverKind::off);
    EXPECT_EQ(engine::wanted_of(slot).timing, asked(60'000, 7'000, 4).timing);
  }
}

TEST_F(Refusals, ARefusedChangeLeavesTheDriverAtWork) {
  const int fd = simulation_.kernel.connect();
  ASSERT_TRUE(simulation_.switch_on(fd, asked(1500, 300, 5)));
  simulation_.kernel.value_error = ENOMEM;
  EXPECT_FALSE(simulation_.switch_on(fd, asked(2500, 300, 5)));
  simulation_.kernel.value_error = 0;
  EXPECT_EQ(engine::wanted_of(simulation_.slot(fd)).timing, asked(1500, 300, 5).timing);
  simulation_.run_for(1600ms);
  EXPECT_EQ(simulation_.probes(fd).size(), 1U);
}

TEST_F(Refusals, AChangeToAnotherDriverIsTakenBackWhole) {
  const int fd = simulation_.kernel.connect();
  ASSERT_TRUE(simulation_.switch_on(fd, test::by_kernel(asked(60'000, 7'000, 4))));
  simulation_.kernel.value_error = ENOMEM;
  EXPECT_FALSE(simulation_.switch_on(fd, asked(1500, 300, 5)));
  simulation_.kernel.value_error = 0;
  const engine::Slot& slot = simulation_.slot(fd);
  EXPECT_EQ(engine::wanted_of(slot).timing, asked(60'000, 7'000, 4).timing);
  EXPECT_EQ(engine::driver_of(engine::course_of(slot)), engine::Driver::kernel);
  EXPECT_EQ(simulation_.kernel.values(fd)->idle_s, 60);
}

TEST_F(Refusals, ValuesForLaterLeaveWhyAConnectionEnded) {  // K-90
  const int fd = simulation_.kernel.connect();
  ASSERT_TRUE(simulation_.switch_on(fd, asked(1500, 300, 5)));
  engine::Slot& slot = simulation_.slot(fd);
  engine::change(slot, [](engine::Course& course) { course.given_up = 1; });
  EXPECT_FALSE(simulation_.conductor().keep_values(fd, slot, asked(45'000, 300, 5)));  // On.
  simulation_.switch_off(fd);
  EXPECT_TRUE(simulation_.conductor().keep_values(fd, slot, asked(45'000, 300, 5)));
  EXPECT_EQ(engine::course_of(slot).given_up, 1U);
  EXPECT_EQ(engine::wanted_of(slot).timing, asked(45'000, 300, 5).timing);
}

}  // namespace
}  // namespace wsalive::test
