// The contract of every probe driver over the simulated kernel, in virtual time: the same facts for
// native, rearm, repair and late.

#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "support/probe_driver_contract.hpp"
#include "support/simulation.hpp"

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;
using policy::DriverKind;

constexpr policy::SourcedTiming kWhole = asked(2000, 1000, 5);
constexpr policy::SourcedTiming kRearm = asked(1500, 300, 5);
constexpr policy::SourcedTiming kRepair = asked(300, 50, 12);
constexpr policy::SourcedTiming kLong = asked(7'200'500, 1500, 10);

const Drive kDrives[] = {
    {"Native", by_kernel(kWhole), false, DriverKind::native, kWhole.timing},
    {"RearmPlain", kWhole, false, DriverKind::rearm, kWhole.timing},
    {"RearmPlainTwoHours", asked(7'200'000, 1000, 10), false, DriverKind::rearm,
     asked(7'200'000, 1000, 10).timing},
    {"RearmPlainOneProbe", asked(3000, 3000, 1), false, DriverKind::rearm,
     asked(3000, 3000, 1).timing},
    {"RearmPlainMost", asked(5000, 1000, 126), false, DriverKind::rearm,
     asked(5000, 1000, 126).timing},
    {"RearmAsManyAsTheKernel", asked(5000, 1000, 127), false, DriverKind::rearm,
     asked(5000, 1000, 127).timing},
    {"Rearm", kRearm, false, DriverKind::rearm, kRearm.timing},
    {"RearmWholeSeconds", asked(2000, 500, 5), false, DriverKind::rearm,
     asked(2000, 500, 5).timing},
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
    {"LateByRearmPlain", asked(300, 1000, 3), false, DriverKind::late, asked(1000, 1000, 3).timing},
    {"LateByKernel", by_kernel(asked(1500, 900, 3)), false, DriverKind::late,
     asked(2000, 1000, 3).timing},
};

class SimulatedWorld final : public DriverWorld {
 public:
  explicit SimulatedWorld(const Drive& drive) {
    simulation_.kernel.allows_repair = drive.privileged;
    // What is driven is exact although the kernel's own timers are not.
    simulation_.kernel.coarse_timers = drive.wanted.precision == policy::Precision::exact;
    fd_ = simulation_.kernel.connect();
  }

  [[nodiscard]] Slack slack() const override { return {.early = 0ms, .late = 9ms, .margin = 1ms}; }
  void run_until(Millis instant) override {
    if (instant > now()) simulation_.run_for(instant - now());
  }

  bool switch_on(const policy::SourcedTiming& wanted) override {
    return simulation_.switch_on(fd_, wanted).has_value();
  }
  void switch_off() override { simulation_.switch_off(fd_); }
  void program_sends() override { kernel().program_sends(fd_); }
  void close_without_a_word() override { kernel().close(fd_); }
  void put_another_socket_there() override {
    kernel().reuse(fd_, kernel().connect([](unsigned) { return false; }));
  }

  void fall_silent() override {
    kernel().set_peer(fd_, [](unsigned) { return false; });
  }
  void answer_only(unsigned nth, const Drive& /*drive*/) override {
    kernel().set_peer(fd_, [nth](unsigned probe) { return probe == nth; });
  }
  void peer_sends() override { kernel().peer_sends(fd_); }
  void peer_acknowledges() override { kernel().peer_acknowledges(fd_); }
  void peer_resets() override { kernel().peer_resets(fd_); }

  Millis heard() override { return since(Instant{kernel().socket(fd_).heard_tick * 4ms}); }
  std::vector<Millis> probes() override { return simulation_.probes(fd_); }
  std::vector<Millis> resets() override { return simulation_.resets(fd_); }
  bool is_open() override { return kernel().is_open(fd_); }
  DriverKind driver() override { return simulation_.driver(fd_); }
  os::KernelKeepAlive kernel_values() override { return kernel().socket(fd_).values; }
  bool is_driven() override { return !simulation_.conductor().idle(); }

 private:
  SimulatedKernel& kernel() { return simulation_.kernel; }
  Millis since(Instant instant) const { return std::chrono::floor<Millis>(instant - begin_); }
  Millis now() { return since(kernel().now()); }

  Simulation simulation_;
  Instant begin_ = simulation_.kernel.now();
  int fd_ = -1;
};

class SimulatedDrivers : public testing::TestWithParam<std::tuple<Drive, Fact>> {};

TEST_P(SimulatedDrivers, KeepTheContract) {  // K-50, K-52, K-56 to K-59, K-92
  const auto& [drive, fact] = GetParam();
  SimulatedWorld world{drive};
  fact.holds(world, drive);
}

INSTANTIATE_TEST_SUITE_P(Contract, SimulatedDrivers,
                         testing::Combine(testing::ValuesIn(kDrives),
                                          testing::ValuesIn(kDriverFacts)),
                         [](const auto& each) {
                           return std::string{std::get<0>(each.param).name} + "_" +
                                  std::string{std::get<1>(each.param).name};
                         });

}  // namespace
}  // namespace wsalive::test
