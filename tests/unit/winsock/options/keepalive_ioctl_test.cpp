// labels: net
// WSAIoctl(SIO_KEEPALIVE_VALS): values, pointers, kinds of socket, and the order of its errors.

#include <gtest/gtest.h>
#include <winsock2.h>

#include <mstcpip.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
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
  bool on;
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
    Row{"WholeSeconds",    {1, 10000, 2000}, true,  10000, 2000, {kOn,  10, 2, 10},   "K-60"},
    Row{"AnyNonzero",      {256, 9000, 3000},true,  9000,  3000, {kOn,  9, 3, 10},    "K-60"},
    Row{"Off",             {0, 10000, 2000}, false, 60000, 5000, {kOff, 60, 5, 10},   "K-61"},
    Row{"OffWithZeros",    {0, 0, 0},        false, 60000, 5000, {kOff, 60, 5, 10},   "K-61, K-62"},
    Row{"ZeroTimes",       {1, 0, 0},        true,  0,     0,    {kOn,  7200, 1, 10}, "K-62"},
    Row{"ZeroInterval",    {1, 1000, 0},     true,  1000,  0,    {kOn,  1, 1, 10},    "K-62"},
    Row{"ZeroIdle",        {1, 0, 2000},     true,  0,     2000, {kOn,  7200, 2, 10}, "K-62"},
    // clang-format on
};

class KeepAliveVals : public testing::TestWithParam<Row> {};

TEST_P(KeepAliveVals, TakesEffectAtOnce) {
  const Row& row = GetParam();
  const Started started;
  const std::array all{LiveSocket::fresh(), LiveSocket::connected(), LiveSocket::listening()};
  for (const LiveSocket& live : all) {  // K-63
    ASSERT_EQ(error_of_vals(live.handle(), 1, 60000, 5000), 0);
    tcp_keepalive input = row.input;
    DWORD returned = 99;

    const int result = WSAIoctl(live.handle(), SIO_KEEPALIVE_VALS, &input, sizeof input, nullptr, 0,
                                &returned, nullptr, nullptr);

    EXPECT_EQ(result, 0);
    EXPECT_EQ(returned, 0U);     // K-63
    EXPECT_EQ(last_error(), 0);  // K-14
    EXPECT_EQ(get_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE), row.on ? 1U : 0U);
    EXPECT_EQ(live.entry().keep_alive.values(), own(row.idle, row.interval));
    EXPECT_EQ(os::keep_alive_values(live.fd()), row.kernel);
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, KeepAliveVals, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(KeepAliveTimes, SurviveOffAndOn) {  // K-56
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

TEST(KeepAliveTimes, ComeFromTheSocketThenTheRegistryThenTheRelease) {  // K-51, K-55, K-80, K-81
  policy::RegistryValues registry;
  registry.keep_alive_time = DwordMillis{300'000};
  registry.keep_alive_interval = DwordMillis{7'000};
  const Started started{policy::Release::win11, policy::Rules::documented, registry};
  const LiveSocket live = LiveSocket::fresh();
  ASSERT_EQ(set_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE, 1), 0);
  EXPECT_EQ(os::keep_alive_values(live.fd()), (os::KernelKeepAlive{kOn, 300, 7, 10}));
  ASSERT_EQ(error_of_vals(live.handle(), 1, 20000, 0), 0);
  EXPECT_EQ(os::keep_alive_values(live.fd()), (os::KernelKeepAlive{kOn, 20, 7, 10}));
}

struct CountRow {
  policy::Release release;
  std::optional<std::uint32_t> plain;
  std::optional<std::uint32_t> pptp;
  os::KernelKeepAlive kernel;
};

TEST(KeepAliveCount, FollowsReleaseAndRegistry) {  // K-53, K-54
  constexpr std::array kCounts{
      CountRow{policy::Release::win11, {}, {}, {kOn, 7200, 1, 10}},
      CountRow{policy::Release::vista, 3, 3, {kOn, 7200, 1, 10}},
      CountRow{policy::Release::ws2003, {}, {}, {kOn, 7200, 1, 5}},
      CountRow{policy::Release::ws2003, 3, {}, {kOn, 7200, 1, 5}},
      CountRow{policy::Release::winxp, 3, 4, {kOn, 7200, 1, 4}},
      CountRow{policy::Release::win2000, 8, 2, {kOn, 7200, 1, 8}},
  };
  for (const CountRow& row : kCounts) {
    policy::RegistryValues registry;
    registry.tcp_max_data_retransmissions = row.plain;
    registry.pptp_tcp_max_data_retransmissions = row.pptp;
    const Started started{row.release, policy::Rules::documented, registry};
    const LiveSocket live = LiveSocket::fresh();
    ASSERT_EQ(set_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE, 1), 0);
    EXPECT_EQ(os::keep_alive_values(live.fd()), row.kernel);
  }
}

TEST(KeepAliveCount, OfZeroReadsTrueAndSendsNothing) {  // K-53
  policy::RegistryValues registry;
  registry.tcp_max_data_retransmissions = 0;
  registry.pptp_tcp_max_data_retransmissions = 0;
  const Started started{policy::Release::ws2003, policy::Rules::documented, registry};
  const LiveSocket live = LiveSocket::connected();
  ASSERT_EQ(set_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE, 1), 0);
  EXPECT_EQ(get_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE), 1U);
  EXPECT_EQ(os::keep_alive_switch(live.fd()), kOff);
  ASSERT_EQ(set_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE, 0), 0);
  EXPECT_EQ(get_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE), 0U);
}

// -- refusals ----------------------------------------------------------------------------------

