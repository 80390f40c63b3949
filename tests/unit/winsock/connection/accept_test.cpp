// accept and WSAAccept: what the new socket inherits (K-41, K-112), and the condition function (K-22).
// labels: net

#include "support/winsock_api.hpp"

#include <array>
#include <cstring>
#include <ostream>
#include <string>

#include <mstcpip.h>

namespace wsalive::test {
namespace {

DWORD option(SOCKET s, int level, int name) {
  DWORD value = 0xdeadbeef;
  int size = sizeof value;
  EXPECT_EQ(getsockopt(s, level, name, reinterpret_cast<char*>(&value), &size), 0)
      << name << ' ' << WSAGetLastError();
  return value;
}

void set(SOCKET s, int level, int name, DWORD value) {
  EXPECT_EQ(setsockopt(s, level, name, reinterpret_cast<const char*>(&value), sizeof value), 0)
      << name << ' ' << WSAGetLastError();
}

struct OptionRow {
  const char* name;
  int level;
  int option;
  DWORD value;
  DWORD read;

  friend void PrintTo(const OptionRow& row, std::ostream* out) { *out << row.name; }
};
constexpr std::array kInherited{
    // clang-format off
    OptionRow{"KeepAlive",  SOL_SOCKET,  SO_KEEPALIVE,  1,     1},      // K-41
    OptionRow{"Idle",       IPPROTO_TCP, TCP_KEEPIDLE,  77,    77},
    OptionRow{"Interval",   IPPROTO_TCP, TCP_KEEPINTVL, 7,     7},
    OptionRow{"MaxRt",      IPPROTO_TCP, TCP_MAXRT, 7,         7},
    OptionRow{"Count",      IPPROTO_TCP, TCP_KEEPCNT,   3,     3},
    OptionRow{"NoDelay",    IPPROTO_TCP, TCP_NODELAY,   1,     1},      // K-112
    OptionRow{"OobInline",  SOL_SOCKET,  SO_OOBINLINE,  1,     1},
    OptionRow{"SendBuffer", SOL_SOCKET,  SO_SNDBUF,     40000, 40000},
    OptionRow{"RecvBuffer", SOL_SOCKET,  SO_RCVBUF,     50000, 50000},
    OptionRow{"SendTime",   SOL_SOCKET,  SO_SNDTIMEO,   1234,  1234},
    OptionRow{"RecvTime",   SOL_SOCKET,  SO_RCVTIMEO,   2345,  2345},
    // clang-format on
};

class Inherited : public testing::TestWithParam<OptionRow> {
 protected:
  Winsock started_;
};

TEST_P(Inherited, FromTheListener) {  // K-41, K-112
  const OptionRow& row = GetParam();
  const Own from = listener();
  set(from, row.level, row.option, row.value);
  const Own client = tcp();
  ASSERT_EQ(connect_to(client, name_of(from)), 0);
  const Own accepted = accept_one(from);
  EXPECT_EQ(option(accepted, row.level, row.option), row.read);
  // And on a connection that is there already nothing changes with the listener.
  set(from, row.level, row.option, row.level == SOL_SOCKET && row.value == 1 ? 0 : row.value + 1);
  EXPECT_EQ(option(accepted, row.level, row.option), row.read);
}

INSTANTIATE_TEST_SUITE_P(Options, Inherited, testing::ValuesIn(kInherited),
                         [](const auto& row) { return std::string{row.param.name}; });

class Accept : public testing::Test {
 protected:
  Accept() : from_(listener()), client_(tcp()) {
    EXPECT_EQ(connect_to(client_, name_of(from_)), 0);
  }

