// labels: net
// wsalive_keepalive_in_force: what is in force, where it came from, how it is driven (K-96); and the
// sentence behind WSASYSNOTREADY (K-122).

#include <gtest/gtest.h>
#include <winsock2.h>
#include <ws2tcpip.h>
#include <wsalive_ext.h>

#include <string>
#include <string_view>

#include "support/live_socket.hpp"
#include "support/option_calls.hpp"
#include "winsock/startup.hpp"

namespace wsalive::test {
namespace {

WSALIVE_KEEPALIVE in_force(const LiveSocket& live) {
  WSALIVE_KEEPALIVE found{};
  found.size = sizeof found;
  EXPECT_EQ(wsalive_keepalive_in_force(live.handle(), &found), 0) << last_error();
  EXPECT_EQ(found.size, sizeof found);
  return found;
}

TEST(ReadBack, OfANewSocketIsOffWithTheReleasesValues) {  // K-10, K-51, K-96
  const Started started;
  const WSALIVE_KEEPALIVE found = in_force(LiveSocket::fresh());
  EXPECT_EQ(found.on, 0U);
  EXPECT_EQ(found.idle, 7'200'000U);
  EXPECT_EQ(found.interval, 1000U);
  EXPECT_EQ(found.probes, 10U);
  EXPECT_EQ(found.idle_source, WSALIVE_SOURCE_RELEASE);
  EXPECT_EQ(found.probes_before_end, 0U);
  EXPECT_EQ(found.driver, WSALIVE_DRIVER_OFF);
  EXPECT_EQ(found.next_probe_in, WSALIVE_NEVER);
  EXPECT_EQ(found.give_up_in, WSALIVE_NEVER);
}

TEST(ReadBack, NamesTheSourceOfEachValue) {  // K-55, K-96
  policy::RegistryValues registry;
  registry.keep_alive_interval = policy::DwordMillis{2'000};
  const Started started{policy::Release::win11, policy::Rules::documented, registry};
  const LiveSocket live = LiveSocket::connected();
  ASSERT_EQ(error_of_set(live.handle(), IPPROTO_TCP, TCP_KEEPIDLE, 60), 0);
  ASSERT_EQ(error_of_set(live.handle(), SOL_SOCKET, SO_KEEPALIVE, 1), 0);
  const WSALIVE_KEEPALIVE found = in_force(live);
  EXPECT_EQ(found.on, 1U);
  EXPECT_EQ(found.idle, 60'000U);
  EXPECT_EQ(found.actual_idle, 60'000U);
  EXPECT_EQ(found.idle_source, WSALIVE_SOURCE_SOCKET);
  EXPECT_EQ(found.interval_source, WSALIVE_SOURCE_REGISTRY);
  EXPECT_EQ(found.probes_source, WSALIVE_SOURCE_RELEASE);
  EXPECT_EQ(found.driver, WSALIVE_DRIVER_REARM);
  EXPECT_EQ(found.precision, WSALIVE_PRECISION_EXACT);
  EXPECT_LT(found.lateness_us, 100'000U);
  EXPECT_GT(found.next_probe_in, 50'000U);
  EXPECT_LE(found.next_probe_in, 60'000U);
  EXPECT_GT(found.give_up_in, 70'000U);  // T + N x I, K-52
  EXPECT_LE(found.give_up_in, 80'000U);
}

TEST(ReadBack, TellsThatTheKernelAloneWasChosen) {  // K-96, K-121
  const Started started{
      policy::Release::win11, policy::Rules::documented, {}, policy::Precision::kernel};
  const LiveSocket live = LiveSocket::connected();
  ASSERT_EQ(error_of_set(live.handle(), SOL_SOCKET, SO_KEEPALIVE, 1), 0);
  WSALIVE_KEEPALIVE found = in_force(live);
  EXPECT_EQ(found.driver, WSALIVE_DRIVER_NATIVE);
  EXPECT_EQ(found.precision, WSALIVE_PRECISION_KERNEL);
  EXPECT_GT(found.lateness_us, 100'000'000U);  // Two hours, in steps of 131 s or of 52 s.
  ASSERT_EQ(error_of_vals(live.handle(), 1, 1'500, 300), 0);
  found = in_force(live);
  EXPECT_EQ(found.driver, WSALIVE_DRIVER_LATE);
  EXPECT_EQ(found.actual_idle, 2'000U);
  EXPECT_EQ(found.actual_interval, 1'000U);
}

TEST(ReadBack, OfASocketThatIsNotConnectedIsTheKernels) {  // K-96
  const Started started;
  const LiveSocket fresh = LiveSocket::fresh();
  ASSERT_EQ(error_of_set(fresh.handle(), SOL_SOCKET, SO_KEEPALIVE, 1), 0);
  EXPECT_EQ(in_force(fresh).driver, WSALIVE_DRIVER_NATIVE);
  EXPECT_EQ(in_force(fresh).precision, WSALIVE_PRECISION_EXACT);
}

TEST(ReadBack, SaysWhenMoreProbesGoOutThanAskedFor) {  // K-52, K-96
  const Started started;
  const LiveSocket live = LiveSocket::connected();
  ASSERT_EQ(error_of_set(live.handle(), IPPROTO_TCP, TCP_KEEPCNT, 3), 0);
  ASSERT_EQ(error_of_vals(live.handle(), 1, 1'000, 1'000), 0);
  EXPECT_EQ(in_force(live).probes_before_end, 3U);
  ASSERT_EQ(error_of_vals(live.handle(), 1, 1'000, 100), 0);
  const WSALIVE_KEEPALIVE found = in_force(live);
  EXPECT_EQ(found.actual_probes, 3U);
  EXPECT_EQ(found.probes_before_end, 13U);  // Three answers of a Linux peer, 510 ms apart.
  EXPECT_GT(found.give_up_in, 2'000U);
  ASSERT_EQ(error_of_vals(live.handle(), 0, 1'000, 100), 0);
  EXPECT_EQ(in_force(live).probes_before_end, 0U);
}

TEST(ReadBack, OfNoProbesIsSilentAndNeverGivesUp) {  // K-53, K-96
  policy::RegistryValues registry;
  registry.tcp_max_data_retransmissions = 0;
  registry.pptp_tcp_max_data_retransmissions = 0;
  const Started started{policy::Release::winxp, policy::Rules::documented, registry};
  const LiveSocket live = LiveSocket::connected();
  ASSERT_EQ(error_of_set(live.handle(), SOL_SOCKET, SO_KEEPALIVE, 1), 0);
  const WSALIVE_KEEPALIVE found = in_force(live);
  EXPECT_EQ(found.on, 1U);
  EXPECT_EQ(found.probes, 0U);
  EXPECT_EQ(found.probes_source, WSALIVE_SOURCE_REGISTRY);
  EXPECT_EQ(found.driver, WSALIVE_DRIVER_SILENT);
  EXPECT_EQ(found.next_probe_in, WSALIVE_NEVER);
  EXPECT_EQ(found.give_up_in, WSALIVE_NEVER);
}

TEST(ReadBack, ShowsWhatSomebodyOutsideHasSet) {  // K-96
  const Started started;
  const LiveSocket live = LiveSocket::connected();
  ASSERT_EQ(error_of_vals(live.handle(), 1, 60'000, 2'000), 0);
  ASSERT_TRUE(os::set_keep_alive_idle(live.fd(), 33));
  const WSALIVE_KEEPALIVE found = in_force(live);
  EXPECT_EQ(found.idle, 33'000U);
  EXPECT_EQ(found.idle_source, WSALIVE_SOURCE_OUTSIDE);
  EXPECT_EQ(found.interval_source, WSALIVE_SOURCE_SOCKET);
}

// K-57: what the host cannot do exactly is later, never earlier, and said.
TEST(ReadBack, IsNeverEarlierThanAskedFor) {
  const Started started;
  const LiveSocket live = LiveSocket::connected();
  for (const DWORD idle : {1U, 999U, 1'500U, 7'200'000U}) {
    ASSERT_EQ(error_of_vals(live.handle(), 1, idle, 1), 0);
    const WSALIVE_KEEPALIVE found = in_force(live);
    EXPECT_EQ(found.idle, idle);
    EXPECT_GE(found.actual_idle, idle);
    EXPECT_GE(found.actual_interval, 1U);
    EXPECT_EQ(get_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE), 1U);
  }
}

TEST(ReadBack, RefusesInWindowsOrderAndWritesNothing) {
  WSALIVE_KEEPALIVE found{};
  found.size = sizeof found;
  EXPECT_EQ(wsalive_keepalive_in_force(0, &found), SOCKET_ERROR);
  EXPECT_EQ(last_error(), WSANOTINITIALISED);  // K-20
  const Started started;
  const LiveSocket tcp = LiveSocket::fresh();
  const LiveSocket udp = LiveSocket::fresh(Kind::udp);
  EXPECT_EQ(wsalive_keepalive_in_force(INVALID_SOCKET, nullptr), SOCKET_ERROR);
  EXPECT_EQ(last_error(), WSAENOTSOCK);  // K-23
  EXPECT_EQ(wsalive_keepalive_in_force(udp.handle(), nullptr), SOCKET_ERROR);
  EXPECT_EQ(last_error(), WSAENOPROTOOPT);  // K-25
  EXPECT_EQ(wsalive_keepalive_in_force(tcp.handle(), nullptr), SOCKET_ERROR);
  EXPECT_EQ(last_error(), WSAEFAULT);  // K-26
  found.size = sizeof found - 1;
  found.idle = 4711;
  EXPECT_EQ(wsalive_keepalive_in_force(tcp.handle(), &found), SOCKET_ERROR);
  EXPECT_EQ(last_error(), WSAEFAULT);
  EXPECT_EQ(found.idle, 4711U);
}

TEST(ReadBack, HasNamesForItsNumbers) {
  EXPECT_STREQ(wsalive_source_name(WSALIVE_SOURCE_REGISTRY), "registry");
  EXPECT_STREQ(wsalive_source_name(WSALIVE_SOURCE_OUTSIDE), "outside");
  EXPECT_STREQ(wsalive_source_name(4), "unknown");
  EXPECT_STREQ(wsalive_driver_name(WSALIVE_DRIVER_OFF), "off");
  EXPECT_STREQ(wsalive_driver_name(WSALIVE_DRIVER_LATE), "late");
  EXPECT_STREQ(wsalive_driver_name(6), "unknown");
}

TEST(StartupProblem, IsTheSentenceThatWasKept) {  // K-122
  EXPECT_STREQ(wsalive_startup_problem(), "");
  winsock::keep_startup_problem("WSALIVE_RELEASE names no release: win95");
  EXPECT_STREQ(wsalive_startup_problem(), "WSALIVE_RELEASE names no release: win95");
  winsock::keep_startup_problem(std::string(2000, 'x'));
  EXPECT_EQ(std::string_view{wsalive_startup_problem()}.size(), 511U);
  winsock::keep_startup_problem({});
  EXPECT_STREQ(wsalive_startup_problem(), "");
}

}  // namespace
}  // namespace wsalive::test