class RefusedVals : public testing::Test {
 protected:
  RefusedVals() {
    EXPECT_EQ(error_of_vals(live_.handle(), 1, 60000, 5000), 0);
    before_ = KeepAliveState::of(live_);
  }
  ~RefusedVals() override { EXPECT_EQ(KeepAliveState::of(live_), before_); }  // K-13

  int error(SOCKET s, DWORD code, void* in, DWORD size, DWORD* returned) {
    const int result = WSAIoctl(s, code, in, size, nullptr, 0, returned, nullptr, nullptr);
    return result == 0 ? 0 : last_error();
  }
  int error(void* in, DWORD size) {
    return error(live_.handle(), SIO_KEEPALIVE_VALS, in, size, &returned_);
  }

  Started started_;
  LiveSocket live_ = LiveSocket::connected();
  tcp_keepalive other_{1, 10000, 2000};
  DWORD returned_ = 99;

 private:
  KeepAliveState before_;
};

TEST_F(RefusedVals, BadInputIsAFault) {  // K-64
  const BadPage gone{BadPage::Access::none};
  char* const straddling = gone.before(11);
  const std::array<void*, 4> bad{nullptr, reinterpret_cast<void*>(1), gone.inside(), straddling};
  for (void* const in : bad) {
    returned_ = 99;
    EXPECT_EQ(error(in, sizeof(tcp_keepalive)), WSAEFAULT);
    EXPECT_EQ(returned_, 0U);  // K-64
  }
  for (const DWORD size : {0U, 4U, 11U}) {
    returned_ = 99;
    EXPECT_EQ(error(&other_, size), WSAEFAULT) << size;
    EXPECT_EQ(returned_, 0U);
  }
}

TEST_F(RefusedVals, ABadPlaceForTheCountIsAFault) {  // K-64
  const BadPage read_only{BadPage::Access::read_only};
  const BadPage gone{BadPage::Access::none};
  const std::array<void*, 5> bad{nullptr, reinterpret_cast<void*>(1), read_only.inside(),
                                 gone.inside(), gone.before(2)};
  for (void* const at : bad) {
    auto* const returned = static_cast<DWORD*>(at);
    EXPECT_EQ(error(live_.handle(), SIO_KEEPALIVE_VALS, &other_, sizeof other_, returned),
              WSAEFAULT);
  }
}

TEST_F(RefusedVals, ABadOverlappedStructureIsAFault) {  // K-64
  const BadPage gone{BadPage::Access::none};
  auto* const overlapped = reinterpret_cast<WSAOVERLAPPED*>(gone.before(8));
  EXPECT_EQ(WSAIoctl(live_.handle(), SIO_KEEPALIVE_VALS, &other_, sizeof other_, nullptr, 0,
                     &returned_, overlapped, nullptr),
            SOCKET_ERROR);
  EXPECT_EQ(last_error(), WSAEFAULT);
  EXPECT_EQ(returned_, 99U);  // Overlapped: left alone.
}

TEST_F(RefusedVals, OtherSocketsDoNotKnowIt) {  // K-66
  const LiveSocket udp = LiveSocket::fresh(Kind::udp);
  const LiveSocket local = LiveSocket::fresh(Kind::local_stream, Family::local);
  EXPECT_EQ(error_of_vals(udp.handle(), 1, 1000, 1000), WSAENOPROTOOPT);
  EXPECT_EQ(error_of_vals(local.handle(), 1, 1000, 1000), WSAENOPROTOOPT);
}

// A call that offends against every rule; each step takes the first offence away.
TEST_F(RefusedVals, TheFirstErrorInWindowsOrderWins) {  // K-68, K-69
  const LiveSocket udp = LiveSocket::fresh(Kind::udp);
  constexpr DWORD kUnknown = 0x98000063;
  {
    const winsock::Runtime::CallInProgress callback;
    EXPECT_EQ(error(0, kUnknown, nullptr, 0, nullptr), WSAEINPROGRESS);
  }
  EXPECT_EQ(error(0, kUnknown, nullptr, 0, nullptr), WSAENOTSOCK);
  EXPECT_EQ(error(udp.handle(), kUnknown, nullptr, 0, nullptr), WSAEFAULT);
  EXPECT_EQ(error(udp.handle(), kUnknown, nullptr, 0, &returned_), WSAEOPNOTSUPP);
  EXPECT_EQ(returned_, 99U);  // K-13
  EXPECT_EQ(error(udp.handle(), SIO_KEEPALIVE_VALS, nullptr, 0, &returned_), WSAENOPROTOOPT);
  EXPECT_EQ(returned_, 99U);
  EXPECT_EQ(error(nullptr, 0), WSAEFAULT);
}

TEST(KeepAliveValsCall, NeedsAStart) {  // K-20
  EXPECT_EQ(error_of_vals(0, 1, 1000, 1000), WSANOTINITIALISED);
}

TEST(KeepAliveValsCall, IgnoresWhatIsBeyondTheStructure) {  // K-65
  const Started started;
  const LiveSocket live = LiveSocket::fresh();
  struct {
    tcp_keepalive values{1, 10000, 2000};
    DWORD more = 77;
  } input;
  DWORD output = 42;
  DWORD returned = 99;
  EXPECT_EQ(WSAIoctl(live.handle(), SIO_KEEPALIVE_VALS, &input, sizeof input, &output,
                     sizeof output, &returned, nullptr, nullptr),
            0);
  EXPECT_EQ(output, 42U);
  EXPECT_EQ(returned, 0U);
  EXPECT_EQ(os::keep_alive_values(live.fd()), (os::KernelKeepAlive{kOn, 10, 2, 10}));
}

}  // namespace
}  // namespace wsalive::test
