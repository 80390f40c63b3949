// Connection requests that are pending, fail and complete (K-101, K-102, K-106, K-115).
// labels: net

#include "support/winsock_api.hpp"

#include <array>
#include <chrono>
#include <cstring>
#include <thread>

namespace wsalive::test {
namespace {

/// A listener whose queue is full: the next request stays pending, until `drain`.
class FullListener {
 public:
  FullListener() : listener_(test::listener(0)), filler_(tcp()) {
    EXPECT_EQ(connect_to(filler_, address()), 0);
  }
  [[nodiscard]] sockaddr_in address() const { return name_of(listener_); }
  void drain() { accepted_ = accept_one(listener_); }

 private:
  Own listener_;
  Own filler_;
  Own accepted_;
};

void set_non_blocking(SOCKET s) {
  u_long on = 1;
  ASSERT_EQ(ioctlsocket(s, FIONBIO, &on), 0);
}

Own non_blocking_tcp() {
  Own made = tcp();
  set_non_blocking(made);
  return made;
}

int error_of(SOCKET s) {
  int value = -1;
  int size = sizeof value;
  EXPECT_EQ(getsockopt(s, SOL_SOCKET, SO_ERROR, reinterpret_cast<char*>(&value), &size), 0);
  return value;
}

/// Waits until the request has ended, without any call that names the socket's state.
void wait_writable(SOCKET s) {
  WSAPOLLFD item{s, POLLWRNORM, 0};
  ASSERT_EQ(WSAPoll(&item, 1, 5000), 1);
}

class Connecting : public testing::Test {
 protected:
  Winsock started_;
};

TEST_F(Connecting, APendingRequestSaysSo) {  // K-101, K-102, K-115
  FullListener full;
  const Own s = non_blocking_tcp();
  const sockaddr_in address = full.address();
  ASSERT_TRUE(fails_with(connect_to(s, address), WSAEWOULDBLOCK));
  EXPECT_TRUE(fails_with(connect_to(s, address), WSAEALREADY));
  char byte = 0;
  EXPECT_TRUE(fails_with(send(s, &byte, 1, 0), WSAENOTCONN));
  EXPECT_TRUE(fails_with(recv(s, &byte, 1, 0), WSAENOTCONN));
  EXPECT_TRUE(fails_with(shutdown(s, SD_BOTH), WSAENOTCONN));
  EXPECT_TRUE(fails_with(listen(s, 1), WSAEINVAL));
  EXPECT_NE(name_of(s).sin_port, 0);
  sockaddr_in peer{};
  int size = sizeof peer;
  EXPECT_EQ(getpeername(s, reinterpret_cast<sockaddr*>(&peer), &size), 0);
  EXPECT_EQ(size, 16);
  EXPECT_EQ(peer.sin_family, AF_INET);
  EXPECT_EQ(peer.sin_port, address.sin_port);

  full.drain();
  wait_writable(s);
  EXPECT_TRUE(fails_with(connect_to(s, address), WSAEISCONN));
  EXPECT_EQ(send(s, &byte, 1, 0), 1);
  EXPECT_EQ(error_of(s), 0);
}

TEST_F(Connecting, AnEndedRequestIsNoticedByTheNextCallAlone) {  // K-31, K-101
  const Own from = listener();
  const Own s = non_blocking_tcp();
  ASSERT_TRUE(fails_with(connect_to(s, name_of(from)), WSAEWOULDBLOCK));
  // On the loopback it has completed by now.
  EXPECT_TRUE(fails_with(connect_to(s, name_of(from)), WSAEISCONN));
  const Own t = non_blocking_tcp();
  ASSERT_TRUE(fails_with(connect_to(t, name_of(from)), WSAEWOULDBLOCK));
  EXPECT_EQ(send(t, "x", 1, 0), 1);
}

TEST_F(Connecting, AFailedRequestKeepsItsErrorAndMayBeRepeated) {  // K-101, K-106
  Own gone = listener();
  const sockaddr_in nobody = name_of(gone);
  gone.close();
  const Own s = non_blocking_tcp();
  ASSERT_TRUE(fails_with(connect_to(s, nobody), WSAEWOULDBLOCK));
  wait_writable(s);
  EXPECT_EQ(error_of(s), WSAECONNREFUSED);
  EXPECT_EQ(error_of(s), WSAECONNREFUSED);
  char byte = 0;
  EXPECT_TRUE(fails_with(recv(s, &byte, 1, 0), WSAENOTCONN));
  const Own from = listener();
  EXPECT_TRUE(fails_with(connect_to(s, name_of(from)), WSAEWOULDBLOCK));
  wait_writable(s);
  EXPECT_EQ(error_of(s), 0);
  EXPECT_EQ(send(s, &byte, 1, 0), 1);
}

TEST_F(Connecting, ABlockingRequestIsSeenByOtherThreads) {  // K-101, K-102, K-109
  FullListener full;
  const SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
  int result = 0;
  int error = 0;
  std::thread blocked{[&] {
    result = connect_to(s, full.address());
    error = WSAGetLastError();
  }};
  std::this_thread::sleep_for(std::chrono::milliseconds{30});
  EXPECT_TRUE(fails_with(connect_to(s, full.address()), WSAEALREADY));
  EXPECT_TRUE(fails_with(send(s, "x", 1, 0), WSAENOTCONN));
  EXPECT_EQ(closesocket(s), 0);
  blocked.join();
  EXPECT_EQ(result, SOCKET_ERROR);
  EXPECT_EQ(error, WSAEINTR);
}

TEST_F(Connecting, ASendTimeOutDoesNotEndTheRequest) {  // K-116
  FullListener full;
  const Own s = tcp();
  const DWORD ms = 50;
  ASSERT_EQ(setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, reinterpret_cast<const char*>(&ms), sizeof ms),
            0);
  std::thread later{[&] {
    std::this_thread::sleep_for(std::chrono::milliseconds{150});
    full.drain();
  }};
  EXPECT_EQ(connect_to(s, full.address()), 0) << WSAGetLastError();
  later.join();
}

TEST(ConnectingByVersion1, SaysInvalidWherePending) {  // K-101
  const Winsock started{nullptr, MAKEWORD(1, 1)};
  FullListener full;
  const Own s = non_blocking_tcp();
  ASSERT_TRUE(fails_with(connect_to(s, full.address()), WSAEWOULDBLOCK));
  EXPECT_TRUE(fails_with(connect_to(s, full.address()), WSAEINVAL));
}

TEST_F(Connecting, WsaConnectIsTheSame) {
  const Own from = listener();
  const sockaddr_in address = name_of(from);
  const auto* const name = reinterpret_cast<const sockaddr*>(&address);
  const Own s = tcp();
  EXPECT_TRUE(fails_with(WSAConnect(s, name, 3, nullptr, nullptr, nullptr, nullptr), WSAEFAULT));
  EXPECT_EQ(WSAConnect(s, name, sizeof address, nullptr, nullptr, nullptr, nullptr), 0);
  EXPECT_TRUE(fails_with(WSAConnect(s, name, sizeof address, nullptr, nullptr, nullptr, nullptr),
                         WSAEISCONN));
}

}  // namespace
}  // namespace wsalive::test
