// labels: net
// Who may set SO_KEEPALIVE when: start-up, handles, kinds of socket, states of the connection. Every
// refusal proves that nothing has changed (K-13).

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include <array>
#include <cctype>
#include <cerrno>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

#include "support/live_socket.hpp"
#include "support/option_calls.hpp"
#include "support/system_calls.hpp"

namespace wsalive::test {
namespace {

using policy::Release;
using winsock::Cause;

int set_keep_alive(const LiveSocket& live, DWORD value) {
  return error_of_set(live.handle(), SOL_SOCKET, SO_KEEPALIVE, value);
}

DWORD keep_alive_of(const LiveSocket& live) {
  return get_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE);
}

// -- the order of errors -----------------------------------------------------------------------

// A call that offends against every rule at once; each row takes one offence away.
TEST(OptionErrors, TheFirstInWindowsOrderWins) {
  const char* const bad = reinterpret_cast<const char*>(1);
  int size = 0;
  EXPECT_EQ(setsockopt(INVALID_SOCKET, 1, 0x7777, bad, 0), SOCKET_ERROR);
  EXPECT_EQ(last_error(), WSANOTINITIALISED);  // K-20
  EXPECT_EQ(getsockopt(INVALID_SOCKET, 1, 0x7777, nullptr, &size), SOCKET_ERROR);
  EXPECT_EQ(last_error(), WSANOTINITIALISED);  // K-20

  const Started started;
  {
    const winsock::Runtime::CallInProgress callback;
    EXPECT_EQ(setsockopt(INVALID_SOCKET, 1, 0x7777, bad, 0), SOCKET_ERROR);
    EXPECT_EQ(last_error(), WSAEINPROGRESS);  // K-22
    EXPECT_EQ(getsockopt(INVALID_SOCKET, 1, 0x7777, nullptr, &size), SOCKET_ERROR);
    EXPECT_EQ(last_error(), WSAEINPROGRESS);  // K-22
  }
  EXPECT_EQ(setsockopt(INVALID_SOCKET, 1, 0x7777, bad, 0), SOCKET_ERROR);
  EXPECT_EQ(last_error(), WSAENOTSOCK);  // K-23
  const LiveSocket udp = LiveSocket::fresh(Kind::udp);
  EXPECT_EQ(setsockopt(udp.handle(), 1, 0x7777, bad, 0), SOCKET_ERROR);
  EXPECT_EQ(last_error(), WSAEINVAL);  // K-24: Linux's SOL_SOCKET is no level.
  EXPECT_EQ(setsockopt(udp.handle(), SOL_SOCKET, 0x7777, bad, 0), SOCKET_ERROR);
  EXPECT_EQ(last_error(), WSAENOPROTOOPT);  // K-25
  EXPECT_EQ(setsockopt(udp.handle(), SOL_SOCKET, SO_KEEPALIVE, bad, 0), SOCKET_ERROR);
  EXPECT_EQ(last_error(), WSAENOPROTOOPT);  // K-25: before the length.
  const LiveSocket pending = LiveSocket::connecting();
  EXPECT_EQ(setsockopt(pending.handle(), SOL_SOCKET, SO_KEEPALIVE, bad, 4), SOCKET_ERROR);
  EXPECT_EQ(last_error(), WSAEFAULT);                // K-26: before the state.
  EXPECT_EQ(set_keep_alive(pending, 1), WSAEINVAL);  // K-27
}

TEST(OptionErrors, EveryLevelOfWindowsIsKnown) {  // K-24
  const Started started;
  const LiveSocket live = LiveSocket::fresh();
  for (const int level :
       {SOL_SOCKET, int{IPPROTO_IP}, int{IPPROTO_TCP}, int{IPPROTO_UDP}, int{IPPROTO_IPV6}}) {
    EXPECT_EQ(error_of_set(live.handle(), level, 0x7777, 1), WSAENOPROTOOPT) << level;
    EXPECT_EQ(error_of_get(live.handle(), level, 0x7777), WSAENOPROTOOPT) << level;
  }
  for (const int level : {1, 2, 255, -1, 0x10000}) {
    EXPECT_EQ(error_of_set(live.handle(), level, SO_KEEPALIVE, 1), WSAEINVAL) << level;
    EXPECT_EQ(error_of_get(live.handle(), level, SO_KEEPALIVE), WSAEINVAL) << level;
  }
}

TEST(OptionErrors, WhatIsNoSocketOfOursIsRefused) {  // K-23
  const Started started;
  winsock::Handle closed = 0;
  {
    const LiveSocket live = LiveSocket::fresh();
    closed = live.handle();
  }
  for (const SOCKET handle : {SOCKET{closed}, SOCKET{STDERR_FILENO}, SOCKET{1'000'000},
                              SOCKET{0xffff'ffff}, SOCKET{INVALID_SOCKET}}) {
    EXPECT_EQ(error_of_set(handle, SOL_SOCKET, SO_KEEPALIVE, 1), WSAENOTSOCK) << handle;
    EXPECT_EQ(error_of_get(handle, SOL_SOCKET, SO_KEEPALIVE), WSAENOTSOCK) << handle;
  }
}

TEST(OptionErrors, OnlyTcpKnowsKeepAlive) {  // K-25, K-42, K-75
  const Started started;
  const std::array others{LiveSocket::fresh(Kind::udp), LiveSocket::fresh(Kind::udp, Family::ipv6),
                          LiveSocket::fresh(Kind::local_stream, Family::local)};
  for (const LiveSocket& live : others) {
    EXPECT_EQ(set_keep_alive(live, 1), WSAENOPROTOOPT);
    EXPECT_EQ(error_of_get(live.handle(), SOL_SOCKET, SO_KEEPALIVE), WSAENOPROTOOPT);
    for (const int name : {TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_NODELAY}) {
      EXPECT_EQ(error_of_set(live.handle(), IPPROTO_TCP, name, 5), WSAENOPROTOOPT) << name;
      EXPECT_EQ(error_of_get(live.handle(), IPPROTO_TCP, name), WSAENOPROTOOPT) << name;
    }
    EXPECT_EQ(os::keep_alive_switch(live.fd()), os::Switch::off);
  }
}

TEST(OptionErrors, AHostWithoutNetworkIsDown) {  // K-21
  const Started started;
  const LiveSocket live = LiveSocket::fresh();
  EXPECT_EXIT(
      {
        deny_system_call(SYS_getsockopt, ENETDOWN);
        deny_system_call(SYS_setsockopt, ENETDOWN);
        const bool as_wanted =
            error_of_get(live.handle(), SOL_SOCKET, SO_KEEPALIVE) == WSAENETDOWN &&
            set_keep_alive(live, 1) == WSAENETDOWN && !live.entry().keep_alive.on &&
            error_of_vals(live.handle(), 1, 5000, 500) == WSAENETDOWN &&
            live.entry().keep_alive.values() == policy::SocketValues{};
        ::_exit(as_wanted ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

// -- states ------------------------------------------------------------------------------------

TEST(KeepAliveStates, ANewSocketReadsFalse) {  // K-10
  const Started started;
  EXPECT_EQ(keep_alive_of(LiveSocket::fresh()), 0U);
  EXPECT_EQ(keep_alive_of(LiveSocket::fresh(Kind::tcp, Family::ipv6)), 0U);
}

TEST(KeepAliveStates, FreshListeningAndConnectedSocketsTakeIt) {  // K-31, K-40
  const Started started;
  const std::array all{LiveSocket::fresh(), LiveSocket::fresh(Kind::tcp, Family::ipv6),
                       LiveSocket::listening(), LiveSocket::connected()};
  for (const LiveSocket& live : all) {
    EXPECT_EQ(set_keep_alive(live, 1), 0);
    EXPECT_EQ(keep_alive_of(live), 1U);
    EXPECT_EQ(os::keep_alive_values(live.fd()), (os::KernelKeepAlive{os::Switch::on, 7200, 1, 10}));
    EXPECT_EQ(set_keep_alive(live, 0), 0);
    EXPECT_EQ(keep_alive_of(live), 0U);
    EXPECT_EQ(os::keep_alive_switch(live.fd()), os::Switch::off);
  }
}

class EveryRelease : public testing::TestWithParam<policy::ReleaseRow> {};

TEST_P(EveryRelease, MayRefuseTheSwitchWhileConnecting) {  // K-27, K-30, K-32
  const bool refuses = GetParam().release >= Release::vista;
  const Started started{GetParam().release};
  const LiveSocket live = LiveSocket::connecting();
  for (const DWORD value : {1U, 0U}) {
    const KeepAliveState before = KeepAliveState::of(live);
    EXPECT_EQ(set_keep_alive(live, value), refuses ? WSAEINVAL : 0);
    const KeepAliveState after = KeepAliveState::of(live);
    if (refuses) {
      EXPECT_EQ(after, before);
    } else {
      EXPECT_EQ(after.kernel.on == os::Switch::on, value == 1);  // Takes effect, K-32.
    }
  }
}

TEST_P(EveryRelease, RestrictsNothingElseWhileConnecting) {  // K-33
  const policy::ReleaseRow& release = GetParam();
  const Started started{release.release};
  const LiveSocket live = LiveSocket::connecting();
  EXPECT_EQ(keep_alive_of(live), 0U);
  if (release.has_keepalive_option) {
    EXPECT_EQ(error_of_set(live.handle(), IPPROTO_TCP, TCP_KEEPALIVE, 77), 0);
  }
  EXPECT_EQ(error_of_vals(live.handle(), 1, 5000, 2000), 0);
  EXPECT_EQ(keep_alive_of(live), 1U);
  EXPECT_EQ(os::keep_alive_idle(live.fd()), 5);
}

TEST_P(EveryRelease, ClearsTheLastErrorFromWindows7On) {  // K-14
  const Started started{GetParam().release};
  const LiveSocket live = LiveSocket::fresh();
  const int kept = GetParam().release >= Release::win7 ? 0 : 4711;
  const auto after = [](auto call) {
    kernel::set_last_error(4711);
    EXPECT_EQ(call(), 0);
    return last_error();
  };
  EXPECT_EQ(after([&] { return set_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE, 1); }), kept);
  EXPECT_EQ(after([&] { return error_of_get(live.handle(), SOL_SOCKET, SO_KEEPALIVE); }), kept);
  EXPECT_EQ(after([&] { return error_of_vals(live.handle(), 1, 5000, 1000); }), kept);
}

INSTANTIATE_TEST_SUITE_P(Releases, EveryRelease, testing::ValuesIn(policy::kReleases),
                         [](const auto& row) {
                           std::string name{row.param.title};
                           std::erase_if(name, [](char c) { return std::isalnum(c) == 0; });
                           return name;
                         });

TEST(KeepAliveStates, ARequestThatHasReallyEndedRestrictsNothing) {  // K-31
  const Started started;
  const LiveSocket refused = LiveSocket::refused();  // The program has not noticed yet.
  EXPECT_EQ(set_keep_alive(refused, 1), 0);
  EXPECT_EQ(keep_alive_of(refused), 1U);

  LiveSocket pending = LiveSocket::connecting();
  EXPECT_EQ(set_keep_alive(pending, 1), WSAEINVAL);
  pending.let_connect();
  EXPECT_EQ(set_keep_alive(pending, 1), 0);
  EXPECT_EQ(keep_alive_of(pending), 1U);
}

TEST(KeepAliveStates, AResetWhileOnIsNotConnected) {  // K-28
  const Started started;
  LiveSocket live = LiveSocket::connected();
  ASSERT_EQ(set_keep_alive(live, 1), 0);
  live.reset_by_peer();
  const KeepAliveState before = KeepAliveState::of(live);
  for (int i = 0; i < 3; ++i) {  // For as long as the socket lives.
    EXPECT_EQ(set_keep_alive(live, 0), WSAENOTCONN);
    EXPECT_EQ(KeepAliveState::of(live), before);
  }
  EXPECT_EQ(keep_alive_of(live), 1U);
}

TEST(KeepAliveStates, AResetWhileOffIsNoMatter) {  // K-28
  const Started started;
  LiveSocket live = LiveSocket::connected();
  live.reset_by_peer();
  EXPECT_EQ(set_keep_alive(live, 1), 0);
  EXPECT_EQ(keep_alive_of(live), 1U);
}

// The death itself is a matter of the wire tests; here its kept cause decides.
TEST(KeepAliveStates, AConnectionFoundDeadSaysNetReset) {  // K-28
  const Started started;
  for (const Cause cause : {Cause::keep_alive, Cause::keep_alive_told}) {
    LiveSocket live = LiveSocket::connected();
    ASSERT_EQ(set_keep_alive(live, 1), 0);
    live.reset_by_peer();
    live.entry().cause = cause;
    const KeepAliveState before = KeepAliveState::of(live);
    EXPECT_EQ(set_keep_alive(live, 1), WSAENETRESET);
    EXPECT_EQ(set_keep_alive(live, 0), WSAENETRESET);
    EXPECT_EQ(live.entry().cause, cause);  // Nothing is used up, K-90.
    EXPECT_EQ(KeepAliveState::of(live), before);
  }
}

}  // namespace
}  // namespace wsalive::test
