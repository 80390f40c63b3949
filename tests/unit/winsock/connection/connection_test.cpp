// From socket() to closesocket() over the loopback: what each call answers in each state.
// labels: net

#include "support/winsock_api.hpp"

#include <string>
#include <thread>
#include <vector>

namespace wsalive::test {
namespace {

class Connection : public testing::Test {
 protected:
  Winsock started_;
};

TEST_F(Connection, CarriesBytesBothWays) {
  const Pair pair = connected_pair();
  char bytes[8] = {};
  EXPECT_EQ(send(pair.client, "hello", 5, 0), 5);
  EXPECT_EQ(recv(pair.server, bytes, sizeof bytes, 0), 5);
  EXPECT_EQ(std::string(bytes, 5), "hello");
  EXPECT_EQ(send(pair.server, "hi", 2, 0), 2);
  EXPECT_EQ(recv(pair.client, bytes, 1, MSG_PEEK), 1);
  EXPECT_EQ(recv(pair.client, bytes, sizeof bytes, 0), 2);
  EXPECT_EQ(WSAGetLastError(), 0);
}

TEST_F(Connection, EndsWithZero) {
  Pair pair = connected_pair();
  char byte = 0;
  EXPECT_EQ(shutdown(pair.client, SD_SEND), 0);
  EXPECT_EQ(recv(pair.server, &byte, 1, 0), 0);
  EXPECT_EQ(recv(pair.server, &byte, 1, 0), 0);
  EXPECT_TRUE(fails_with(send(pair.client, &byte, 1, 0), WSAESHUTDOWN));
  pair.server.close();
  EXPECT_EQ(recv(pair.client, &byte, 1, 0), 0);
  EXPECT_EQ(recv(pair.client, &byte, 1, 0), 0);
}

TEST_F(Connection, AHandleThatIsNoSocketIsRefusedFirst) {  // K-23
  char byte = 0;
  const Own closed = tcp();
  closesocket(closed);
  // stderr is a descriptor, but not one of ours; -3 and 2^32 are in no table.
  for (const SOCKET bad : {INVALID_SOCKET, SOCKET{2}, closed.get(), SOCKET(-3), SOCKET{1} << 32}) {
    EXPECT_TRUE(fails_with(send(bad, nullptr, 1, 0), WSAENOTSOCK)) << bad;
    EXPECT_TRUE(fails_with(recv(bad, &byte, 1, 0x40000000), WSAENOTSOCK)) << bad;
    EXPECT_TRUE(fails_with(bind(bad, nullptr, 0), WSAENOTSOCK)) << bad;
    EXPECT_TRUE(fails_with(connect(bad, nullptr, 0), WSAENOTSOCK)) << bad;
    EXPECT_TRUE(fails_with(listen(bad, 1), WSAENOTSOCK)) << bad;
    EXPECT_TRUE(fails_with(shutdown(bad, 9), WSAENOTSOCK)) << bad;
    EXPECT_TRUE(fails_with(getsockname(bad, nullptr, nullptr), WSAENOTSOCK)) << bad;
    EXPECT_TRUE(fails_with(closesocket(bad), WSAENOTSOCK)) << bad;
    EXPECT_TRUE(no_socket(accept(bad, nullptr, nullptr), WSAENOTSOCK)) << bad;
  }
}

TEST_F(Connection, AnUnconnectedSocketTransfersNothing) {
  char byte = 0;
  const Own fresh = tcp();
  const Own listening = listener();
  for (const SOCKET s : {fresh.get(), listening.get()}) {
    EXPECT_TRUE(fails_with(send(s, &byte, 1, 0), WSAENOTCONN));
    EXPECT_TRUE(fails_with(recv(s, &byte, 1, 0), WSAENOTCONN));
    EXPECT_TRUE(fails_with(shutdown(s, SD_BOTH), WSAENOTCONN));
  }
  Own client = tcp();
  EXPECT_EQ(connect_to(client, name_of(listening)), 0);  // The listener still listens.
}

TEST_F(Connection, BadBuffersAreFaults) {  // K-26
  const Pair pair = connected_pair();
  for (char* bad : {static_cast<char*>(nullptr), reinterpret_cast<char*>(1)}) {
    EXPECT_TRUE(fails_with(send(pair.client, bad, 4, 0), WSAEFAULT));
    EXPECT_EQ(send(pair.server, "x", 1, 0), 1);
    EXPECT_TRUE(fails_with(recv(pair.client, bad, 4, 0), WSAEFAULT));
    char byte = 0;
    EXPECT_EQ(recv(pair.client, &byte, 1, 0), 1);  // Nothing was lost.
  }
  char byte = 0;
  EXPECT_TRUE(fails_with(send(pair.client, &byte, -1, 0), WSAEFAULT));
  EXPECT_TRUE(fails_with(recv(pair.client, &byte, -1, 0), WSAEFAULT));
}

TEST_F(Connection, UnknownFlagsAreRefused) {
  const Pair pair = connected_pair();
  char byte = 0;
  EXPECT_TRUE(fails_with(send(pair.client, &byte, 1, 0x4000), WSAEOPNOTSUPP));
  EXPECT_TRUE(fails_with(send(pair.client, &byte, 1, MSG_PEEK), WSAEOPNOTSUPP));
  EXPECT_TRUE(fails_with(recv(pair.client, &byte, 1, 0x4000), WSAEOPNOTSUPP));
  EXPECT_TRUE(fails_with(recv(pair.client, &byte, 1, MSG_DONTROUTE), WSAEOPNOTSUPP));
}

TEST_F(Connection, ConnectSaysInWhichStateTheSocketIs) {  // K-101
  const Own from = listener();
  const Pair pair = connected_pair();
  EXPECT_TRUE(fails_with(connect_to(pair.client, name_of(from)), WSAEISCONN));
  EXPECT_TRUE(fails_with(connect_to(pair.server, name_of(from)), WSAEISCONN));
  EXPECT_TRUE(fails_with(connect_to(from, name_of(from)), WSAEINVAL));
  EXPECT_TRUE(fails_with(listen(pair.client, 1), WSAEISCONN));
}

TEST_F(Connection, ARefusedSocketMayConnectAgain) {  // K-101
  Own from = listener();
  const sockaddr_in address = name_of(from);
  from.close();
  const Own client = tcp();
  EXPECT_TRUE(fails_with(connect_to(client, address), WSAECONNREFUSED));
  EXPECT_TRUE(fails_with(connect_to(client, address), WSAECONNREFUSED));
  from = listener();
  EXPECT_EQ(connect_to(client, name_of(from)), 0) << WSAGetLastError();
}

TEST_F(Connection, BadAddressesChangeNothing) {  // K-26
  const Own from = listener();
  const sockaddr_in good = name_of(from);
  const auto* const name = reinterpret_cast<const sockaddr*>(&good);
  const Own client = tcp();
  sockaddr_in other = good;
  EXPECT_TRUE(fails_with(connect(client, nullptr, sizeof good), WSAEFAULT));
  EXPECT_TRUE(fails_with(connect(client, name, 15), WSAEFAULT));
  EXPECT_TRUE(fails_with(connect(client, name, -1), WSAEFAULT));
  EXPECT_TRUE(
      fails_with(WSAConnect(client, name, 3, nullptr, nullptr, nullptr, nullptr), WSAEFAULT));
  other.sin_family = AF_INET6;
  EXPECT_TRUE(fails_with(connect_to(client, other), WSAEAFNOSUPPORT));
  other.sin_family = AF_UNSPEC;
  EXPECT_TRUE(fails_with(connect_to(client, other), WSAEAFNOSUPPORT));
  other.sin_family = 10;  // Linux's AF_INET6.
  EXPECT_TRUE(fails_with(connect_to(client, other), WSAEAFNOSUPPORT));
  EXPECT_TRUE(fails_with(connect_to(client, loopback(0)), WSAEADDRNOTAVAIL));
  other = good;
  other.sin_addr.s_addr = 0;
  EXPECT_TRUE(fails_with(connect_to(client, other), WSAEADDRNOTAVAIL));
  EXPECT_EQ(connect_to(client, good), 0);
  other.sin_family = AF_UNSPEC;
  EXPECT_TRUE(fails_with(connect_to(client, other), WSAEAFNOSUPPORT));
  EXPECT_EQ(send(client, "x", 1, 0), 1);  // Never disconnected by AF_UNSPEC.
}

TEST_F(Connection, ABadPointerLosesNoConnection) {  // K-26
  const Own from = listener();
  const Own client = tcp();
  ASSERT_EQ(connect_to(client, name_of(from)), 0);
  sockaddr_in address{};
  auto* const name = reinterpret_cast<sockaddr*>(&address);
  int size = sizeof address;
  int small = 15;
  EXPECT_TRUE(no_socket(accept(from, reinterpret_cast<sockaddr*>(1), &size), WSAEFAULT));
  EXPECT_TRUE(no_socket(accept(from, name, &small), WSAEFAULT));
  EXPECT_EQ(small, 15);
  const Own accepted{accept(from, name, &size)};
  ASSERT_NE(accepted.get(), INVALID_SOCKET);
  EXPECT_EQ(size, 16);
  EXPECT_EQ(address.sin_port, name_of(client).sin_port);
}

TEST_F(Connection, NamesAreWindows) {
  const Pair pair = connected_pair();
  const Own fresh = tcp();
  sockaddr_storage name{};
  int size = sizeof name;
  auto* const out = reinterpret_cast<sockaddr*>(&name);
  EXPECT_TRUE(fails_with(getsockname(fresh, out, &size), WSAEINVAL));
  EXPECT_TRUE(fails_with(getpeername(fresh, out, &size), WSAENOTCONN));
  EXPECT_EQ(size, static_cast<int>(sizeof name));
  size = 15;
  EXPECT_TRUE(fails_with(getsockname(pair.client, out, &size), WSAEFAULT));
  size = sizeof name;
  EXPECT_EQ(getpeername(pair.client, out, &size), 0);
  EXPECT_EQ(size, 16);
  EXPECT_EQ(reinterpret_cast<sockaddr_in*>(out)->sin_port, name_of(pair.server).sin_port);

  const Own six{socket(AF_INET6, SOCK_STREAM, 0)};
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  ASSERT_EQ(bind(six, reinterpret_cast<sockaddr*>(&any), sizeof any), 0) << WSAGetLastError();
  size = sizeof name;
  EXPECT_EQ(getsockname(six, out, &size), 0);
  EXPECT_EQ(size, 28);
  EXPECT_EQ(name.ss_family, 23);  // K-05
}

TEST_F(Connection, AForeignAddressIsRefused) {
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

TEST_F(Connection, ListenNeedsABoundStream) {
  const Own fresh = tcp();
  EXPECT_TRUE(fails_with(listen(fresh, 1), WSAEINVAL));
  EXPECT_TRUE(fails_with(listen(udp(), 1), WSAEOPNOTSUPP));
  EXPECT_TRUE(no_socket(accept(fresh, nullptr, nullptr), WSAEINVAL));
  EXPECT_TRUE(no_socket(accept(udp(), nullptr, nullptr), WSAEOPNOTSUPP));
  EXPECT_EQ(bind_to(fresh, loopback()), 0);
  EXPECT_TRUE(fails_with(bind_to(fresh, loopback()), WSAEINVAL));
  EXPECT_EQ(listen(fresh, SOMAXCONN_HINT(5)), 0);
  EXPECT_EQ(listen(fresh, 7), 0);  // Again, with another backlog.
}

TEST_F(Connection, ABlockingSendCompletesWhole) {
  const Pair pair = connected_pair();
  const std::vector<char> bytes(4 << 20, 'x');
  std::size_t got = 0;
  std::thread reader{[&] {
    std::vector<char> some(65536);
    while (got < bytes.size()) {
      const int n = recv(pair.server, some.data(), static_cast<int>(some.size()), 0);
      if (n <= 0) break;
      got += static_cast<std::size_t>(n);
    }
  }};
  EXPECT_EQ(send(pair.client, bytes.data(), static_cast<int>(bytes.size()), 0),
            static_cast<int>(bytes.size()));
  reader.join();
  EXPECT_EQ(got, bytes.size());
}

}  // namespace
}  // namespace wsalive::test
