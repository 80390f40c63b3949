// labels: net
// FIONBIO, FIONREAD and SIOCATMARK through ioctlsocket and WSAIoctl.

#include <gtest/gtest.h>
#include <winsock2.h>

#include <array>

#include "support/live_socket.hpp"
#include "support/option_calls.hpp"
#include "support/plain_socket.hpp"

namespace wsalive::test {
namespace {

int error_of(SOCKET s, long command, u_long* argument) {
  return ioctlsocket(s, command, argument) == 0 ? 0 : last_error();
}

/// A socket of ours, connected to a plain one of the test's.
class Connected : public testing::Test {
 protected:
  Connected() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(far_side_.port());
    address.sin_addr.s_addr = 0x0100007f;
    ours_ = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    EXPECT_EQ(connect(ours_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  ~Connected() override { EXPECT_EQ(closesocket(ours_), 0); }

  Started started_;
  PlainSocket far_side_ = PlainSocket::listening("127.0.0.1");
  SOCKET ours_ = INVALID_SOCKET;
};

TEST_F(Connected, NonBlockingCallsDoNotWait) {
  u_long on = 1;
  ASSERT_EQ(error_of(ours_, static_cast<long>(FIONBIO), &on), 0);
  char byte = 0;
  EXPECT_EQ(recv(ours_, &byte, 1, 0), SOCKET_ERROR);
  EXPECT_EQ(last_error(), WSAEWOULDBLOCK);

  u_long off = 0;
  DWORD returned = 99;
  ASSERT_EQ(WSAIoctl(ours_, FIONBIO, &off, sizeof off, nullptr, 0, &returned, nullptr, nullptr), 0);
  EXPECT_EQ(returned, 0U);
  const PlainSocket peer = far_side_.accepted();
  peer.send("x");
  EXPECT_EQ(recv(ours_, &byte, 1, 0), 1);  // Waits again.
}

TEST_F(Connected, ReadableBytesAreCounted) {
  u_long bytes = 99;
  ASSERT_EQ(error_of(ours_, static_cast<long>(FIONREAD), &bytes), 0);
  EXPECT_EQ(bytes, 0U);
  const PlainSocket peer = far_side_.accepted();
  peer.send("seven 7");
  std::array<char, 8> seen{};
  ASSERT_GT(recv(ours_, seen.data(), 8, MSG_PEEK), 0);  // It has arrived.
  DWORD returned = 0;
  ASSERT_EQ(
      WSAIoctl(ours_, FIONREAD, nullptr, 0, &bytes, sizeof bytes, &returned, nullptr, nullptr), 0);
  EXPECT_EQ(bytes, 7U);
  EXPECT_EQ(returned, 4U);
}

TEST_F(Connected, WithoutUrgentDataItIsAtTheMark) {
  u_long at_mark = 99;
  ASSERT_EQ(error_of(ours_, static_cast<long>(SIOCATMARK), &at_mark), 0);
  EXPECT_EQ(at_mark, 1U);
}

TEST_F(Connected, BadBuffersAreFaultsAndChangeNothing) {  // K-13, K-64
  DWORD returned = 99;
  u_long on = 1;
  for (const long command :
       {static_cast<long>(FIONBIO), static_cast<long>(FIONREAD), static_cast<long>(SIOCATMARK)}) {
    EXPECT_EQ(error_of(ours_, command, nullptr), WSAEFAULT);
    EXPECT_EQ(error_of(ours_, command, reinterpret_cast<u_long*>(1)), WSAEFAULT);
  }
  EXPECT_EQ(WSAIoctl(ours_, FIONBIO, &on, 3, nullptr, 0, &returned, nullptr, nullptr),
            SOCKET_ERROR);
  EXPECT_EQ(last_error(), WSAEFAULT);
  EXPECT_EQ(returned, 0U);
  EXPECT_FALSE(winsock::Socket::find(ours_)->non_blocking);
}

TEST(IoctlSocket, RefusesInOrder) {  // K-20, K-22, K-23, K-68
  u_long value = 1;
  EXPECT_EQ(error_of(INVALID_SOCKET, 0x1234, nullptr), WSANOTINITIALISED);
  const Started started;
  {
    const winsock::Runtime::CallInProgress callback;
    EXPECT_EQ(error_of(INVALID_SOCKET, 0x1234, nullptr), WSAEINPROGRESS);
  }
  EXPECT_EQ(error_of(INVALID_SOCKET, 0x1234, nullptr), WSAENOTSOCK);
  const LiveSocket udp = LiveSocket::fresh(Kind::udp);
  EXPECT_EQ(error_of(udp.handle(), 0x1234, nullptr), WSAEOPNOTSUPP);
  EXPECT_EQ(error_of(udp.handle(), static_cast<long>(SIO_KEEPALIVE_VALS), &value), WSAEOPNOTSUPP);
  EXPECT_EQ(error_of(udp.handle(), static_cast<long>(FIONBIO), &value), 0);
}

}  // namespace
}  // namespace wsalive::test
