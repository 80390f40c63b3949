// labels: net
// What no program sees of who may set SO_KEEPALIVE when: kernel and engine are as they were after a refusal (K-13), and a host
// without network (K-21). Which call hears what: tests/conformance, error_order.c, states.c and detection.c.

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "support/live_socket.hpp"
#include "support/option_calls.hpp"
#include "support/system_calls.hpp"

namespace wsalive::test {
namespace {

using policy::Release;
using policy::Rules;
using winsock::Cause;

int set_keep_alive(const LiveSocket& live, DWORD value) {
  return error_of_set(live.handle(), SOL_SOCKET, SO_KEEPALIVE, value);
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
            set_keep_alive(live, 1) == WSAENETDOWN && !KeepAliveState::of(live).on &&
            error_of_vals(live.handle(), 1, 5000, 500) == WSAENETDOWN &&
            KeepAliveState::of(live).values == policy::SocketValues{};
        ::_exit(as_wanted ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

// Pointers that are not in the program's memory; K-26 itself: tests/conformance/option_memory.c.
TEST(OptionErrors, BadMemoryLeavesKernelAndEngineAsTheyWere) {
  const BadPage gone{BadPage::Access::none};
  const BadPage read_only{BadPage::Access::read_only};
  for (const Rules rules : {Rules::documented, Rules::observed}) {
    const Started started{Release::win11, rules};
    const LiveSocket live = LiveSocket::connected();
    ASSERT_EQ(error_of_vals(live.handle(), 1, 60'000, 2'000), 0);
    ASSERT_EQ(error_of_set(live.handle(), IPPROTO_TCP, TCP_KEEPCNT, 7), 0);
    const KeepAliveState before = KeepAliveState::of(live);
    for (const int option : {TCP_KEEPIDLE, TCP_KEEPCNT, TCP_NODELAY, -1}) {
      const int level = option == -1 ? SOL_SOCKET : int{IPPROTO_TCP};
      const int name = option == -1 ? SO_KEEPALIVE : option;
      for (char* const value : {static_cast<char*>(nullptr), gone.inside()}) {
        EXPECT_EQ(setsockopt(live.handle(), level, name, value, 4), SOCKET_ERROR);
      }
      int size = 4;
      for (char* const value : {gone.inside(), read_only.inside()}) {
        EXPECT_EQ(getsockopt(live.handle(), level, name, value, &size), SOCKET_ERROR);
      }
      EXPECT_EQ(KeepAliveState::of(live), before) << name;
    }
  }
}

struct Era {
  Release release;
  bool refuses;  // The switch, while a request is in process.
};

TEST(KeepAliveStates, WhatIsRefusedWhileConnectingLeavesKernelAndEngine) {  // K-30, K-32
  for (const Era era : {Era{Release::winxp, false}, Era{Release::win11, true}}) {
    const Started started{era.release};
    const LiveSocket live = LiveSocket::connecting();
    for (const DWORD value : {1U, 0U}) {
      const KeepAliveState before = KeepAliveState::of(live);
      EXPECT_EQ(set_keep_alive(live, value), era.refuses ? WSAEINVAL : 0);
      const KeepAliveState after = KeepAliveState::of(live);
      if (era.refuses) {
        EXPECT_EQ(after, before);
      } else {
        EXPECT_EQ(after.kernel.on == os::Switch::on, value == 1);
      }
    }
    EXPECT_EQ(error_of_vals(live.handle(), 1, 5000, 2000), 0);  // K-33
    EXPECT_EQ(os::keep_alive_idle(live.fd()), 5);
  }
}

TEST(KeepAliveStates, AResetWhileOnChangesNothing) {  // K-28
  const Started started;
  LiveSocket live = LiveSocket::connected();
  ASSERT_EQ(set_keep_alive(live, 1), 0);
  live.reset_by_peer();
  const KeepAliveState before = KeepAliveState::of(live);
  EXPECT_EQ(set_keep_alive(live, 0), WSAENOTCONN);
  EXPECT_EQ(KeepAliveState::of(live), before);
}

// The death itself is a matter of the wire tests; here its kept cause decides.
TEST(KeepAliveStates, AConnectionFoundDeadKeepsItsCause) {  // K-28, K-90
  const Started started;
  for (const Cause cause : {Cause::keep_alive, Cause::keep_alive_told}) {
    LiveSocket live = LiveSocket::connected();
    ASSERT_EQ(set_keep_alive(live, 1), 0);
    live.reset_by_peer();
    live.entry().cause = cause;
    const KeepAliveState before = KeepAliveState::of(live);
    EXPECT_EQ(set_keep_alive(live, 1), WSAENETRESET);
    EXPECT_EQ(set_keep_alive(live, 0), WSAENETRESET);
    EXPECT_EQ(live.entry().cause, cause);  // Nothing is used up.
    EXPECT_EQ(KeepAliveState::of(live), before);
  }
}

}  // namespace
}  // namespace wsalive::test
