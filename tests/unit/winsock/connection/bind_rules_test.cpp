// Who may hold a port together (K-114), by Microsoft's page on SO_REUSEADDR and SO_EXCLUSIVEADDRUSE.
// labels: net

#include "support/winsock_api.hpp"

#include <array>
#include <ostream>
#include <string>

namespace wsalive::test {
namespace {

enum class Claim { none, reuse, exclusive };

Own claiming(Claim claim, int type = SOCK_STREAM) {
  Own made{socket(AF_INET, type, 0)};
  const BOOL on = TRUE;
  const auto set = [&](int name) {
    EXPECT_EQ(setsockopt(made, SOL_SOCKET, name, reinterpret_cast<const char*>(&on), sizeof on), 0);
  };
  if (claim == Claim::reuse) set(SO_REUSEADDR);
  if (claim == Claim::exclusive) set(SO_EXCLUSIVEADDRUSE);
  return made;
}

struct Row {
  const char* name;
  Claim first;
  Claim second;
  int error;

  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};
// The first socket listens; the second one binds the same address.
constexpr std::array kRows{
    // clang-format off
    Row{"DefaultOnDefault",     Claim::none,      Claim::none,      WSAEADDRINUSE},
    Row{"ReuseOnDefault",       Claim::none,      Claim::reuse,     0},
    Row{"ExclusiveOnDefault",   Claim::none,      Claim::exclusive, WSAEADDRINUSE},
    Row{"DefaultOnReuse",       Claim::reuse,     Claim::none,      WSAEADDRINUSE},
    Row{"ReuseOnReuse",         Claim::reuse,     Claim::reuse,     0},
    Row{"ExclusiveOnReuse",     Claim::reuse,     Claim::exclusive, WSAEADDRINUSE},
    Row{"DefaultOnExclusive",   Claim::exclusive, Claim::none,      WSAEADDRINUSE},
    Row{"ReuseOnExclusive",     Claim::exclusive, Claim::reuse,     WSAEACCES},
    Row{"ExclusiveOnExclusive", Claim::exclusive, Claim::exclusive, WSAEADDRINUSE},
    // clang-format on
};

class Bind : public testing::TestWithParam<Row> {
 protected:
  Winsock started_;
};

TEST_P(Bind, SharesAListenersPortAsWindowsDoes) {  // K-114
  const Own first = claiming(GetParam().first);
  ASSERT_EQ(bind_to(first, loopback()), 0);
  ASSERT_EQ(listen(first, 5), 0);
  const Own second = claiming(GetParam().second);
  const int result = bind_to(second, name_of(first));
  if (GetParam().error != 0) {
    EXPECT_TRUE(fails_with(result, GetParam().error));
    EXPECT_EQ(bind_to(second, loopback()), 0);  // Refused, it may take another one.
    return;
  }
  EXPECT_EQ(result, 0) << WSAGetLastError();
  EXPECT_EQ(listen(second, 5), 0) << WSAGetLastError();
}

TEST_P(Bind, SharesADatagramPortAsWindowsDoes) {  // K-114
  const Own first = claiming(GetParam().first, SOCK_DGRAM);
  ASSERT_EQ(bind_to(first, loopback()), 0);
  const Own second = claiming(GetParam().second, SOCK_DGRAM);
  const int result = bind_to(second, name_of(first));
  if (GetParam().error != 0) {
    EXPECT_TRUE(fails_with(result, GetParam().error));
  } else {
    EXPECT_EQ(result, 0) << WSAGetLastError();
  }
}

INSTANTIATE_TEST_SUITE_P(Pairs, Bind, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string{row.param.name}; });

class BindOver : public testing::Test {
 protected:
  Winsock started_;
};

/// A listener's address after the listener has gone and its connection, ended by the server first, waits in
/// TIME_WAIT.
sockaddr_in ended_server(Claim claim) {
  Own first = claiming(claim);
  EXPECT_EQ(bind_to(first, loopback()), 0);
  EXPECT_EQ(listen(first, 5), 0);
  const sockaddr_in address = name_of(first);
  Own client = tcp();
  EXPECT_EQ(connect_to(client, address), 0);
  Own accepted = accept_one(first);
  accepted.close();
  char byte = 0;
  EXPECT_EQ(recv(client, &byte, 1, 0), 0);
  client.close();
  first.close();
  return address;
}

TEST_F(BindOver, EndedConnectionsTakeAListener) {  // K-114
  const sockaddr_in address = ended_server(Claim::none);
  const Own again = tcp();
  EXPECT_EQ(bind_to(again, address), 0) << WSAGetLastError();
  EXPECT_EQ(listen(again, 5), 0);
  const Own third = tcp();
  EXPECT_TRUE(fails_with(bind_to(third, address), WSAEADDRINUSE));
}

TEST_F(BindOver, ABoundSocketThatDoesNotListenKeepsItsPort) {  // K-114
  const Own first = tcp();
  ASSERT_EQ(bind_to(first, loopback()), 0);
  const Own second = tcp();
  EXPECT_TRUE(fails_with(bind_to(second, name_of(first)), WSAEADDRINUSE));
}

TEST_F(BindOver, ASocketThatTookAnEndedPortKeepsIt) {  // K-114
  const sockaddr_in address = ended_server(Claim::none);
  const Own first = tcp();
  ASSERT_EQ(bind_to(first, address), 0);
  const Own second = tcp();
  EXPECT_TRUE(fails_with(bind_to(second, address), WSAEADDRINUSE));
}

TEST_F(BindOver, AForeignAddressIsRefused) {
  const Own s = tcp();
  sockaddr_in address = loopback();
  address.sin_addr.s_addr = 0x010200c0;  // 192.0.2.1: documentation's.
  EXPECT_TRUE(fails_with(bind_to(s, address), WSAEADDRNOTAVAIL));
  address.sin_family = AF_INET6;
  EXPECT_TRUE(fails_with(bind_to(s, address), WSAEAFNOSUPPORT));
  EXPECT_TRUE(fails_with(bind(s, reinterpret_cast<sockaddr*>(&address), 15), WSAEFAULT));
  EXPECT_TRUE(fails_with(bind(s, nullptr, 16), WSAEFAULT));
  EXPECT_EQ(bind_to(s, loopback()), 0);
}

}  // namespace
}  // namespace wsalive::test
