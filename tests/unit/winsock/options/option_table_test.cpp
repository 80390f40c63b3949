// labels: net
// The options beside keep-alive: which sockets know them, what they read before and after a set, and that
// the kernel has what was set. An option that is not served says so and changes nothing.

#include <gtest/gtest.h>
#include <winsock2.h>

#include <mswsock.h>
#include <ws2tcpip.h>

#include <array>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "os/socket/socket_option.hpp"
#include "support/live_socket.hpp"
#include "support/option_calls.hpp"

namespace wsalive::test {
namespace {

using os::Option;

enum class Of : std::uint8_t { tcp, tcp6, udp, udp6, connected, listening, local };

LiveSocket make(Of kind) {
  switch (kind) {
    case Of::tcp:
      return LiveSocket::fresh();
    case Of::tcp6:
      return LiveSocket::fresh(Kind::tcp, Family::ipv6);
    case Of::udp:
      return LiveSocket::fresh(Kind::udp);
    case Of::udp6:
      return LiveSocket::fresh(Kind::udp, Family::ipv6);
    case Of::connected:
      return LiveSocket::connected();
    case Of::listening:
      return LiveSocket::listening();
    case Of::local:
      break;
  }
  return LiveSocket::fresh(Kind::local_stream, Family::local);
}

// -- options that take a DWORD -------------------------------------------------------------------

struct SetRow {
  std::string_view name;
  Of socket;
  int level;
  int option;
  DWORD value;
  DWORD reads;  // Afterwards, through Windows' eyes.
  Option host = Option::none;
  int kernel = 0;  // Afterwards, in the kernel.

