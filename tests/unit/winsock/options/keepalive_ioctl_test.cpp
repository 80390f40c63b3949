// labels: net
// What no program sees of SIO_KEEPALIVE_VALS: what the kernel and the socket's entry then have, and that a refused call has left both.
// Values, pointers, sockets and the order of errors: tests/conformance/ioctl.c and overlapped_ioctl.c.

#include <gtest/gtest.h>
#include <winsock2.h>

#include <mstcpip.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

#include "support/live_socket.hpp"
#include "support/option_calls.hpp"

namespace wsalive::test {
namespace {

using policy::DwordMillis;
using policy::SocketValues;

SocketValues own(std::uint32_t idle, std::uint32_t interval) {
  SocketValues values;
  if (idle != 0) values.idle = DwordMillis{idle};
  if (interval != 0) values.interval = DwordMillis{interval};
  return values;
}

// -- values, on a socket that has T = 60 s, I = 5 s of its own and is on ------------------------

struct Row {
  std::string_view name;
  tcp_keepalive input;
  std::uint32_t idle;  // The socket's own values afterwards; 0: none.
  std::uint32_t interval;
  os::KernelKeepAlive kernel;
  std::string_view source;

  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name << ' ' << row.source; }
};

constexpr auto kOn = os::Switch::on;
constexpr auto kOff = os::Switch::off;

constexpr std::array kRows{
    // clang-format off
    Row{"WholeSeconds",    {1, 10000, 2000}, 10000, 2000, {kOn,  10, 2, 10},   "K-60"},
    Row{"AnyNonzero",      {256, 9000, 3000},9000,  3000, {kOn,  9, 3, 10},    "K-60"},
    Row{"Off",             {0, 10000, 2000}, 60000, 5000, {kOff, 60, 5, 10},   "K-61"},
    Row{"OffWithZeros",    {0, 0, 0},        60000, 5000, {kOff, 60, 5, 10},   "K-61, K-62"},
    Row{"ZeroTimes",       {1, 0, 0},        0,     0,    {kOn,  7200, 1, 10}, "K-62"},
    Row{"ZeroInterval",    {1, 1000, 0},     1000,  0,    {kOn,  1, 1, 10},    "K-62"},
    Row{"ZeroIdle",        {1, 0, 2000},     0,     2000, {kOn,  7200, 2, 10}, "K-62"},
    // clang-format on
};

class KeepAliveVals : public testing::TestWithParam<Row> {};

TEST_P(KeepAliveVals, TakesEffectAtOnce) {
  const Row& row = GetParam();
  const Started started;
  const std::array all{LiveSocket::fresh(), LiveSocket::connected(), LiveSocket::listening()};
  for (const LiveSocket& live : all) {  // K-63
    ASSERT_EQ(error_of_vals(live.handle(), 1, 60000, 5000), 0);
    const tcp_keepalive& input = row.input;
    EXPECT_EQ(
        error_of_vals(live.handle(), input.onoff, input.keepalivetime, input.keepaliveinterval), 0);
    EXPECT_EQ(KeepAliveState::of(live).values, own(row.idle, row.interval));
    EXPECT_EQ(os::keep_alive_values(live.fd()), row.kernel);
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, KeepAliveVals, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(KeepAliveTimes, SurviveOffAndOnInTheKernel) {  // K-56
  const Started started;
  const LiveSocket live = LiveSocket::fresh();
  ASSERT_EQ(error_of_vals(live.handle(), 1, 10000, 2000), 0);
  ASSERT_EQ(set_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE, 0), 0);
  ASSERT_EQ(set_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE, 1), 0);
  EXPECT_EQ(os::keep_alive_values(live.fd()), (os::KernelKeepAlive{kOn, 10, 2, 10}));
  ASSERT_EQ(error_of_vals(live.handle(), 0, 0, 0), 0);
  ASSERT_EQ(set_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE, 1), 0);
  EXPECT_EQ(os::keep_alive_values(live.fd()), (os::KernelKeepAlive{kOn, 10, 2, 10}));
}

TEST(KeepAliveTimes, OfTheRegistryAreInTheKernel) {  // K-55
  policy::RegistryValues registry;
  registry.keep_alive_time = DwordMillis{300'000};
  registry.keep_alive_interval = DwordMillis{7'000};
  registry.tcp_max_data_retransmissions = 3;
  registry.pptp_tcp_max_data_retransmissions = 4;
  for (const auto release : {policy::Release::winxp, policy::Release::win11}) {
    const Started started{release, policy::Rules::documented, registry};
    const LiveSocket live = LiveSocket::fresh();
    const int count = release == policy::Release::winxp ? 4 : 10;  // K-53
    ASSERT_EQ(set_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE, 1), 0);
    EXPECT_EQ(os::keep_alive_values(live.fd()), (os::KernelKeepAlive{kOn, 300, 7, count}));
    ASSERT_EQ(error_of_vals(live.handle(), 1, 20000, 0), 0);
    EXPECT_EQ(os::keep_alive_values(live.fd()), (os::KernelKeepAlive{kOn, 20, 7, count}));
  }
}

TEST(KeepAliveCount, OfZeroIsOffInTheKernel) {  // K-53
  policy::RegistryValues registry;
  registry.tcp_max_data_retransmissions = 0;
  registry.pptp_tcp_max_data_retransmissions = 0;
  const Started started{policy::Release::ws2003, policy::Rules::documented, registry};
  const LiveSocket live = LiveSocket::connected();
  ASSERT_EQ(set_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE, 1), 0);
  EXPECT_EQ(os::keep_alive_switch(live.fd()), kOff);
  ASSERT_EQ(set_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE, 0), 0);
  EXPECT_EQ(get_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE), 0U);
}

TEST(KeepAliveVals, ARefusedCallLeavesKernelAndEngineAsTheyWere) {  // K-13, K-64
  const Started started;
  const LiveSocket live = LiveSocket::connected();
  ASSERT_EQ(error_of_vals(live.handle(), 1, 60000, 5000), 0);
  const KeepAliveState before = KeepAliveState::of(live);
  const BadPage gone{BadPage::Access::none};
  tcp_keepalive other{1, 10000, 2000};
  DWORD returned = 0;
  const auto refused = [&](DWORD code, void* in, DWORD size, void* count, void* overlapped) {
    EXPECT_EQ(WSAIoctl(live.handle(), code, in, size, nullptr, 0, static_cast<DWORD*>(count),
                       static_cast<WSAOVERLAPPED*>(overlapped), nullptr),
              SOCKET_ERROR);
    EXPECT_EQ(KeepAliveState::of(live), before);
  };
  refused(SIO_KEEPALIVE_VALS, gone.before(11), sizeof other, &returned, nullptr);
  refused(SIO_KEEPALIVE_VALS, &other, 11, &returned, nullptr);
  refused(SIO_KEEPALIVE_VALS, &other, sizeof other, gone.before(2), nullptr);
  refused(SIO_KEEPALIVE_VALS, &other, sizeof other, &returned, gone.before(8));
  refused(0x98000063, &other, sizeof other, &returned, nullptr);
}

}  // namespace
}  // namespace wsalive::test
