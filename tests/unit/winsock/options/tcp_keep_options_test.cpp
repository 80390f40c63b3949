// labels: net
// What no program sees of TCP_KEEPIDLE (TCP_KEEPALIVE), TCP_KEEPINTVL, TCP_KEEPCNT and TCP_MAXRT: what the kernel then has. Ranges,
// lengths, releases and what they read: tests/conformance/tcp_options.c.

#include <gtest/gtest.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include <array>
#include <ostream>
#include <string>
#include <string_view>

#include "os/tcp/keepalive_values.hpp"
#include "support/live_socket.hpp"
#include "support/option_calls.hpp"

namespace wsalive::test {
namespace {

int set(const LiveSocket& live, int name, DWORD value) {
  return error_of_set(live.handle(), IPPROTO_TCP, name, value);
}

TEST(TcpKeep, SwitchesNothingOnAndCountsOnceItIsOn) {  // K-56, K-70
  const Started started;
  const LiveSocket live = LiveSocket::connected();
  const os::KernelKeepAlive untouched = os::keep_alive_values(live.fd()).value();
  EXPECT_EQ(set(live, TCP_KEEPIDLE, 30), 0);
  EXPECT_EQ(set(live, TCP_KEEPINTVL, 4), 0);
  EXPECT_EQ(set(live, TCP_KEEPCNT, 6), 0);
  EXPECT_EQ(os::keep_alive_values(live.fd()), untouched);
  ASSERT_EQ(set_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE, 1), 0);
  EXPECT_EQ(os::keep_alive_values(live.fd()), (os::KernelKeepAlive{os::Switch::on, 30, 4, 6}));
}

TEST(TcpKeep, TakesEffectAtOnceWhileOn) {  // K-50
  const Started started;
  const LiveSocket live = LiveSocket::connected();
  ASSERT_EQ(set_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE, 1), 0);
  EXPECT_EQ(set(live, TCP_KEEPIDLE, 30), 0);
  EXPECT_EQ(set(live, TCP_KEEPINTVL, 4), 0);
  EXPECT_EQ(set(live, TCP_KEEPCNT, 6), 0);
  EXPECT_EQ(os::keep_alive_values(live.fd()), (os::KernelKeepAlive{os::Switch::on, 30, 4, 6}));
}

TEST(TcpKeep, WhatIsRefusedLeavesKernelAndEngineAsTheyWere) {  // K-13, K-71, K-72
  const Started started;
  for (const bool on : {false, true}) {
    const LiveSocket live = LiveSocket::fresh();
    ASSERT_EQ(set_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE, on ? 1 : 0), 0);
    for (const int option : {TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT}) {
      ASSERT_EQ(set(live, option, 77), 0);
      const KeepAliveState before = KeepAliveState::of(live);
      for (const DWORD value : {0U, 0xffff'ffffU}) EXPECT_EQ(set(live, option, value), WSAEINVAL);
      for (const int size : {-1, 0, 3}) {
        EXPECT_EQ(error_of_set(live.handle(), IPPROTO_TCP, option, 50, size), WSAEFAULT);
      }
      EXPECT_EQ(KeepAliveState::of(live), before) << option;
    }
  }
}

// -- TCP_MAXRT -----------------------------------------------------------------------------------

struct LimitRow {
  std::string_view name;
  int option;
  DWORD value;
  int host;  // What the kernel then has.

  friend void PrintTo(const LimitRow& row, std::ostream* out) { *out << row.name; }
};

constexpr DWORD kForEver = 0xffff'ffff;
constexpr int kLongest = 2'147'483'647;
constexpr std::array kLimits{
    // clang-format off
    LimitRow{"Seconds",              TCP_MAXRT,   7,           7000},
    LimitRow{"Millis",               TCP_MAXRTMS, 1500,        1500},
    LimitRow{"OneMilli",             TCP_MAXRTMS, 1,           1},
    LimitRow{"ForEver",              TCP_MAXRT,   kForEver,    kLongest},
    LimitRow{"MillisForEver",        TCP_MAXRTMS, kForEver,    kLongest},
    LimitRow{"HostsOwn",             TCP_MAXRT,   0,           0},
    LimitRow{"LongerThanTheHostCan", TCP_MAXRT,   2'147'484,   kLongest},
    LimitRow{"Negative",             TCP_MAXRT,   0xffff'fffe, 77'000},  // Refused: it was 77 s.
    LimitRow{"MillisNegative",       TCP_MAXRTMS, 0x8000'0000, 77'000},
    // clang-format on
};

class RetransmissionLimit : public testing::TestWithParam<LimitRow> {};

TEST_P(RetransmissionLimit, IsInTheKernelInMilliseconds) {  // K-76
  const LimitRow& row = GetParam();
  const Started started;
  for (const bool on : {false, true}) {
    const LiveSocket live = LiveSocket::connected();
    ASSERT_EQ(set_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE, on ? 1 : 0), 0);
    ASSERT_EQ(set(live, TCP_MAXRT, 77), 0);
    static_cast<void>(set(live, row.option, row.value));
    EXPECT_EQ(*os::user_timeout(static_cast<int>(live.handle())), row.host);
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, RetransmissionLimit, testing::ValuesIn(kLimits),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(TcpOptions, ALimitOutlivesTheConnectsOwn) {  // K-76, K-116
  const Started started;
  for (const DWORD limit : {0U, 5U}) {
    const LiveSocket live = LiveSocket::fresh();
    ASSERT_EQ(set(live, TCP_MAXRT, limit), 0);
    const LiveSocket listener = LiveSocket::listening();
    sockaddr_in there{};
    int size = sizeof there;
    ASSERT_EQ(getsockname(listener.handle(), reinterpret_cast<sockaddr*>(&there), &size), 0);
    ASSERT_EQ(connect(live.handle(), reinterpret_cast<sockaddr*>(&there), size), 0);
    EXPECT_EQ(*os::user_timeout(static_cast<int>(live.handle())), static_cast<int>(limit) * 1000);
  }
}

TEST(TcpOptions, WhatCannotBeServedIsRefused) {
  const Started started;
  const LiveSocket live = LiveSocket::fresh();
  for (const int option : {TCP_TIMESTAMPS, TCP_EXPEDITED_1122}) {
    EXPECT_EQ(set(live, option, 5), WSAENOPROTOOPT) << option;
    EXPECT_EQ(error_of_get(live.handle(), IPPROTO_TCP, option), WSAENOPROTOOPT) << option;
  }
}

}  // namespace
}  // namespace wsalive::test
