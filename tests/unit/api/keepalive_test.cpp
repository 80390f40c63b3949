// The C++ face: values in, what is in force out, and nothing changed by what is refused.
// labels: net

#include "wsalive/keepalive.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cstdlib>

#include "engine/host.hpp"
#include "support/plain_socket.hpp"

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;

class KeepAliveFace : public testing::Test {
 protected:
  PlainSocket listener_ = PlainSocket::listening("127.0.0.1");
  PlainSocket client_ = PlainSocket::connected("127.0.0.1", listener_.port());
  PlainSocket server_ = listener_.accepted();

  os::KernelKeepAlive kernel() { return *engine::os_host().values(client_.fd()); }
};

TEST_F(KeepAliveFace, TheKernelHasWholeSecondsAsTheyAre) {  // K-57, K-121
  KeepAlive wanted{.idle = 60s, .interval = 7s, .probes = 9};
  const auto driven = set_keep_alive(client_.fd(), wanted);
  ASSERT_TRUE(driven);
  EXPECT_TRUE(driven->on);
  EXPECT_TRUE(driven->is_exact());
  EXPECT_EQ(driven->driver, KeepAliveDriver::rearm);
  EXPECT_EQ(driven->wanted.precision, KeepAlivePrecision::exact);
  EXPECT_EQ(kernel(), (os::KernelKeepAlive{os::Switch::on, 60, 7, 9}));
  EXPECT_LT(driven->lateness, 100ms);
  wanted.precision = KeepAlivePrecision::kernel;
  const auto alone = set_keep_alive(client_.fd(), wanted);
  ASSERT_TRUE(alone);
  EXPECT_EQ(alone->driver, KeepAliveDriver::native);
  EXPECT_EQ(alone->wanted.precision, KeepAlivePrecision::kernel);
  EXPECT_EQ(kernel(), (os::KernelKeepAlive{os::Switch::on, 60, 7, 9}));
  EXPECT_GT(alone->lateness, 1s);
  EXPECT_EQ(alone->actual, wanted);
  EXPECT_FALSE(alone->is_exact());
}

TEST_F(KeepAliveFace, ByTheKernelAloneAnIntervalAboveTheTimeIsLate) {  // K-50, K-96
  KeepAlive wanted{.idle = 10s, .interval = 50s, .probes = 3};
  wanted.precision = KeepAlivePrecision::kernel;
  const auto now = set_keep_alive(client_.fd(), wanted);
  ASSERT_TRUE(now);
  EXPECT_EQ(now->actual, wanted);
  EXPECT_FALSE(now->is_exact());
  EXPECT_GT(now->lateness, 40s);  // An answer starts I.
  EXPECT_LT(now->lateness, 60s);
  EXPECT_LE(now->to_next_probe, 10s);
}

TEST_F(KeepAliveFace, TheEnvironmentChoosesWhereTheCallDoesNot) {  // K-121
  const KeepAlive wanted{.idle = 60s, .interval = 7s, .probes = 9};
  ::setenv("WSALIVE_PRECISION", "kernel", 1);
  EXPECT_EQ(set_keep_alive(client_.fd(), wanted)->driver, KeepAliveDriver::native);
  KeepAlive exact = wanted;
  exact.precision = KeepAlivePrecision::exact;
  EXPECT_EQ(set_keep_alive(client_.fd(), exact)->driver, KeepAliveDriver::rearm);
  ::setenv("WSALIVE_PRECISION", "precise", 1);
  const auto refused = set_keep_alive(client_.fd(), {.idle = 50s, .interval = 7s, .probes = 9});
  ::unsetenv("WSALIVE_PRECISION");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), std::errc::invalid_argument);
  EXPECT_EQ(kernel(), (os::KernelKeepAlive{os::Switch::on, 60, 7, 9}));
}

