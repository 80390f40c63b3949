// Datagrams: sendto, recvfrom and their WSA forms, with one buffer and with several.
// labels: net

#include "support/winsock_api.hpp"

#include <array>
#include <string>

#include "support/live_socket.hpp"

namespace wsalive::test {
namespace {

sockaddr* plain(sockaddr_in& address) { return reinterpret_cast<sockaddr*>(&address); }

class Message : public testing::Test {
 protected:
  Message() : from_(udp()), to_(udp()) {
    EXPECT_EQ(bind_to(to_, loopback()), 0);
    address_ = name_of(to_);
  }

  int send_to(const char* bytes, int size) {
    return sendto(from_, bytes, size, 0, plain(address_), sizeof address_);
  }

  Winsock started_;
  Own from_;
  Own to_;
  sockaddr_in address_{};
};

TEST_F(Message, ComesWithItsSender) {
  EXPECT_EQ(send_to("hello", 5), 5);
  std::array<char, 16> bytes{};
  sockaddr_in sender{};
  int size = sizeof sender;
  EXPECT_EQ(recvfrom(to_, bytes.data(), 16, 0, plain(sender), &size), 5);
  EXPECT_EQ(size, 16);
  EXPECT_EQ(sender.sin_family, AF_INET);
  EXPECT_EQ(sender.sin_port, name_of(from_).sin_port);  // The first message named its sender.
}

TEST_F(Message, LongerThanTheBufferFillsItAndIsAnError) {
  EXPECT_EQ(send_to("hello", 5), 5);
  std::array<char, 16> bytes{};
  EXPECT_TRUE(fails_with(recv(to_, bytes.data(), 3, MSG_PEEK), WSAEMSGSIZE));
  sockaddr_in sender{};
  int size = sizeof sender;
  EXPECT_TRUE(fails_with(recvfrom(to_, bytes.data(), 3, 0, plain(sender), &size), WSAEMSGSIZE));
  EXPECT_EQ(std::string(bytes.data()), "hel");
  EXPECT_EQ(sender.sin_port, name_of(from_).sin_port);
}

TEST_F(Message, BuffersAreFilledInTurn) {
  std::array<char, 4> one{'a', 'b'};
  std::array<char, 4> two{'c', 'd', 'e'};
  std::array<WSABUF, 3> out{{{2, one.data()}, {0, nullptr}, {3, two.data()}}};
  DWORD moved = 99;
  EXPECT_EQ(WSASendTo(from_, out.data(), 3, &moved, 0, plain(address_), sizeof address_, nullptr,
                      nullptr),
            0);
  EXPECT_EQ(moved, 5U);
  std::array<WSABUF, 2> in{{{3, one.data()}, {4, two.data()}}};
  DWORD flags = 0;
  sockaddr_in sender{};
  int size = sizeof sender;
  EXPECT_EQ(WSARecvFrom(to_, in.data(), 2, &moved, &flags, plain(sender), &size, nullptr, nullptr),
            0);
  EXPECT_EQ(moved, 5U);
  EXPECT_EQ(flags, 0U);
  EXPECT_EQ(std::string(one.data(), 3) + std::string(two.data(), 2), "abcde");
}

TEST_F(Message, ACutMessageSaysPartial) {
  EXPECT_EQ(send_to("hello", 5), 5);
  std::array<char, 4> bytes{};
  std::array<WSABUF, 2> in{{{1, bytes.data()}, {1, bytes.data() + 1}}};
  DWORD moved = 99;
  DWORD flags = 0;
  EXPECT_TRUE(
      fails_with(WSARecv(to_, in.data(), 2, &moved, &flags, nullptr, nullptr), WSAEMSGSIZE));
  EXPECT_EQ(flags, DWORD{MSG_PARTIAL});
  EXPECT_EQ(moved, 2U);
}

TEST_F(Message, BadPointersLoseNothing) {  // K-26
  EXPECT_EQ(send_to("x", 1), 1);
  char byte = 0;
  sockaddr_in sender{};
  int size = sizeof sender;
  int small = 15;
  WSABUF in{1, &byte};
  DWORD moved = 7;
  DWORD flags = 0;
  const BadPage page{BadPage::Access::read_only};
  auto* const read_only = reinterpret_cast<DWORD*>(page.inside());
  auto* const bad_name = reinterpret_cast<sockaddr*>(page.inside());
  EXPECT_TRUE(fails_with(recvfrom(to_, &byte, 1, 0, bad_name, &size), WSAEFAULT));
  EXPECT_TRUE(fails_with(recvfrom(to_, &byte, 1, 0, plain(sender), nullptr), WSAEFAULT));
  EXPECT_TRUE(fails_with(recvfrom(to_, &byte, 1, 0, plain(sender), &small), WSAEFAULT));
  EXPECT_TRUE(fails_with(recvfrom(to_, page.inside(), 1, MSG_PEEK, nullptr, nullptr), WSAEFAULT));
  EXPECT_TRUE(fails_with(WSARecv(to_, nullptr, 1, &moved, &flags, nullptr, nullptr), WSAEFAULT));
  EXPECT_TRUE(fails_with(WSARecv(to_, &in, 1, nullptr, &flags, nullptr, nullptr), WSAEFAULT));
  EXPECT_TRUE(fails_with(WSARecv(to_, &in, 1, &moved, nullptr, nullptr, nullptr), WSAEFAULT));
  EXPECT_TRUE(fails_with(WSARecv(to_, &in, 1, read_only, &flags, nullptr, nullptr), WSAEFAULT));
  EXPECT_TRUE(fails_with(WSARecv(to_, &in, 1, &moved, read_only, nullptr, nullptr), WSAEFAULT));
  EXPECT_TRUE(fails_with(WSARecv(to_, &in, 0, &moved, &flags, nullptr, nullptr), WSAEINVAL));
  EXPECT_EQ(moved, 7U);
  EXPECT_EQ(recv(to_, &byte, 1, 0), 1);

  EXPECT_TRUE(fails_with(sendto(from_, "x", 1, 0, plain(address_), 15), WSAEFAULT));
  EXPECT_TRUE(fails_with(sendto(from_, "x", 1, 0, reinterpret_cast<sockaddr*>(1), 16), WSAEFAULT));
  EXPECT_TRUE(fails_with(WSASend(from_, nullptr, 1, &moved, 0, nullptr, nullptr), WSAEFAULT));
  EXPECT_TRUE(fails_with(WSASend(from_, &in, 1, nullptr, 0, nullptr, nullptr), WSAEFAULT));
  EXPECT_TRUE(fails_with(WSASend(from_, &in, 1, read_only, 0, nullptr, nullptr), WSAEFAULT));
  EXPECT_TRUE(fails_with(WSASend(from_, &in, 0, &moved, 0, nullptr, nullptr), WSAEINVAL));
  u_long unread = 9;
  EXPECT_EQ(ioctlsocket(to_, FIONREAD, &unread), 0);
  EXPECT_EQ(unread, 0U);  // None of them was sent.
}

TEST_F(Message, NeedsADestination) {
  EXPECT_TRUE(fails_with(send(from_, "x", 1, 0), WSAENOTCONN));
  EXPECT_TRUE(fails_with(sendto(from_, "x", 1, 0, nullptr, 0), WSAEDESTADDRREQ));
  sockaddr_in nowhere = loopback(0);
  EXPECT_TRUE(
      fails_with(sendto(from_, "x", 1, 0, plain(nowhere), sizeof nowhere), WSAEADDRNOTAVAIL));
  nowhere.sin_family = AF_INET6;
  EXPECT_TRUE(
      fails_with(sendto(from_, "x", 1, 0, plain(nowhere), sizeof nowhere), WSAEAFNOSUPPORT));
}

TEST_F(Message, ConnectGivesAndTakesAPeer) {
  EXPECT_EQ(connect_to(from_, address_), 0);
  EXPECT_EQ(send(from_, "x", 1, 0), 1);
  sockaddr_in nowhere{};
  nowhere.sin_family = AF_INET;
  EXPECT_EQ(connect_to(from_, nowhere), 0);
  EXPECT_TRUE(fails_with(send(from_, "x", 1, 0), WSAENOTCONN));
  nowhere.sin_family = AF_UNSPEC;
  EXPECT_EQ(connect_to(from_, address_), 0);
  EXPECT_TRUE(fails_with(connect_to(from_, nowhere), WSAEAFNOSUPPORT));
  EXPECT_EQ(send(from_, "x", 1, 0), 1);
}

TEST_F(Message, ASocketWithoutAPortReceivesNothing) {
  char byte = 0;
  EXPECT_TRUE(fails_with(recv(from_, &byte, 1, 0), WSAEINVAL));
  sockaddr_in name{};
  int size = sizeof name;
  EXPECT_TRUE(fails_with(getsockname(from_, plain(name), &size), WSAEINVAL));
}

TEST_F(Message, AClosedPortIsToldToTheReceiver) {
  to_.close();
  EXPECT_EQ(connect_to(from_, address_), 0);
  EXPECT_EQ(send(from_, "x", 1, 0), 1);
  char byte = 0;
  EXPECT_TRUE(fails_with(recv(from_, &byte, 1, 0), WSAECONNRESET));
  EXPECT_EQ(send(from_, "x", 1, 0), 1);
  EXPECT_EQ(send(from_, "x", 1, 0), 1);  // A send does not report the error of the one before.
}

TEST_F(Message, ShutdownHolds) {
  EXPECT_EQ(shutdown(to_, SD_RECEIVE), 0);
  char byte = 0;
  EXPECT_TRUE(fails_with(recv(to_, &byte, 1, 0), WSAESHUTDOWN));
  EXPECT_EQ(shutdown(from_, SD_SEND), 0);
  EXPECT_TRUE(fails_with(send_to("x", 1), WSAESHUTDOWN));
  EXPECT_TRUE(fails_with(shutdown(from_, 3), WSAEINVAL));
}

TEST_F(Message, AStreamTakesBuffersToo) {
  const Pair pair = connected_pair();
  std::array<char, 4> one{'a', 'b'};
  std::array<WSABUF, 2> out{{{1, one.data()}, {1, one.data() + 1}}};
  DWORD moved = 0;
  // A stream's peer is who it is: no address counts, in or out.
  EXPECT_EQ(WSASendTo(pair.client, out.data(), 2, &moved, 0, plain(address_), 1, nullptr, nullptr),
            0);
  EXPECT_EQ(moved, 2U);
  DWORD flags = MSG_WAITALL;
  int size = 77;
  EXPECT_EQ(WSARecvFrom(pair.server, out.data(), 2, &moved, &flags, plain(address_), &size, nullptr,
                        nullptr),
            0);
  EXPECT_EQ(moved, 2U);
  EXPECT_EQ(size, 77);
}

}  // namespace
}  // namespace wsalive::test