  friend void PrintTo(const SetRow& row, std::ostream* out) { *out << row.name; }
};

constexpr std::array kSetRows{
    // clang-format off
    SetRow{"OobInline",       Of::tcp,  SOL_SOCKET,   SO_OOBINLINE,        7,      1,      Option::out_of_band_inline, 1},
    SetRow{"Broadcast",       Of::udp,  SOL_SOCKET,   SO_BROADCAST,        1,      1,      Option::broadcast,          1},
    SetRow{"ReceiveBuffer",   Of::tcp,  SOL_SOCKET,   SO_RCVBUF,           20000,  20000,  Option::receive_buffer,     40000},
    SetRow{"NoReceiveBuffer", Of::tcp,  SOL_SOCKET,   SO_RCVBUF,           0,      0},
    SetRow{"SendBuffer",      Of::udp,  SOL_SOCKET,   SO_SNDBUF,           20000,  20000,  Option::send_buffer,        40000},
    SetRow{"ReceiveTimeOut",  Of::tcp,  SOL_SOCKET,   SO_RCVTIMEO,         1234,   1234},
    SetRow{"SendTimeOut",     Of::tcp,  SOL_SOCKET,   SO_SNDTIMEO,         0xffffffff, 0xffffffff},
    SetRow{"ReuseAddress",    Of::tcp,  SOL_SOCKET,   SO_REUSEADDR,        2,      1},
    SetRow{"Exclusive",       Of::tcp,  SOL_SOCKET,   SO_EXCLUSIVEADDRUSE, 1,      1},
    SetRow{"Debug",           Of::tcp,  SOL_SOCKET,   SO_DEBUG,            1,      1},
    SetRow{"DontRoute",       Of::tcp,  SOL_SOCKET,   SO_DONTROUTE,        1,      1},
    SetRow{"DontLinger",      Of::tcp,  SOL_SOCKET,   SO_DONTLINGER,       0,      0},
    SetRow{"NoChecksum",      Of::udp,  IPPROTO_UDP,  UDP_NOCHECKSUM,      1,      1,      Option::no_checksum,        1},
    SetRow{"SendMessageSize", Of::udp,  IPPROTO_UDP,  UDP_SEND_MSG_SIZE,   1200,   1200,   Option::udp_send_size,      1200},
    SetRow{"Ttl",             Of::tcp,  IPPROTO_IP,   IP_TTL,              9,      9,      Option::ip_ttl,             9},
    SetRow{"TtlOfUdp",        Of::udp,  IPPROTO_IP,   IP_TTL,              9,      9,      Option::ip_ttl,             9},
    SetRow{"TypeOfService",   Of::tcp,  IPPROTO_IP,   IP_TOS,              16,     16,     Option::ip_type_of_service, 16},
    SetRow{"DontFragment",    Of::udp,  IPPROTO_IP,   IP_DONTFRAGMENT,     1,      1,      Option::ip_mtu_discover,    2},
    SetRow{"MayFragment",     Of::udp,  IPPROTO_IP,   IP_DONTFRAGMENT,     0,      0,      Option::ip_mtu_discover,    0},
    SetRow{"MtuDo",           Of::udp,  IPPROTO_IP,   IP_MTU_DISCOVER,     IP_PMTUDISC_DO,    IP_PMTUDISC_DO,    Option::ip_mtu_discover, 2},
    SetRow{"MtuDont",         Of::udp,  IPPROTO_IP,   IP_MTU_DISCOVER,     IP_PMTUDISC_DONT,  IP_PMTUDISC_DONT,  Option::ip_mtu_discover, 0},
    SetRow{"MtuProbe",        Of::udp,  IPPROTO_IP,   IP_MTU_DISCOVER,     IP_PMTUDISC_PROBE, IP_PMTUDISC_PROBE, Option::ip_mtu_discover, 3},
    SetRow{"MulticastTtl",    Of::udp,  IPPROTO_IP,   IP_MULTICAST_TTL,    5,      5,      Option::ip_multicast_ttl,   5},
    SetRow{"MulticastLoop",   Of::udp,  IPPROTO_IP,   IP_MULTICAST_LOOP,   0,      0,      Option::ip_multicast_loop,  0},
    SetRow{"MulticastByAddr", Of::udp,  IPPROTO_IP,   IP_MULTICAST_IF,     0x0100007f, 0x0100007f},
    SetRow{"UnicastIf",       Of::udp,  IPPROTO_IP,   IP_UNICAST_IF,       0x01000000, 0x01000000},
    SetRow{"V6Only",          Of::tcp6, IPPROTO_IPV6, IPV6_V6ONLY,         1,      1,      Option::ipv6_only,          1},
    SetRow{"NotV6Only",       Of::tcp6, IPPROTO_IPV6, IPV6_V6ONLY,         0,      0,      Option::ipv6_only,          0},
    SetRow{"UnicastHops",     Of::tcp6, IPPROTO_IPV6, IPV6_UNICAST_HOPS,   9,      9,      Option::ipv6_unicast_hops,  9},
    SetRow{"MulticastHops",   Of::udp6, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 5,      5,      Option::ipv6_multicast_hops, 5},
    SetRow{"MulticastLoop6",  Of::udp6, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0,      0,      Option::ipv6_multicast_loop, 0},
    SetRow{"MulticastIf6",    Of::udp6, IPPROTO_IPV6, IPV6_MULTICAST_IF,   1,      1,      Option::ipv6_multicast_interface, 1},
    SetRow{"UnicastIf6",      Of::udp6, IPPROTO_IPV6, IPV6_UNICAST_IF,     1,      1,      Option::ipv6_unicast_interface, 0x01000000},
    SetRow{"DontFragment6",   Of::udp6, IPPROTO_IPV6, IPV6_DONTFRAG,       1,      1,      Option::ipv6_mtu_discover,  2},
    // clang-format on
};

class SetOption : public testing::TestWithParam<SetRow> {};

TEST_P(SetOption, ReadsBackAsWindowsDoesAndIsInTheKernel) {
  const SetRow& row = GetParam();
  const Started started;
  const LiveSocket live = make(row.socket);
  EXPECT_EQ(error_of_set(live.handle(), row.level, row.option, row.value), 0);
  EXPECT_EQ(get_dword(live.handle(), row.level, row.option), row.reads);
  if (row.host == Option::none) return;
  int kernel = 0;
  ASSERT_EQ(os::get_int(live.fd(), row.host, kernel), 0);
  EXPECT_EQ(kernel, row.kernel);
}

INSTANTIATE_TEST_SUITE_P(Rows, SetOption, testing::ValuesIn(kSetRows),
                         [](const auto& row) { return std::string{row.param.name}; });

// -- what is refused, and what reads without a set ------------------------------------------------

struct AnswerRow {
  std::string_view name;
  Of socket;
  int level;
  int option;
  std::optional<DWORD> reads;  // nullopt: WSAENOPROTOOPT.
  int set_error;               // Of a set to 1.

