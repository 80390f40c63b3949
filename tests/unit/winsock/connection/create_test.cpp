// socket and WSASocket: which sockets there are and what a new one is like (K-05, K-21, K-25, K-113).
// labels: net

#include "support/winsock_api.hpp"

#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <ostream>
#include <string>
#include <vector>

#include "support/child.hpp"
#include "support/system_calls.hpp"

namespace wsalive::test {
namespace {

struct Row {
  const char* name;
  int family;
  int type;
  int protocol;
  int error;

  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};
constexpr std::array kRows{
    // clang-format off
    Row{"Tcp",               AF_INET,   SOCK_STREAM,    IPPROTO_TCP,  0},
    Row{"TcpByDefault",      AF_INET,   SOCK_STREAM,    0,            0},
    Row{"TcpByProtocol",     AF_INET,   0,              IPPROTO_TCP,  0},
    Row{"TcpOverIpv6",       AF_INET6,  SOCK_STREAM,    IPPROTO_TCP,  0},
    Row{"Udp",               AF_INET,   SOCK_DGRAM,     IPPROTO_UDP,  0},
    Row{"UdpOverIpv6",       AF_INET6,  SOCK_DGRAM,     0,            0},
    Row{"Local",             AF_UNIX,   SOCK_STREAM,    0,            0},
    Row{"UnspecifiedTcp",    AF_UNSPEC, SOCK_STREAM,    IPPROTO_TCP,  0},
    Row{"Nothing",           AF_UNSPEC, 0,              0,            WSAEINVAL},
    Row{"LinuxsIpv6",        10,        SOCK_STREAM,    0,            WSAEAFNOSUPPORT},
    Row{"Netbios",           AF_NETBIOS, SOCK_STREAM,   0,            WSAEAFNOSUPPORT},
    Row{"UnknownType",       AF_INET,   77,             0,            WSAESOCKTNOSUPPORT},
    Row{"SequentialPackets", AF_INET,   SOCK_SEQPACKET, 0,            WSAESOCKTNOSUPPORT},
    Row{"UdpStream",         AF_INET,   SOCK_STREAM,    IPPROTO_UDP,  WSAEPROTONOSUPPORT},
    Row{"TcpDatagrams",      AF_INET,   SOCK_DGRAM,     IPPROTO_TCP,  WSAEPROTONOSUPPORT},
    Row{"LocalDatagrams",    AF_UNIX,   SOCK_DGRAM,     0,            WSAESOCKTNOSUPPORT},
    Row{"LocalTcp",          AF_UNIX,   SOCK_STREAM,    IPPROTO_TCP,  WSAEPROTONOSUPPORT},
    // clang-format on
};

class Create : public testing::TestWithParam<Row> {
 protected:
  Winsock started_;
};

TEST_P(Create, MakesOrRefuses) {
  const Row& row = GetParam();
  if (row.error != 0) {
    EXPECT_TRUE(no_socket(socket(row.family, row.type, row.protocol), row.error));
    EXPECT_TRUE(
        no_socket(WSASocketW(row.family, row.type, row.protocol, nullptr, 0, 0), row.error));
    return;
  }
  const Own s{socket(row.family, row.type, row.protocol)};
  ASSERT_NE(s.get(), INVALID_SOCKET) << WSAGetLastError();
  EXPECT_LT(s.get(), 1000U);  // K-05: programs keep them in an int.
  const Own t{WSASocketA(row.family, row.type, row.protocol, nullptr, 0, WSA_FLAG_OVERLAPPED)};
  EXPECT_NE(t.get(), INVALID_SOCKET);
}

INSTANTIATE_TEST_SUITE_P(Rows, Create, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string{row.param.name}; });

/// A host's refusals, each in a child of its own: what a stream, a datagram and a raw socket come to.
struct HostRow {
  const char* name;
  std::vector<ArgumentIs> refused;  // Arguments of socket(family, type, protocol).
  int error;                        // The host's.
  std::array<int, 3> answers;       // Stream, datagram, IPv6 stream.