TEST_F(KeepAliveFace, MillisecondsAreDriven) {  // K-57, K-96
  const KeepAlive wanted{.idle = 90'500ms, .interval = 700ms, .probes = 5};
  const auto now = set_keep_alive(client_.fd(), wanted);
  ASSERT_TRUE(now);
  EXPECT_EQ(now->driver, KeepAliveDriver::rearm);
  EXPECT_EQ(now->wanted, wanted);
  EXPECT_EQ(now->actual, wanted);
  EXPECT_LE(now->to_next_probe, 90'500ms);
  EXPECT_GT(now->to_next_probe, 89s);
  EXPECT_EQ(*now->to_give_up - *now->to_next_probe, 5 * 700ms);
  EXPECT_TRUE(now->is_exact());
  ASSERT_TRUE(stop_keep_alive(client_.fd()));
  EXPECT_FALSE(keep_alive_in_force(client_.fd())->on);
  EXPECT_EQ(kernel(), (os::KernelKeepAlive{os::Switch::off, 91, 1, 5}));
}

TEST_F(KeepAliveFace, WhatSomebodyElseHasSetIsTold) {  // K-96
  client_.keep_alive(33s, 4s, 6);
  const auto now = keep_alive_in_force(client_.fd());
  ASSERT_TRUE(now);
  EXPECT_TRUE(now->on);
  EXPECT_EQ(now->actual, (KeepAlive{33s, 4s, 6}));
}

TEST_F(KeepAliveFace, AUserTimeoutIsToldAndAnotherCallKeepsTheCountBesideIt) {  // K-76, K-96
  KeepAlive wanted{.idle = 60s, .interval = 7s, .probes = 9};
  wanted.precision = KeepAlivePrecision::kernel;
  ASSERT_TRUE(set_keep_alive(client_.fd(), wanted));
  ASSERT_TRUE(engine::os_host().set_user_timeout(client_.fd(), 70'000));
  const auto told = keep_alive_in_force(client_.fd());
  ASSERT_TRUE(told);
  EXPECT_FALSE(told->is_exact());
  EXPECT_EQ(told->probes_before_end, 2U);
  wanted.precision = KeepAlivePrecision::exact;
  const auto again = set_keep_alive(client_.fd(), wanted);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->is_exact());
  EXPECT_EQ(again->driver, KeepAliveDriver::rearm);
  EXPECT_EQ(*engine::os_host().user_timeout(client_.fd()), 70'000);
  ASSERT_TRUE(stop_keep_alive(client_.fd()));
}

TEST_F(KeepAliveFace, ImpossibleValuesAreRefusedAndNothingChanges) {  // K-57
  ASSERT_TRUE(set_keep_alive(client_.fd(), {.idle = 60s, .interval = 7s, .probes = 9}));
  for (const KeepAlive& bad :
       {KeepAlive{.idle = 0ms}, KeepAlive{.idle = -1ms}, KeepAlive{.idle = 4'294'967'296ms},
        KeepAlive{.interval = 0ms}, KeepAlive{.interval = 4'294'967'296ms}, KeepAlive{.probes = -1},
        KeepAlive{.probes = 256}}) {
    const auto refused = set_keep_alive(client_.fd(), bad);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), std::errc::invalid_argument);
    EXPECT_FALSE(timeline(bad));
    EXPECT_EQ(kernel(), (os::KernelKeepAlive{os::Switch::on, 60, 7, 9}));
  }
}

TEST_F(KeepAliveFace, WhatIsNotTcpIsRefused) {  // K-25
  EXPECT_EQ(set_keep_alive(-1, {}).error(), std::errc::bad_file_descriptor);
  EXPECT_EQ(set_keep_alive(1'000'000'000, {}).error(), std::errc::too_many_files_open);
  const Fd file{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  EXPECT_EQ(set_keep_alive(file.get(), {}).error(), std::errc::not_a_socket);
  EXPECT_EQ(keep_alive_in_force(file.get()).error(), std::errc::not_a_socket);
  EXPECT_FALSE(stop_keep_alive(file.get()));
  const Fd datagram{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  EXPECT_FALSE(set_keep_alive(datagram.get(), {}));
  int on = -1;
  socklen_t size = sizeof on;
  ::getsockopt(datagram.get(), SOL_SOCKET, SO_KEEPALIVE, &on, &size);
  EXPECT_EQ(on, 0);
}

TEST(TimelineFace, ASilentPeerIsProbedAndReset) {  // K-50, K-52
  using What = TimelineEvent::What;
  const auto events = timeline({.idle = 1500ms, .interval = 600ms, .probes = 3});
  ASSERT_TRUE(events);
  EXPECT_EQ(*events, (std::vector<TimelineEvent>{{1500ms, What::probe},
                                                 {2100ms, What::probe},
                                                 {2700ms, What::probe},
                                                 {3300ms, What::reset}}));
  EXPECT_GT(events->front().latest, 1500ms);
  EXPECT_LT(events->front().latest, 1530ms);
  EXPECT_TRUE(timeline({.probes = 0})->empty());
  EXPECT_EQ(timeline({}, Peer::answering, 7)->size(), 7U);
}

TEST(TimelineFace, ByTheKernelAloneIsItsWholeSecondsAndItsLateness) {  // K-57, K-121
  using What = TimelineEvent::What;
  KeepAlive wanted{.idle = 1500ms, .interval = 300ms, .probes = 2};
  wanted.precision = KeepAlivePrecision::kernel;
  const auto events = timeline(wanted);
  ASSERT_TRUE(events);
  EXPECT_EQ(*events,
            (std::vector<TimelineEvent>{{2s, What::probe}, {3s, What::probe}, {4s, What::reset}}));
  EXPECT_GE(events->front().latest, 2s + 8ms);
  EXPECT_GE(events->back().latest - events->back().at, events->front().latest - 2s + 16ms);
  wanted = {.idle = 1s, .interval = 5s, .probes = 3, .precision = KeepAlivePrecision::kernel};
  const auto living = timeline(wanted, Peer::answering, 3);
  ASSERT_TRUE(living);
  EXPECT_GT(living->at(0).latest, 5s);
  EXPECT_EQ(living->at(2), (TimelineEvent{6s, What::probe}));
  ::setenv("WSALIVE_PRECISION", "kernel", 1);
  EXPECT_EQ(timeline({.idle = 1500ms})->front().at, 2s);
  ::setenv("WSALIVE_PRECISION", "precise", 1);
  EXPECT_FALSE(timeline({.idle = 1500ms}));
  ::unsetenv("WSALIVE_PRECISION");
}

}  // namespace
}  // namespace wsalive::test