  friend void PrintTo(const AnswerRow& row, std::ostream* out) { *out << row.name; }
};

constexpr std::nullopt_t kUnknown = std::nullopt;

constexpr std::array kAnswers{
    // clang-format off
    AnswerRow{"TypeOfTcp",           Of::tcp,       SOL_SOCKET,   SO_TYPE,               SOCK_STREAM, WSAENOPROTOOPT},
    AnswerRow{"TypeOfUdp",           Of::udp,       SOL_SOCKET,   SO_TYPE,               SOCK_DGRAM,  WSAENOPROTOOPT},
    AnswerRow{"NoDelayOfNew",        Of::tcp,       IPPROTO_TCP,  TCP_NODELAY,           0U,          0},
    AnswerRow{"ErrorOfNew",          Of::tcp,       SOL_SOCKET,   SO_ERROR,              0U,          WSAENOPROTOOPT},
    AnswerRow{"AcceptConnOfNew",     Of::tcp,       SOL_SOCKET,   SO_ACCEPTCONN,         0U,          WSAENOPROTOOPT},
    AnswerRow{"AcceptConnListening", Of::listening, SOL_SOCKET,   SO_ACCEPTCONN,         1U,          WSAENOPROTOOPT},
    AnswerRow{"AcceptConnOfUdp",     Of::udp,       SOL_SOCKET,   SO_ACCEPTCONN,         kUnknown,    WSAENOPROTOOPT},
    AnswerRow{"ConnectTimeOfNew",    Of::tcp,       SOL_SOCKET,   SO_CONNECT_TIME,       0xffffffffU, WSAENOPROTOOPT},
    AnswerRow{"ConnectTimeOfUdp",    Of::udp,       SOL_SOCKET,   SO_CONNECT_TIME,       kUnknown,    WSAENOPROTOOPT},
    AnswerRow{"MaxMessageOfUdp",     Of::udp,       SOL_SOCKET,   SO_MAX_MSG_SIZE,       65507U,      WSAENOPROTOOPT},
    AnswerRow{"MaxMessageOfTcp",     Of::tcp,       SOL_SOCKET,   SO_MAX_MSG_SIZE,       kUnknown,    WSAENOPROTOOPT},
    AnswerRow{"OobInlineOfUdp",      Of::udp,       SOL_SOCKET,   SO_OOBINLINE,          kUnknown,    WSAENOPROTOOPT},
    AnswerRow{"BroadcastOfTcp",      Of::tcp,       SOL_SOCKET,   SO_BROADCAST,          kUnknown,    WSAENOPROTOOPT},
    AnswerRow{"DontLingerOfUdp",     Of::udp,       SOL_SOCKET,   SO_DONTLINGER,         kUnknown,    WSAENOPROTOOPT},
    AnswerRow{"DontLingerOfTcp",     Of::tcp,       SOL_SOCKET,   SO_DONTLINGER,         1U,          0},
    AnswerRow{"DontRouteOfTcp6",     Of::tcp6,      SOL_SOCKET,   SO_DONTROUTE,          kUnknown,    WSAENOPROTOOPT},
    AnswerRow{"V6OnlyOfTcp4",        Of::tcp,       IPPROTO_IPV6, IPV6_V6ONLY,           kUnknown,    WSAENOPROTOOPT},
    AnswerRow{"MulticastOfTcp",      Of::tcp,       IPPROTO_IP,   IP_MULTICAST_TTL,      kUnknown,    WSAENOPROTOOPT},
    AnswerRow{"NoChecksumOfTcp",     Of::tcp,       IPPROTO_UDP,  UDP_NOCHECKSUM,        kUnknown,    WSAENOPROTOOPT},
    AnswerRow{"MaxSegment",          Of::tcp,       IPPROTO_TCP,  TCP_MAXSEG,            kUnknown,    WSAENOPROTOOPT},
    AnswerRow{"HeaderIncludedOfUdp", Of::udp,       IPPROTO_IP,   IP_HDRINCL,            kUnknown,    WSAENOPROTOOPT},
    AnswerRow{"ConditionalAccept",   Of::tcp,       SOL_SOCKET,   SO_CONDITIONAL_ACCEPT, kUnknown,    WSAENOPROTOOPT},
    AnswerRow{"RandomizePort",       Of::tcp,       SOL_SOCKET,   SO_RANDOMIZE_PORT,     kUnknown,    WSAENOPROTOOPT},
    AnswerRow{"SendLowWater",        Of::tcp,       SOL_SOCKET,   SO_SNDLOWAT,           kUnknown,    WSAENOPROTOOPT},
    AnswerRow{"LocalReuse",          Of::local,     SOL_SOCKET,   SO_REUSEADDR,          kUnknown,    WSAENOPROTOOPT},
    // clang-format on
};

class OptionAnswer : public testing::TestWithParam<AnswerRow> {};

TEST_P(OptionAnswer, IsThatOfTheRow) {  // K-25
  const AnswerRow& row = GetParam();
  const Started started;
  const LiveSocket live = make(row.socket);
  if (row.reads) {
    EXPECT_EQ(get_dword(live.handle(), row.level, row.option), *row.reads);
  } else {
    EXPECT_EQ(error_of_get(live.handle(), row.level, row.option), WSAENOPROTOOPT);
  }
  EXPECT_EQ(error_of_set(live.handle(), row.level, row.option, 1), row.set_error);
}

INSTANTIATE_TEST_SUITE_P(Rows, OptionAnswer, testing::ValuesIn(kAnswers),
                         [](const auto& row) { return std::string{row.param.name}; });

// -- options with a story ------------------------------------------------------------------------

TEST(LingerOption, IsAStructureOfFourBytes) {
  const Started started;
  const LiveSocket live = LiveSocket::fresh();
  const LINGER asked{1, 30};
  ASSERT_EQ(setsockopt(live.handle(), SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&asked),
                       sizeof asked),
            0);
  LINGER found{};
  int size = 64;
  ASSERT_EQ(
      getsockopt(live.handle(), SOL_SOCKET, SO_LINGER, reinterpret_cast<char*>(&found), &size), 0);
  EXPECT_EQ(size, 4);
  EXPECT_EQ(found.l_onoff, 1);
  EXPECT_EQ(found.l_linger, 30);
  EXPECT_EQ(get_dword(live.handle(), SOL_SOCKET, SO_DONTLINGER), 0U);
  ASSERT_EQ(error_of_set(live.handle(), SOL_SOCKET, SO_DONTLINGER, 1), 0);
  size = 4;
  ASSERT_EQ(
      getsockopt(live.handle(), SOL_SOCKET, SO_LINGER, reinterpret_cast<char*>(&found), &size), 0);
  EXPECT_EQ(found.l_onoff, 0);
  size = 3;
  EXPECT_EQ(
      getsockopt(live.handle(), SOL_SOCKET, SO_LINGER, reinterpret_cast<char*>(&found), &size),
      SOCKET_ERROR);
  EXPECT_EQ(last_error(), WSAEFAULT);
}

TEST(ErrorOption, KeepsItsValueWhenRead) {  // K-106
  const Started started;
  const LiveSocket live = LiveSocket::refused();
  EXPECT_EQ(get_dword(live.handle(), SOL_SOCKET, SO_ERROR), DWORD{WSAECONNREFUSED});
  EXPECT_EQ(get_dword(live.handle(), SOL_SOCKET, SO_ERROR), DWORD{WSAECONNREFUSED});
}

TEST(ConnectTimeOption, CountsSeconds) {  // K-106
  const Started started;
  LiveSocket live = LiveSocket::connecting();
  EXPECT_EQ(get_dword(live.handle(), SOL_SOCKET, SO_CONNECT_TIME), 0xffff'ffffU);
  live.let_connect();
  EXPECT_EQ(get_dword(live.handle(), SOL_SOCKET, SO_CONNECT_TIME), 0U);
  live.entry().connected_at_ns -= 5'500'000'000;
  EXPECT_EQ(get_dword(live.handle(), SOL_SOCKET, SO_CONNECT_TIME), 5U);
}

TEST(OpenTypeOption, IsTheThreadsAndTakesAnyHandle) {  // K-23
  EXPECT_EQ(error_of_set(INVALID_SOCKET, SOL_SOCKET, SO_OPENTYPE, 0x20), WSANOTINITIALISED);
  const Started started;
  EXPECT_EQ(error_of_set(INVALID_SOCKET, SOL_SOCKET, SO_OPENTYPE, SO_SYNCHRONOUS_NONALERT), 0);
  EXPECT_EQ(get_dword(LiveSocket::fresh().handle(), SOL_SOCKET, SO_OPENTYPE), 0x20U);
  EXPECT_EQ(get_dword(4711, SOL_SOCKET, SO_OPENTYPE), 0x20U);
  for (const DWORD type : {DWORD{SO_SYNCHRONOUS_NONALERT}, DWORD{0}}) {
    EXPECT_EQ(error_of_set(4711, SOL_SOCKET, SO_OPENTYPE, type), 0);
    const SOCKET made = socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_EQ(winsock::Socket::find(made)->traits().overlapped, type == 0);
    EXPECT_EQ(closesocket(made), 0);
  }
  EXPECT_EQ(error_of_get(4711, SOL_SOCKET, SO_TYPE), WSAENOTSOCK);
}

TEST(ProtocolInfoOption, NamesTheSocketsProtocol) {
  const Started started;
  const LiveSocket live = LiveSocket::fresh(Kind::udp, Family::ipv6);
  WSAPROTOCOL_INFOA info{};
  int size = sizeof info;
  ASSERT_EQ(getsockopt(live.handle(), SOL_SOCKET, SO_PROTOCOL_INFOA, reinterpret_cast<char*>(&info),
                       &size),
            0);
  EXPECT_EQ(info.iAddressFamily, AF_INET6);
  EXPECT_EQ(info.iSocketType, SOCK_DGRAM);
  EXPECT_EQ(info.iProtocol, int{IPPROTO_UDP});
  WSAPROTOCOL_INFOW wide{};
  size = sizeof wide;
  ASSERT_EQ(getsockopt(live.handle(), SOL_SOCKET, SO_PROTOCOL_INFOW, reinterpret_cast<char*>(&wide),
                       &size),
            0);
  EXPECT_EQ(size, static_cast<int>(sizeof wide));
  EXPECT_EQ(wide.iSocketType, SOCK_DGRAM);
}

TEST(MulticastOptions, JoinAndLeaveInEveryForm) {
  const Started started;
  const LiveSocket live = LiveSocket::fresh(Kind::udp);
  const auto set = [&](int option, const auto& value) {
    return setsockopt(live.handle(), IPPROTO_IP, option, reinterpret_cast<const char*>(&value),
                      sizeof value) == 0
               ? 0
               : last_error();
  };
  ip_mreq by_address{};
  by_address.imr_multiaddr.s_addr = 0x010203e0 | 0xef000000U >> 24;  // 239.3.2.1
  by_address.imr_interface.s_addr = 0x0100007f;                      // 127.0.0.1
  EXPECT_EQ(set(IP_ADD_MEMBERSHIP, by_address), 0);
  EXPECT_EQ(set(IP_ADD_MEMBERSHIP, by_address), WSAEADDRINUSE);
  EXPECT_EQ(set(IP_DROP_MEMBERSHIP, by_address), 0);
  EXPECT_EQ(set(IP_DROP_MEMBERSHIP, by_address), WSAEADDRNOTAVAIL);

  ip_mreq by_index = by_address;
  by_index.imr_interface.s_addr = 0x01000000;  // 0.0.0.1: the first interface, loopback.
  EXPECT_EQ(set(IP_ADD_MEMBERSHIP, by_index), 0);
  EXPECT_EQ(set(IP_DROP_MEMBERSHIP, by_index), 0);

  ip_mreq_source source{};
  source.imr_multiaddr = by_address.imr_multiaddr;
  source.imr_interface = by_address.imr_interface;
  source.imr_sourceaddr.s_addr = 0x0200007f;
  EXPECT_EQ(set(IP_ADD_SOURCE_MEMBERSHIP, source), 0);
  EXPECT_EQ(set(IP_DROP_SOURCE_MEMBERSHIP, source), 0);

  GROUP_REQ group{};
  group.gr_interface = 1;
  auto& address = reinterpret_cast<SOCKADDR_IN&>(group.gr_group);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = by_address.imr_multiaddr.s_addr;
  EXPECT_EQ(set(MCAST_JOIN_GROUP, group), 0);
  EXPECT_EQ(set(MCAST_LEAVE_GROUP, group), 0);
  group.gr_group.ss_family = 99;
  EXPECT_EQ(set(MCAST_JOIN_GROUP, group), WSAEINVAL);
}

TEST(MulticastOptions, JoinIpv6Groups) {
  const Started started;
  const LiveSocket live = LiveSocket::fresh(Kind::udp, Family::ipv6);
  GROUP_REQ group{};
  group.gr_interface = 1;
  auto& address = reinterpret_cast<SOCKADDR_IN6&>(group.gr_group);
  address.sin6_family = AF_INET6;
  address.sin6_addr.s6_addr[0] = 0xff;
  address.sin6_addr.s6_addr[1] = 0x01;
  address.sin6_addr.s6_addr[15] = 0x77;
  const auto set = [&](int option, const auto& value) {
    return setsockopt(live.handle(), IPPROTO_IPV6, option, reinterpret_cast<const char*>(&value),
                      sizeof value) == 0
               ? 0
               : last_error();
  };
  EXPECT_EQ(set(MCAST_JOIN_GROUP, group), 0);
  EXPECT_EQ(set(MCAST_LEAVE_GROUP, group), 0);
  ipv6_mreq old_form{};
  old_form.ipv6mr_multiaddr = address.sin6_addr;
  old_form.ipv6mr_interface = 1;
  EXPECT_EQ(set(IPV6_ADD_MEMBERSHIP, old_form), 0);
  EXPECT_EQ(set(IPV6_DROP_MEMBERSHIP, old_form), 0);
}

}  // namespace
}  // namespace wsalive::test