  friend void PrintTo(const HostRow& row, std::ostream* out) { *out << row.name; }
};

constexpr ArgumentIs kIpv4{.index = 0, .value = 2};
constexpr ArgumentIs kIpv6{.index = 0, .value = 10};
constexpr ArgumentIs kStreams{.index = 1, .value = 1, .mask = 0xf};
const HostRow kHosts[]{
    // clang-format off
    {"NoSystemCall",   {kIpv4, kIpv6}, ENOSYS,       {WSAENETDOWN, WSAENETDOWN, WSAENETDOWN}},
    {"NoRight",        {kIpv4, kIpv6}, EPERM,        {WSAENETDOWN, WSAENETDOWN, WSAENETDOWN}},
    {"NoAccess",       {kIpv4, kIpv6}, EACCES,       {WSAENETDOWN, WSAENETDOWN, WSAENETDOWN}},
    {"NoFamily",       {kIpv4, kIpv6}, EAFNOSUPPORT, {WSAENETDOWN, WSAENETDOWN, WSAENETDOWN}},
    {"NoStreams",      {kStreams},     EACCES,       {WSAENETDOWN, 0, WSAENETDOWN}},
    {"NoIpv4",         {kIpv4},        EAFNOSUPPORT, {WSAEAFNOSUPPORT, WSAEAFNOSUPPORT, 0}},
    {"NoIpv6",         {kIpv6},        EAFNOSUPPORT, {0, 0, WSAEAFNOSUPPORT}},
    {"NoDescriptors",  {kIpv4, kIpv6}, EMFILE,       {WSAEMFILE, WSAEMFILE, WSAEMFILE}},
    // clang-format on
};

class CreateOnAHost : public testing::TestWithParam<HostRow> {};

TEST_P(CreateOnAHost, NetDownIsWhereNothingCanBeMade) {  // K-21
  const HostRow& row = GetParam();
  const int differs = finish_child(start_child([&] {
    const Winsock started;
    for (const ArgumentIs& which : row.refused) deny_system_call(SYS_socket, row.error, which);
    const auto answer = [](int family, int type) {
      return socket(family, type, 0) == INVALID_SOCKET ? WSAGetLastError() : 0;
    };
    if (answer(AF_INET, SOCK_STREAM) != row.answers[0]) return 1;
    if (answer(AF_INET, SOCK_DGRAM) != row.answers[1]) return 2;
    return answer(AF_INET6, SOCK_STREAM) != row.answers[2] ? 3 : 0;
  }));
  EXPECT_EQ(differs, 0);
}

INSTANTIATE_TEST_SUITE_P(Hosts, CreateOnAHost, testing::ValuesIn(kHosts),
                         [](const auto& row) { return std::string{row.param.name}; });

class NewSocket : public testing::Test {
 protected:
  Winsock started_;
};

TEST_F(NewSocket, OverIpv6IsForIpv6Alone) {  // K-113
  const Own six{socket(AF_INET6, SOCK_STREAM, 0)};
  DWORD only = 0;
  int size = sizeof only;
  ASSERT_EQ(getsockopt(six, IPPROTO_IPV6, IPV6_V6ONLY, reinterpret_cast<char*>(&only), &size), 0);
  EXPECT_EQ(only, 1U);
}

/// Whether IPv4 may have the port that a listener has for IPv6.
bool shares_a_port() {
  const Own six{socket(AF_INET6, SOCK_STREAM, 0)};
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  int size = sizeof any;
  EXPECT_EQ(bind(six, reinterpret_cast<sockaddr*>(&any), sizeof any), 0);
  EXPECT_EQ(getsockname(six, reinterpret_cast<sockaddr*>(&any), &size), 0);
  EXPECT_EQ(listen(six, 1), 0);
  sockaddr_in same_port = loopback(any.sin6_port);
  same_port.sin_addr.s_addr = 0;
  return bind_to(tcp(), same_port) == 0;
}

TEST_F(NewSocket, OverIpv6LeavesThePortToIpv4) {  // K-113
  bool shares = false;
  for (int i = 0; i < 10 && !shares; ++i) shares = shares_a_port();  // Another program may have it.
  EXPECT_TRUE(shares);
}

TEST_F(NewSocket, TakesWhatAProtocolDescriptionSays) {
  WSAPROTOCOL_INFOW info{};
  info.iAddressFamily = AF_INET6;
  info.iSocketType = SOCK_DGRAM;
  info.iProtocol = IPPROTO_UDP;
  const Own s{WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, 0)};
  ASSERT_NE(s.get(), INVALID_SOCKET);
  int type = 0;
  int size = sizeof type;
  EXPECT_EQ(getsockopt(s, SOL_SOCKET, SO_TYPE, reinterpret_cast<char*>(&type), &size), 0);
  EXPECT_EQ(type, SOCK_DGRAM);
  auto* const bad = reinterpret_cast<WSAPROTOCOL_INFOW*>(1);
  EXPECT_TRUE(no_socket(WSASocketW(AF_INET, SOCK_STREAM, 0, bad, 0, 0), WSAEFAULT));
  EXPECT_TRUE(no_socket(WSASocketW(AF_INET, SOCK_STREAM, 0, nullptr, 0, 0x100), WSAEINVAL));
}

TEST_F(NewSocket, IsAdoptedOnce) {  // K-23
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  EXPECT_TRUE(no_socket(wsalive_adopt(ends[0]), WSAENOTSOCK));
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_TRUE(no_socket(wsalive_adopt(-1), WSAENOTSOCK));
  EXPECT_TRUE(no_socket(wsalive_adopt(ends[0]), WSAENOTSOCK));
  const Own s = tcp();
  EXPECT_EQ(wsalive_fd(s), static_cast<int>(s.get()));
  EXPECT_TRUE(no_socket(wsalive_adopt(static_cast<int>(s.get())), WSAEINVAL));
  EXPECT_TRUE(fails_with(wsalive_fd(INVALID_SOCKET), WSAENOTSOCK));
}

TEST_F(NewSocket, IsAdoptedInTheStateInWhichItIs) {  // K-23
  const Own from = listener();
  const int twin = ::dup(wsalive_fd(from));
  const Own listening{wsalive_adopt(twin)};
  ASSERT_NE(listening.get(), INVALID_SOCKET);
  const Own client = tcp();
  ASSERT_EQ(connect_to(client, name_of(listening)), 0);
  EXPECT_NE(accept_one(listening).get(), INVALID_SOCKET);
  const Own again{wsalive_adopt(::dup(wsalive_fd(client)))};
  EXPECT_TRUE(fails_with(connect_to(again, name_of(from)), WSAEISCONN));
  const Own fresh{wsalive_adopt(::dup(wsalive_fd(tcp())))};
  EXPECT_TRUE(fails_with(listen(fresh, 1), WSAEINVAL));
}

}  // namespace
}  // namespace wsalive::test
