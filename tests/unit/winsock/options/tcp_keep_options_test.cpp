// labels: net
// TCP_KEEPIDLE (TCP_KEEPALIVE), TCP_KEEPINTVL, TCP_KEEPCNT, TCP_NODELAY and what is not served.

#include <gtest/gtest.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include <array>
#include <cctype>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

#include "os/tcp/keepalive_values.hpp"
#include "support/live_socket.hpp"
#include "support/option_calls.hpp"

namespace wsalive::test {
namespace {

using policy::Release;
using policy::Rules;

DWORD dword_of(const LiveSocket& live, int name) {
  return get_dword(live.handle(), IPPROTO_TCP, name);
}
int set(const LiveSocket& live, int name, DWORD value) {
  return error_of_set(live.handle(), IPPROTO_TCP, name, value);
}

TEST(TcpKeep, ReadsWhatIsInForce) {  // K-70
  {
    const Started started;
    const LiveSocket live = LiveSocket::fresh();
    EXPECT_EQ(dword_of(live, TCP_KEEPIDLE), 7200U);
    EXPECT_EQ(dword_of(live, TCP_KEEPINTVL), 1U);
    EXPECT_EQ(dword_of(live, TCP_KEEPCNT), 10U);
  }
  policy::RegistryValues registry;
  registry.keep_alive_time = policy::DwordMillis{90'500};
  registry.keep_alive_interval = policy::DwordMillis{3'000};
  const Started started{Release::win11, Rules::documented, registry};
  const LiveSocket live = LiveSocket::fresh();
  EXPECT_EQ(dword_of(live, TCP_KEEPIDLE), 91U);  // K-74
  EXPECT_EQ(dword_of(live, TCP_KEEPINTVL), 3U);
}

TEST(TcpKeep, SwitchesNothingOnAndCountsOnceItIsOn) {  // K-56, K-70
  const Started started;
  const LiveSocket live = LiveSocket::connected();
  const os::KernelKeepAlive untouched = os::keep_alive_values(live.fd()).value();
  EXPECT_EQ(set(live, TCP_KEEPIDLE, 30), 0);
  EXPECT_EQ(set(live, TCP_KEEPINTVL, 4), 0);
  EXPECT_EQ(set(live, TCP_KEEPCNT, 6), 0);
  EXPECT_EQ(dword_of(live, TCP_KEEPIDLE), 30U);
  EXPECT_EQ(dword_of(live, TCP_KEEPINTVL), 4U);
  EXPECT_EQ(dword_of(live, TCP_KEEPCNT), 6U);
  EXPECT_EQ(get_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE), 0U);
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

TEST(TcpKeep, SharesItsCellsWithTheIoctl) {  // K-55, K-60, K-74: the last writer wins
  const Started started;
  const LiveSocket live = LiveSocket::fresh();
  ASSERT_EQ(set(live, TCP_KEEPIDLE, 30), 0);
  ASSERT_EQ(set(live, TCP_KEEPCNT, 6), 0);
  ASSERT_EQ(error_of_vals(live.handle(), 1, 1'500, 1), 0);
  EXPECT_EQ(dword_of(live, TCP_KEEPIDLE), 2U);
  EXPECT_EQ(dword_of(live, TCP_KEEPINTVL), 1U);
  EXPECT_EQ(dword_of(live, TCP_KEEPCNT), 6U);
  ASSERT_EQ(error_of_vals(live.handle(), 1, 0xffff'ffff, 1), 0);
  EXPECT_EQ(dword_of(live, TCP_KEEPIDLE), 4'294'968U);
  ASSERT_EQ(set(live, TCP_KEEPIDLE, 45), 0);
  EXPECT_EQ(live.entry().keep_alive.values().idle, policy::DwordMillis{45'000});
}

// -- ranges and lengths ------------------------------------------------------------------------

struct RangeRow {
  std::string_view name;
  int option;
  DWORD value;
  int error;

  friend void PrintTo(const RangeRow& row, std::ostream* out) { *out << row.name; }
};

constexpr std::array kRanges{
    // clang-format off
    RangeRow{"IdleZero",        TCP_KEEPIDLE,  0,           WSAEINVAL},
    RangeRow{"IdleOne",         TCP_KEEPIDLE,  1,           0},
    RangeRow{"IdleLongest",     TCP_KEEPIDLE,  4'294'967,   0},
    RangeRow{"IdleLonger",      TCP_KEEPIDLE,  4'294'968,   WSAEINVAL},
    RangeRow{"IdleNegative",    TCP_KEEPIDLE,  0xffff'ffff, WSAEINVAL},
    RangeRow{"IntervalZero",    TCP_KEEPINTVL, 0,           WSAEINVAL},
    RangeRow{"IntervalLongest", TCP_KEEPINTVL, 4'294'967,   0},
    RangeRow{"IntervalLonger",  TCP_KEEPINTVL, 4'294'968,   WSAEINVAL},
    RangeRow{"CountZero",       TCP_KEEPCNT,   0,           WSAEINVAL},
    RangeRow{"CountOne",        TCP_KEEPCNT,   1,           0},
    RangeRow{"CountLargest",    TCP_KEEPCNT,   255,         0},
    RangeRow{"CountLarger",     TCP_KEEPCNT,   256,         WSAEINVAL},
    // clang-format on
};

class TcpKeepRange : public testing::TestWithParam<RangeRow> {};

TEST_P(TcpKeepRange, IsThatOfTheRow) {  // K-71
  const RangeRow& row = GetParam();
  const Started started;
  for (const bool on : {false, true}) {
    const LiveSocket live = LiveSocket::fresh();
    ASSERT_EQ(set_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE, on ? 1 : 0), 0);
    ASSERT_EQ(set(live, row.option, 77), 0);
    const KeepAliveState before = KeepAliveState::of(live);
    EXPECT_EQ(set(live, row.option, row.value), row.error);
    EXPECT_EQ(dword_of(live, row.option), row.error == 0 ? row.value : 77U);
    if (row.error != 0) {
      EXPECT_EQ(KeepAliveState::of(live), before);  // K-13
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, TcpKeepRange, testing::ValuesIn(kRanges),
                         [](const auto& row) { return std::string{row.param.name}; });

struct LengthRow {
  Release release;
  Rules rules;
  int size;
  int set_error;
  int get_error;
  int reported;
};

TEST(TcpKeep, TakesADwordOrMore) {  // K-72
  constexpr std::array kLengths{
      // clang-format off
      LengthRow{Release::win11,      Rules::documented, 4,  0,           0,         4},
      LengthRow{Release::win11,      Rules::documented, 8,  0,           0,         4},
      LengthRow{Release::win11,      Rules::documented, 3,  WSAEFAULT,   WSAEFAULT, 0},
      LengthRow{Release::win11,      Rules::documented, 0,  WSAEFAULT,   WSAEFAULT, 0},
      LengthRow{Release::win11,      Rules::documented, -1, WSAEFAULT,   WSAEFAULT, 0},
      LengthRow{Release::win11,      Rules::observed,   4,  0,           0,         4},
      LengthRow{Release::win11,      Rules::observed,   1,  WSAEFAULT,   WSAEFAULT, 0},
      LengthRow{Release::win11,      Rules::observed,   -1, WSAENOBUFS,  WSAEFAULT, 0},
      LengthRow{Release::win10_1709, Rules::observed,   -1, WSAEFAULT,   WSAEFAULT, 0},
      // clang-format on
  };
  for (const LengthRow& row : kLengths) {
    const Started started{row.release, row.rules};
    const LiveSocket live = LiveSocket::fresh();
    for (const int option : {TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT}) {
      const KeepAliveState before = KeepAliveState::of(live);
      std::array<char, 8> value{50};
      const int set_result = setsockopt(live.handle(), IPPROTO_TCP, option, value.data(), row.size);
      EXPECT_EQ(set_result == 0 ? 0 : last_error(), row.set_error) << row.size;
      if (set_result != 0) {
        EXPECT_EQ(KeepAliveState::of(live), before);
      }

      value.fill(0x5a);
      int size = row.size;
      const int get_result = getsockopt(live.handle(), IPPROTO_TCP, option, value.data(), &size);
      EXPECT_EQ(get_result == 0 ? 0 : last_error(), row.get_error) << row.size;
      EXPECT_EQ(size, row.reported);
      EXPECT_EQ(value[0], get_result == 0 ? 50 : 0x5a);
      EXPECT_EQ(value[4], 0x5a);
    }
  }
}

// -- releases ----------------------------------------------------------------------------------

class TcpKeepRelease : public testing::TestWithParam<policy::ReleaseRow> {};

TEST_P(TcpKeepRelease, KnowsWhatItHas) {  // K-73, K-120
  const Release release = GetParam().release;
  const Started started{release};
  const LiveSocket live = LiveSocket::fresh();
  const auto expect = [&](int option, Release first) {
    const int error = release >= first ? 0 : WSAENOPROTOOPT;
    EXPECT_EQ(set(live, option, 9), error) << option;
    EXPECT_EQ(error_of_get(live.handle(), IPPROTO_TCP, option), error) << option;
  };
  expect(TCP_KEEPALIVE, Release::vista);
  expect(TCP_KEEPCNT, Release::win10_1703);
  expect(TCP_KEEPINTVL, Release::win10_1709);
  expect(TCP_MAXRT, Release::vista);  // K-76
  expect(TCP_MAXRTMS, Release::win10);
  expect(TCP_NODELAY, Release::win2000);
}

INSTANTIATE_TEST_SUITE_P(Releases, TcpKeepRelease, testing::ValuesIn(policy::kReleases),
                         [](const auto& row) {
                           std::string name{row.param.title};
                           std::erase_if(name, [](char c) { return std::isalnum(c) == 0; });
                           return name;
                         });

// -- neighbours --------------------------------------------------------------------------------

TEST(TcpOptions, NoDelayReadsAsSet) {  // K-16
  for (const Rules rules : {Rules::documented, Rules::observed}) {
    const Started started{Release::win11, rules};
    const LiveSocket live = LiveSocket::fresh();
    EXPECT_EQ(dword_of(live, TCP_NODELAY), 0U);
    EXPECT_EQ(set(live, TCP_NODELAY, 2), 0);
    EXPECT_EQ(dword_of(live, TCP_NODELAY), 1U);
    // 0x100: on as a DWORD, off as a byte.
    EXPECT_EQ(set(live, TCP_NODELAY, 0x100), 0);
    EXPECT_EQ(dword_of(live, TCP_NODELAY), rules == Rules::documented ? 1U : 0U);
  }
}

struct LimitRow {
  std::string_view name;
  int option;
  DWORD value;
  int error;
  DWORD seconds;       // What TCP_MAXRT then reads,
  DWORD milliseconds;  // what TCP_MAXRTMS does,
  int host;            // and what the kernel has.

  friend void PrintTo(const LimitRow& row, std::ostream* out) { *out << row.name; }
};

constexpr DWORD kForEver = 0xffff'ffff;
constexpr int kLongest = 2'147'483'647;
constexpr std::array kLimits{
    // clang-format off
    LimitRow{"Seconds",       TCP_MAXRT,   7,           0,         7,         7000,      7000},
    LimitRow{"Millis",        TCP_MAXRTMS, 1500,        0,         2,         1500,      1500},
    LimitRow{"OneMilli",      TCP_MAXRTMS, 1,           0,         1,         1,         1},
    LimitRow{"ForEver",       TCP_MAXRT,   kForEver,    0,         kForEver,  kForEver,  kLongest},
    LimitRow{"MillisForEver", TCP_MAXRTMS, kForEver,    0,         kForEver,  kForEver,  kLongest},
    LimitRow{"HostsOwn",      TCP_MAXRT,   0,           0,         0,         0,         0},
    LimitRow{"LongerThanTheHostCan", TCP_MAXRT, 2'147'484, 0,      2'147'484, kLongest,  kLongest},
    LimitRow{"Negative",      TCP_MAXRT,   0xffff'fffe, WSAEINVAL, 77,        77'000,    77'000},
    LimitRow{"MillisNegative", TCP_MAXRTMS, 0x8000'0000, WSAEINVAL, 77,       77'000,    77'000},
    // clang-format on
};

class RetransmissionLimit : public testing::TestWithParam<LimitRow> {};

TEST_P(RetransmissionLimit, IsOneCellInTwoUnits) {  // K-76
  const LimitRow& row = GetParam();
  const Started started;
  for (const bool on : {false, true}) {
    const LiveSocket live = LiveSocket::connected();
    EXPECT_EQ(dword_of(live, TCP_MAXRT), 0U);
    if (on) {
      ASSERT_EQ(set_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE, 1), 0);
    }
    ASSERT_EQ(set(live, TCP_MAXRT, 77), 0);
    EXPECT_EQ(set(live, row.option, row.value), row.error);
    EXPECT_EQ(dword_of(live, TCP_MAXRT), row.seconds);
    EXPECT_EQ(dword_of(live, TCP_MAXRTMS), row.milliseconds);
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