  Winsock started_;
  Own from_;
  Own client_;
};

TEST_F(Accept, InheritsTimesOfFractionsOfASecond) {  // K-41
  tcp_keepalive times{1, 1500, 250};
  DWORD returned = 0;
  ASSERT_EQ(WSAIoctl(from_, SIO_KEEPALIVE_VALS, &times, sizeof times, nullptr, 0, &returned,
                     nullptr, nullptr),
            0);
  const Own client = tcp();
  ASSERT_EQ(connect_to(client, name_of(from_)), 0);
  const Own first = accept_one(from_);
  const Own accepted = accept_one(from_);
  WSALIVE_KEEPALIVE found{};
  found.size = sizeof found;
  ASSERT_EQ(wsalive_keepalive_in_force(accepted, &found), 0);
  EXPECT_EQ(found.on, 1U);
  EXPECT_EQ(found.idle, 1500U);
  EXPECT_EQ(found.interval, 250U);
  EXPECT_EQ(found.idle_source, DWORD{WSALIVE_SOURCE_SOCKET});
}

TEST_F(Accept, InheritsNonBlockingMode) {  // K-112
  u_long on = 1;
  ASSERT_EQ(ioctlsocket(from_, FIONBIO, &on), 0);
  const Own accepted = accept_one(from_);
  char byte = 0;
  EXPECT_TRUE(fails_with(recv(accepted, &byte, 1, 0), WSAEWOULDBLOCK));
  EXPECT_TRUE(no_socket(accept(from_, nullptr, nullptr), WSAEWOULDBLOCK));
}

/// What the condition function saw, and what it is to answer.
struct Asked {
  int answer = CF_ACCEPT;
  int calls = 0;
  sockaddr_in caller{};
  sockaddr_in callee{};
  int error_inside = 0;
  SOCKET s = INVALID_SOCKET;
};

int CALLBACK condition(LPWSABUF caller, LPWSABUF, LPQOS, LPQOS, LPWSABUF callee, LPWSABUF, GROUP*,
                       DWORD_PTR data) {
  auto& asked = *reinterpret_cast<Asked*>(data);
  ++asked.calls;
  std::memcpy(&asked.caller, caller->buf, sizeof asked.caller);
  std::memcpy(&asked.callee, callee->buf, sizeof asked.callee);
  EXPECT_TRUE(fails_with(listen(asked.s, 1), WSAEINPROGRESS));
  EXPECT_TRUE(fails_with(WSACleanup(), WSAEINPROGRESS));
  EXPECT_TRUE(fails_with(closesocket(INVALID_SOCKET), WSAEINPROGRESS));  // Before K-23.
  return asked.answer;
}

TEST_F(Accept, AsksTheCondition) {  // K-22
  Asked asked;
  asked.s = from_;
  sockaddr_in peer{};
  int size = sizeof peer;
  const Own accepted{WSAAccept(from_, reinterpret_cast<sockaddr*>(&peer), &size, condition,
                               reinterpret_cast<DWORD_PTR>(&asked))};
  ASSERT_NE(accepted.get(), INVALID_SOCKET);
  EXPECT_EQ(asked.calls, 1);
  EXPECT_EQ(asked.caller.sin_port, name_of(client_).sin_port);
  EXPECT_EQ(asked.callee.sin_port, name_of(from_).sin_port);
  EXPECT_EQ(peer.sin_port, asked.caller.sin_port);
  EXPECT_EQ(listen(from_, 1), 0);  // Calls may be made again.
}

TEST_F(Accept, RejectsByReset) {  // K-22
  Asked asked;
  asked.answer = CF_REJECT;
  const auto data = reinterpret_cast<DWORD_PTR>(&asked);
  EXPECT_TRUE(no_socket(WSAAccept(from_, nullptr, nullptr, condition, data), WSAECONNREFUSED));
  char byte = 0;
  EXPECT_TRUE(fails_with(recv(client_, &byte, 1, 0), WSAECONNRESET));
}

TEST_F(Accept, DefersToTheNextAccept) {  // K-22
  Asked asked;
  asked.answer = CF_DEFER;
  const auto data = reinterpret_cast<DWORD_PTR>(&asked);
  EXPECT_TRUE(no_socket(WSAAccept(from_, nullptr, nullptr, condition, data), WSATRY_AGAIN));
  fd_set reading;
  FD_ZERO(&reading);
  FD_SET(from_.get(), &reading);
  EXPECT_EQ(select(0, &reading, nullptr, nullptr, nullptr), 1);
  const Own accepted = accept_one(from_);
  ASSERT_NE(accepted.get(), INVALID_SOCKET);
  EXPECT_EQ(send(client_, "x", 1, 0), 1);
  char byte = 0;
  EXPECT_EQ(recv(accepted, &byte, 1, 0), 1);
}

TEST_F(Accept, ADeferredConnectionEndsWithItsListener) {
  Asked asked;
  asked.answer = CF_DEFER;
  const auto data = reinterpret_cast<DWORD_PTR>(&asked);
  EXPECT_TRUE(no_socket(WSAAccept(from_, nullptr, nullptr, condition, data), WSATRY_AGAIN));
  from_.close();
  char byte = 0;
  EXPECT_EQ(recv(client_, &byte, 1, 0), 0);
}

}  // namespace
}  // namespace wsalive::test
