// labels: net
// What option calls cost: the system calls that they make, counted. getsockopt is one; a value on the
// caller's stack needs no call of its own to be checked.

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <winsock2.h>

#include <functional>
#include <memory>
#include <vector>

#include "support/live_socket.hpp"
#include "support/option_calls.hpp"
#include "support/system_calls.hpp"

namespace wsalive::test {
namespace {

using Calls = std::vector<long>;

#define ASSERT_CALLS(code, ...)                                    \
  do {                                                             \
    const auto made = system_calls_of(code);                       \
    if (!made) GTEST_SKIP() << "ptrace of a child is denied here"; \
    EXPECT_EQ(*made, (Calls{__VA_ARGS__}));                        \
  } while (false)

class OptionCost : public testing::Test {
 protected:
  // The first call of a thread learns where its stack is; the tests count the later ones.
  OptionCost() { (void)get_dword(fresh_.handle(), SOL_SOCKET, SO_KEEPALIVE); }

  Started started_;
  LiveSocket fresh_ = LiveSocket::fresh();
};

TEST_F(OptionCost, GettingSoKeepAliveIsOneCall) {  // K-12
  ASSERT_CALLS([&] { (void)get_dword(fresh_.handle(), SOL_SOCKET, SO_KEEPALIVE); }, SYS_getsockopt);
}

TEST_F(OptionCost, GettingSoKeepAliveIntoTheHeapIsOneCall) {
  const auto value = std::make_unique<DWORD>();
  ASSERT_CALLS(
      [&] {
        int size = sizeof(DWORD);
        char* const at = reinterpret_cast<char*>(value.get());
        (void)getsockopt(fresh_.handle(), SOL_SOCKET, SO_KEEPALIVE, at, &size);
      },
      SYS_getsockopt);
}

TEST_F(OptionCost, GettingNoDelayIsOneCall) {
  ASSERT_CALLS([&] { (void)get_dword(fresh_.handle(), IPPROTO_TCP, TCP_NODELAY); }, SYS_getsockopt);
}

TEST_F(OptionCost, SettingNoDelayIsOneCall) {
  ASSERT_CALLS([&] { (void)set_dword(fresh_.handle(), IPPROTO_TCP, TCP_NODELAY, 1); },
               SYS_setsockopt);
}

TEST_F(OptionCost, SwitchingOnAgainIsOneCallOnAFreshSocket) {
  (void)set_dword(fresh_.handle(), SOL_SOCKET, SO_KEEPALIVE, 1);
  ASSERT_CALLS([&] { (void)set_dword(fresh_.handle(), SOL_SOCKET, SO_KEEPALIVE, 1); },
               SYS_setsockopt);
}

TEST_F(OptionCost, SwitchingOnAgainAsksForTheStateOfAConnection) {  // K-28
  const LiveSocket live = LiveSocket::connected();
  (void)set_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE, 1);
  ASSERT_CALLS([&] { (void)set_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE, 1); }, SYS_getsockopt,
               SYS_setsockopt);
}

TEST_F(OptionCost, SwitchingOffIsOneCallOnAFreshSocket) {
  (void)set_dword(fresh_.handle(), SOL_SOCKET, SO_KEEPALIVE, 1);
  ASSERT_CALLS([&] { (void)set_dword(fresh_.handle(), SOL_SOCKET, SO_KEEPALIVE, 0); },
               SYS_setsockopt);
}

TEST_F(OptionCost, AValueInTheHeapIsCheckedByTheCallItself) {
  const auto value = std::make_unique<DWORD>(1);
  const auto set = [&] {
    const char* const at = reinterpret_cast<const char*>(value.get());
    (void)setsockopt(fresh_.handle(), SOL_SOCKET, SO_KEEPALIVE, at, sizeof(DWORD));
  };
  set();
  ASSERT_CALLS(set, SYS_setsockopt);
}

}  // namespace
}  // namespace wsalive::test
