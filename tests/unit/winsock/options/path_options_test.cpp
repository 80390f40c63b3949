// labels: net
// What a socket knows of its path (IP_MTU, IPV6_MTU, IPV6_MTU_DISCOVER) and what its headers carry along
// (IP_OPTIONS). raw_options_test.cpp has the header on the wire.

#include <gtest/gtest.h>
#include <winsock2.h>

#include <ws2tcpip.h>

#include <array>
#include <vector>

#include "os/socket/socket_option.hpp"
#include "support/live_socket.hpp"
#include "support/option_calls.hpp"
#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

constexpr DWORD kLoopbackMtu = 65535;  // As much as an IPv4 header can say.
constexpr DWORD kLoopbackMtu6 = 65536;

Own socket6(int type) { return Own{socket(AF_INET6, type, 0)}; }

sockaddr_in6 loopback6(u_short port) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = port;
  address.sin6_addr.s6_addr[15] = 1;
  return address;
}

/// A get that fails leaves value and size as they were.
void expect_unread(SOCKET s, int level, int option, int given, int error) {
  DWORD value = 0xabababab;
  int size = given;
  EXPECT_TRUE(
      fails_with(getsockopt(s, level, option, reinterpret_cast<char*>(&value), &size), error));
  EXPECT_EQ(value, 0xabababab);
  EXPECT_EQ(size, given);
}

// -- IP_MTU and IPV6_MTU ---------------------------------------------------------------------------

TEST(PathMtuOption, IsThatOfTheRouteOfAConnectedSocket) {
  const Winsock winsock;
  const Pair pair = connected_pair();
  EXPECT_EQ(get_whole_dword(pair.client, IPPROTO_IP, IP_MTU), kLoopbackMtu);
  EXPECT_EQ(get_whole_dword(pair.server, IPPROTO_IP, IP_MTU), kLoopbackMtu);
  const Own messages = udp();
  expect_unread(messages, IPPROTO_IP, IP_MTU, 4, WSAENOTCONN);
  ASSERT_EQ(connect_to(messages, name_of(pair.server)), 0);
  EXPECT_EQ(get_whole_dword(messages, IPPROTO_IP, IP_MTU), kLoopbackMtu);
  expect_unread(messages, IPPROTO_IP, IP_MTU, 3, WSAEFAULT);  // K-26
}

TEST(PathMtuOption, IsThatOfTheRouteForIpv6) {
  const Winsock winsock;
  const Own messages = socket6(SOCK_DGRAM);
  if (messages == INVALID_SOCKET) GTEST_SKIP() << "no IPv6";
  expect_unread(messages, IPPROTO_IPV6, IPV6_MTU, 4, WSAENOTCONN);
  const sockaddr_in6 there = loopback6(9);
  if (connect(messages, reinterpret_cast<const sockaddr*>(&there), sizeof there) != 0) {
    GTEST_SKIP() << "no IPv6";
  }
  EXPECT_EQ(get_whole_dword(messages, IPPROTO_IPV6, IPV6_MTU), kLoopbackMtu6);
  expect_unread(messages, IPPROTO_IPV6, IPV6_MTU, 3, WSAEFAULT);  // K-26
}

TEST(PathMtuOption, IsNotSet) {
  const Winsock winsock;
  const Pair pair = connected_pair();
  EXPECT_EQ(error_of_set(pair.client, IPPROTO_IP, IP_MTU, 1280), WSAENOPROTOOPT);
  EXPECT_EQ(get_whole_dword(pair.client, IPPROTO_IP, IP_MTU), kLoopbackMtu);
  expect_unread(pair.client, IPPROTO_IPV6, IPV6_MTU, 4, WSAENOPROTOOPT);  // K-25
  const LiveSocket live = LiveSocket::fresh(Kind::udp, Family::ipv6);
  EXPECT_EQ(error_of_set(live.handle(), IPPROTO_IPV6, IPV6_MTU, 1280), WSAENOPROTOOPT);
}

// -- IPV6_MTU_DISCOVER -----------------------------------------------------------------------------

struct DiscoverRow {
  DWORD value;
  int kernel;
};

constexpr std::array kDiscover{
    DiscoverRow{IP_PMTUDISC_DO, 2},
    DiscoverRow{IP_PMTUDISC_DONT, 0},
    DiscoverRow{IP_PMTUDISC_PROBE, 3},
    DiscoverRow{IP_PMTUDISC_NOT_SET, 1},
};

