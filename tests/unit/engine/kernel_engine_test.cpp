// The engine on real sockets of whole seconds, driven and by the kernel alone: which values are written, what
// a refusal leaves behind, and what is read back.
// labels: net

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <utility>

#include "base/owned.hpp"
#include "engine/make_engine.hpp"
#include "os/clock.hpp"
#include "policy/kernel_timer.hpp"
#include "support/asked.hpp"

namespace wsalive::engine {
namespace {

using policy::DwordMillis;
using test::asked;
using test::by_kernel;

std::pair<Fd, Fd> connected_pair() {
  const Fd listener{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(::bind(listener.get(), any, size), 0);
  EXPECT_EQ(::listen(listener.get(), 1), 0);
  EXPECT_EQ(::getsockname(listener.get(), any, &size), 0);
  Fd client{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  EXPECT_EQ(::connect(client.get(), any, size), 0);
  Fd server{::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)};
  return {std::move(client), std::move(server)};
}

int option(const Fd& fd, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  EXPECT_EQ(::getsockopt(fd.get(), level, name, &value, &size), 0);
  return value;
}

class KernelEngineTest : public testing::Test {
 protected:
  std::unique_ptr<Engine> engine_ = make_engine(os_host(), os::monotonic_clock());
  std::pair<Fd, Fd> pair_ = connected_pair();
  Fd& socket_ = pair_.first;

  int on() { return option(socket_, SOL_SOCKET, SO_KEEPALIVE); }
  os::KernelKeepAlive kernel() { return *os_host().values(socket_.get()); }
};

TEST_F(KernelEngineTest, TheKernelHasWholeSecondsAsTheyAre) {  // K-50, K-57, K-121
  for (const bool alone : {false, true}) {
    const auto wanted = alone ? by_kernel(asked(60'000, 7'000, 9)) : asked(60'000, 7'000, 9);
    ASSERT_TRUE(engine_->switch_on(socket_.get(), wanted));
    EXPECT_EQ(kernel(), (os::KernelKeepAlive{os::Switch::on, 60, 7, 9}));

    const auto found = engine_->in_force(socket_.get(), {});
    EXPECT_EQ(found.driver, alone ? DriverKind::native : DriverKind::rearm);
    EXPECT_EQ(found.wanted, wanted);
    EXPECT_EQ(found.actual, wanted.timing);
    EXPECT_GT(found.to_next_probe, std::chrono::seconds{58});
    EXPECT_LE(found.to_next_probe, std::chrono::seconds{60});
    EXPECT_GT(found.to_give_up, std::chrono::seconds{60 + 9 * 7 - 2});
    const auto exact = policy::driven_lateness(os_ticks().length);
    EXPECT_EQ(found.lateness <= exact, !alone) << found.lateness.count();
  }
}

TEST_F(KernelEngineTest, NoProbesLeavesTheKernelSwitchedOff) {  // K-53
  ASSERT_TRUE(engine_->switch_on(socket_.get(), asked(60'000, 7'000, 0)));
  EXPECT_EQ(on(), 0);
  const auto found = engine_->in_force(socket_.get(), asked(60'000, 7'000, 0));
  EXPECT_TRUE(found.on);
  EXPECT_EQ(found.driver, DriverKind::silent);
  EXPECT_EQ(found.to_give_up, std::nullopt);
  EXPECT_EQ(found.to_next_probe, std::nullopt);
}

TEST_F(KernelEngineTest, SwitchingOffKeepsTheValuesForTheNextTime) {  // K-56
  ASSERT_TRUE(engine_->switch_on(socket_.get(), asked(60'000, 7'000, 9)));
  ASSERT_TRUE(engine_->switch_off(socket_.get()));
  EXPECT_EQ(on(), 0);
  EXPECT_FALSE(engine_->in_force(socket_.get(), {}).on);
  ASSERT_TRUE(engine_->switch_on(socket_.get(), asked(60'000, 7'000, 9)));
  EXPECT_EQ(kernel(), (os::KernelKeepAlive{os::Switch::on, 60, 7, 9}));
}

/// Of the engine's threads in this process.
int threads() {
  int found = 0;
  for (const auto& each : std::filesystem::directory_iterator{"/proc/self/task"}) {
    std::string name;
    std::getline(std::ifstream{each.path() / "comm"}, name);
    found += name == "wsalive-engine" ? 1 : 0;
  }
  return found;
}

/// It names itself when it has begun.
bool has_begun() {
  for (int turn = 0; turn < 1000 && threads() == 0; ++turn) {
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return threads() == 1;
}

TEST_F(KernelEngineTest, WhoWantsToBeAloneHasTheKernelKeepAllAndNoThread) {
  auto other = connected_pair();
  ASSERT_TRUE(engine_->switch_on(socket_.get(), asked(60'000, 7'000, 9)));
  ASSERT_TRUE(engine_->switch_on(other.first.get(), asked(1'500, 300, 9)));
  EXPECT_TRUE(has_begun());
  engine_->leave_to_kernel();
  EXPECT_EQ(threads(), 0);
  EXPECT_EQ(kernel(), (os::KernelKeepAlive{os::Switch::on, 60, 7, 9}));
  EXPECT_EQ(*os_host().values(other.first.get()), (os::KernelKeepAlive{os::Switch::on, 2, 1, 9}));
  EXPECT_EQ(engine_->in_force(socket_.get(), {}).driver, DriverKind::native);
  EXPECT_EQ(engine_->in_force(other.first.get(), {}).driver, DriverKind::late);
  // And what comes later is driven again.
  ASSERT_TRUE(engine_->switch_on(other.first.get(), asked(1'500, 200, 9)));
  EXPECT_EQ(engine_->in_force(other.first.get(), {}).driver, DriverKind::rearm);
  EXPECT_TRUE(has_begun());
}

TEST_F(KernelEngineTest, ANewSocketUnderAnOldNumberGetsItsValues) {
  const int number = socket_.get();
  ASSERT_TRUE(engine_->switch_on(number, asked(60'000, 7'000, 9)));
  auto other = connected_pair();
  ASSERT_EQ(::dup3(other.first.get(), number, O_CLOEXEC), number);
  ASSERT_TRUE(engine_->switch_on(number, asked(60'000, 7'000, 9)));
  EXPECT_EQ(kernel(), (os::KernelKeepAlive{os::Switch::on, 60, 7, 9}));
}

TEST_F(KernelEngineTest, ValuesOfSomebodyOutsideAreInForce) {  // K-96
  ASSERT_TRUE(engine_->switch_on(socket_.get(), by_kernel(asked(60'000, 7'000, 9))));
  ASSERT_TRUE(os_host().set_idle(socket_.get(), 33));
  const auto found = engine_->in_force(socket_.get(), {});
  EXPECT_EQ(found.wanted.timing, (policy::Timing{DwordMillis{33'000}, DwordMillis{7'000}, 9}));
  EXPECT_EQ(found.wanted.idle_from, policy::Source::outside);
  EXPECT_EQ(found.wanted.interval_from, policy::Source::socket);
}

TEST_F(KernelEngineTest, AUserTimeoutThatTheEngineWasNotToldOfIsReadBack) {  // K-96
  ASSERT_TRUE(engine_->switch_on(socket_.get(), by_kernel(asked(60'000, 7'000, 9))));
  EXPECT_EQ(engine_->in_force(socket_.get(), {}).driver, DriverKind::native);
  // Until when: the first probe, or the first one at which the silence is as long.
  for (const auto& [user_timeout, probes] :
       {std::pair{1, 1U}, {60'000, 1U}, {67'001, 2U}, {6'060'000, 858U}}) {
    ASSERT_TRUE(os_host().set_user_timeout(socket_.get(), user_timeout));
    const auto found = engine_->in_force(socket_.get(), {});
    EXPECT_EQ(found.driver, DriverKind::late);
    EXPECT_EQ(found.probes_before_end, probes) << user_timeout;
    // Late probes may spare the last one.
    const auto by_values = *found.to_next_probe + probes * std::chrono::seconds{7};
    EXPECT_LE(*found.to_give_up, by_values);
    EXPECT_GE(*found.to_give_up, std::chrono::milliseconds{user_timeout} - std::chrono::seconds{2});
    EXPECT_GE(*found.to_give_up + found.lateness, by_values);
  }
}

// -- what an owner's socket was asked for ------------------------------------------------------

TEST_F(KernelEngineTest, ValuesAreKeptWhileOffAndTheSocketIsNotTouched) {  // K-56, K-70
  const os::KernelKeepAlive before = kernel();
  EXPECT_EQ(engine_->asked(socket_.get()), std::nullopt);
  ASSERT_TRUE(engine_->set_values(socket_.get(), asked(60'000, 7'000, 9)));
  EXPECT_EQ(kernel(), before);
  ASSERT_TRUE(engine_->asked(socket_.get()));
  EXPECT_FALSE(engine_->asked(socket_.get())->on);
  EXPECT_EQ(engine_->asked(socket_.get())->wanted.timing, asked(60'000, 7'000, 9).timing);
  ASSERT_TRUE(engine_->switch_off(socket_.get()));  // It is off, and stays so.
  EXPECT_EQ(kernel(), before);

  ASSERT_TRUE(engine_->switch_on(socket_.get(), engine_->asked(socket_.get())->wanted));
  ASSERT_TRUE(engine_->set_values(socket_.get(), asked(61'000, 7'000, 9)));  // At once while on.
  EXPECT_EQ(kernel(), (os::KernelKeepAlive{os::Switch::on, 61, 7, 9}));
  ASSERT_TRUE(engine_->switch_off(socket_.get()));
  ASSERT_TRUE(engine_->set_values(socket_.get(), asked(62'000, 7'000, 9)));
  ASSERT_TRUE(engine_->switch_on(socket_.get(), asked(62'000, 7'000, 9)));
  EXPECT_EQ(kernel(), (os::KernelKeepAlive{os::Switch::on, 62, 7, 9}));
}

TEST_F(KernelEngineTest, TheProgramsOwnMemorySwitches) {  // K-26
  const std::uint32_t yes = 256;
  const std::uint32_t no = 0;
  void* const nowhere = nullptr;
  const auto refused = engine_->set_switch(socket_.get(), nowhere, asked(60'000, 7'000, 9));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, EFAULT);
  EXPECT_EQ(on(), 0);
  EXPECT_EQ(engine_->asked(socket_.get()), std::nullopt);
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(engine_->set_switch(socket_.get(), &yes, asked(60'000, 7'000, 9)));
    EXPECT_TRUE(engine_->asked(socket_.get())->on);
    EXPECT_EQ(kernel(), (os::KernelKeepAlive{os::Switch::on, 60, 7, 9}));
    ASSERT_TRUE(engine_->set_switch(socket_.get(), &no, asked(60'000, 7'000, 9)));
    EXPECT_FALSE(engine_->asked(socket_.get())->on);
    EXPECT_EQ(on(), 0);
  }
}

TEST_F(KernelEngineTest, WhatAnotherSocketWasAskedForIsInForceFromTheNextSwitch) {  // K-41
  const os::KernelKeepAlive before = kernel();
  ASSERT_TRUE(engine_->take_over(socket_.get(), {.on = true, .wanted = asked(60'000, 7'000, 9)}));
  EXPECT_EQ(kernel(), before);
  EXPECT_TRUE(engine_->asked(socket_.get())->on);
  EXPECT_FALSE(engine_->in_force(socket_.get(), {}).on);  // As the kernel says.
  ASSERT_TRUE(engine_->limit_retransmission(socket_.get(), 5000));
  EXPECT_TRUE(engine_->asked(socket_.get())->on);
  ASSERT_TRUE(engine_->limit_retransmission(socket_.get(), 0));
  ASSERT_TRUE(engine_->switch_on(socket_.get(), engine_->asked(socket_.get())->wanted));
  EXPECT_EQ(kernel(), (os::KernelKeepAlive{os::Switch::on, 60, 7, 9}));
  engine_->forget(socket_.get());
  EXPECT_EQ(engine_->asked(socket_.get()), std::nullopt);
}

TEST_F(KernelEngineTest, WhatWasAskedStaysWhereTheNumberMeansAnotherConnection) {  // K-41
  const int number = socket_.get();
  ASSERT_TRUE(engine_->switch_on(number, asked(60'000, 7'000, 9)));
  auto other = connected_pair();
  engine_->moves(number);
  ASSERT_EQ(::dup3(other.first.get(), number, O_CLOEXEC), number);
  ASSERT_TRUE(engine_->asked(number));
  EXPECT_TRUE(engine_->asked(number)->on);
  EXPECT_EQ(on(), 0);
  ASSERT_TRUE(engine_->switch_on(number, engine_->asked(number)->wanted));
  EXPECT_EQ(kernel(), (os::KernelKeepAlive{os::Switch::on, 60, 7, 9}));
}

TEST_F(KernelEngineTest, ASwitchIsNotLostToAnotherThreadsValues) {
  std::atomic<bool> has_ended{false};
  std::thread values{[&] {
    for (std::uint32_t round = 0; !has_ended; ++round) {
      const auto wanted = asked(60'000 + 1'000 * (round % 2), 7'000, 9);
      EXPECT_TRUE(engine_->set_values(socket_.get(), wanted));
      const auto now = engine_->asked(socket_.get());
      EXPECT_GE(now ? now->wanted.timing.idle : DwordMillis{0}, DwordMillis{60'000});
    }
  }};
  for (std::uint32_t round = 0; round < 2'000; ++round) {
    const std::uint32_t value = round % 2;  // On at last.
    ASSERT_TRUE(engine_->set_switch(socket_.get(), &value, asked(60'000, 7'000, 9)));
    const auto now = engine_->asked(socket_.get());
    EXPECT_EQ(now && now->on, value != 0) << round;
  }
  has_ended = true;
  values.join();
  EXPECT_EQ(on(), 1);
  EXPECT_EQ(engine_->in_force(socket_.get(), {}).driver, DriverKind::rearm);
}

TEST_F(KernelEngineTest, AnOwnerGetsNothingOfAnotherSocketOfTheNumber) {
  const int number = socket_.get();
  ASSERT_TRUE(engine_->switch_on(number, asked(60'000, 7'000, 9)));
  engine_->own(number);  // The very one.
  EXPECT_TRUE(engine_->asked(number)->on);
  auto other = connected_pair();
  ASSERT_EQ(::dup3(other.first.get(), number, O_CLOEXEC), number);
  engine_->own(number);
  EXPECT_EQ(engine_->asked(number), std::nullopt);
}

TEST_F(KernelEngineTest, ASocketThatIsNotTcpIsRefusedAndUnchanged) {  // K-25
  const Fd datagram{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  EXPECT_FALSE(engine_->switch_on(datagram.get(), asked(60'000, 7'000, 9)));
  EXPECT_EQ(option(datagram, SOL_SOCKET, SO_KEEPALIVE), 0);
  const auto refused = engine_->switch_on(-1, asked(60'000, 7'000, 9));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, EBADF);
}

TEST_F(KernelEngineTest, UnansweredProbesAreToldFromUnacknowledgedData) {  // K-90, K-91, K-92
  EXPECT_EQ(engine_->close_cause(socket_.get(), ETIMEDOUT), CloseCause::retransmission);
  EXPECT_EQ(engine_->close_cause(socket_.get(), EHOSTUNREACH), CloseCause::retransmission);
  EXPECT_EQ(engine_->close_cause(socket_.get(), ECONNRESET), CloseCause::reset);
  EXPECT_EQ(engine_->close_cause(socket_.get(), EAGAIN), CloseCause::none);
}

}  // namespace
}  // namespace wsalive::engine