TEST(Ipv6MtuDiscover, ReadsBackAndIsInTheKernel) {
  const Winsock winsock;
  for (const Kind kind : {Kind::udp, Kind::tcp}) {
    const LiveSocket live = LiveSocket::fresh(kind, Family::ipv6);
    EXPECT_EQ(get_whole_dword(live.handle(), IPPROTO_IPV6, IPV6_MTU_DISCOVER),
              DWORD{IP_PMTUDISC_NOT_SET});
    for (const DiscoverRow& row : kDiscover) {
      EXPECT_EQ(error_of_set(live.handle(), IPPROTO_IPV6, IPV6_MTU_DISCOVER, row.value), 0);
      EXPECT_EQ(get_whole_dword(live.handle(), IPPROTO_IPV6, IPV6_MTU_DISCOVER), row.value);
      EXPECT_EQ(get_whole_dword(live.handle(), IPPROTO_IPV6, IPV6_DONTFRAG),
                row.value == IP_PMTUDISC_DO);
      int kernel = -1;
      ASSERT_EQ(os::get_int(live.fd(), os::Option::ipv6_mtu_discover, kernel), 0);
      EXPECT_EQ(kernel, row.kernel);
    }
  }
}

TEST(Ipv6MtuDiscover, ARefusalLeavesItAsItWas) {
  const Winsock winsock;
  const LiveSocket live = LiveSocket::fresh(Kind::udp, Family::ipv6);
  ASSERT_EQ(error_of_set(live.handle(), IPPROTO_IPV6, IPV6_MTU_DISCOVER, IP_PMTUDISC_DO), 0);
  for (const DWORD value : {DWORD{IP_PMTUDISC_MAX}, DWORD{5}, DWORD{0xffffffff}}) {
    EXPECT_EQ(error_of_set(live.handle(), IPPROTO_IPV6, IPV6_MTU_DISCOVER, value), WSAEINVAL);
  }
  for (const int size : {-1, 0, 1, 3}) {
    EXPECT_EQ(error_of_set(live.handle(), IPPROTO_IPV6, IPV6_MTU_DISCOVER, 0, size), WSAEFAULT);
  }
  expect_unread(live.handle(), IPPROTO_IPV6, IPV6_MTU_DISCOVER, 3, WSAEFAULT);
  EXPECT_EQ(get_whole_dword(live.handle(), IPPROTO_IPV6, IPV6_MTU_DISCOVER), DWORD{IP_PMTUDISC_DO});
  const Own four = udp();
  EXPECT_EQ(error_of_set(four, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IP_PMTUDISC_DO), WSAENOPROTOOPT);
}

// -- IP_OPTIONS ------------------------------------------------------------------------------------

using Bytes = std::vector<char>;

const Bytes kNoOperations{1, 1, 1, 1};

int set_options(SOCKET s, const Bytes& options) {
  const int size = static_cast<int>(options.size());
  return setsockopt(s, IPPROTO_IP, IP_OPTIONS, options.data(), size) == 0 ? 0 : WSAGetLastError();
}

Bytes options_of(SOCKET s) {
  Bytes found(64);
  int size = static_cast<int>(found.size());
  EXPECT_EQ(getsockopt(s, IPPROTO_IP, IP_OPTIONS, found.data(), &size), 0) << WSAGetLastError();
  found.resize(static_cast<std::size_t>(size));
  return found;
}

TEST(HeaderOptions, ReadBackWithTheirOwnLengthAndGo) {
  const Winsock winsock;
  for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
    const Own s{socket(AF_INET, type, 0)};
    EXPECT_EQ(options_of(s), Bytes{});
    EXPECT_EQ(set_options(s, kNoOperations), 0);
    EXPECT_EQ(options_of(s), kNoOperations);
    EXPECT_EQ(set_options(s, Bytes(40, 1)), 0);  // All that a header has room for.
    EXPECT_EQ(options_of(s), Bytes(40, 1));
    EXPECT_EQ(set_options(s, {}), 0);
    EXPECT_EQ(options_of(s), Bytes{});
  }
}

TEST(HeaderOptions, ARefusalLeavesThemAsTheyWere) {
  const Winsock winsock;
  const Own s = udp();
  ASSERT_EQ(set_options(s, kNoOperations), 0);
  EXPECT_EQ(set_options(s, Bytes(44, 1)), WSAEINVAL);   // Longer than a header may be.
  EXPECT_EQ(set_options(s, {7, 39, 4, 0}), WSAEINVAL);  // Longer than what is given.
  EXPECT_TRUE(
      fails_with(setsockopt(s, IPPROTO_IP, IP_OPTIONS, kNoOperations.data(), -1), WSAEFAULT));
  EXPECT_TRUE(fails_with(setsockopt(s, IPPROTO_IP, IP_OPTIONS, nullptr, 4), WSAEFAULT));
  expect_unread(s, IPPROTO_IP, IP_OPTIONS, 3, WSAEFAULT);
  expect_unread(s, IPPROTO_IP, IP_OPTIONS, -1, WSAEFAULT);
  EXPECT_EQ(options_of(s), kNoOperations);
}

TEST(HeaderOptions, AreOfIpv4Alone) {  // K-25
  const Winsock winsock;
  const LiveSocket live = LiveSocket::fresh(Kind::udp, Family::ipv6);
  EXPECT_EQ(set_options(live.handle(), kNoOperations), WSAENOPROTOOPT);
  expect_unread(live.handle(), IPPROTO_IP, IP_OPTIONS, 4, WSAENOPROTOOPT);
}

}  // namespace
}  // namespace wsalive::test
