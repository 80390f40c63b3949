// Which codes a connection's end gives calls in progress and later ones (K-28, K-90 to K-93), on made-up
// hosts whose cable is cut.
// labels: ns realtime

#include "support/winsock_api.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "support/host_pair.hpp"

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;

int receive(SOCKET s) {
  char byte = 0;
  return recv(s, &byte, 1, 0);
}

using Death = HostPair;

TEST_F(Death, ByKeepAliveEndsAllCallsInProgressWithReset) {  // K-90
  keep_alive();
  std::array<int, 3> errors{};
  std::vector<std::thread> blocked;
  for (int& error : errors) {
    blocked.emplace_back([&] {
      EXPECT_EQ(receive(pair_.client), SOCKET_ERROR);
      error = WSAGetLastError();
    });
  }
  std::this_thread::sleep_for(100ms);
  cut();
  for (std::thread& each : blocked) each.join();
  for (const int error : errors) EXPECT_EQ(error, WSAENETRESET);
  EXPECT_TRUE(fails_with(receive(pair_.client), WSAECONNRESET));
  EXPECT_TRUE(fails_with(send(pair_.client, "x", 1, 0), WSAECONNRESET));
  EXPECT_EQ(error_of(pair_.client), 0);
}

TEST_F(Death, ByKeepAliveIsToldOnceToTheFirstLaterCall) {  // K-28, K-90, K-93
  keep_alive();
  cut();
  wait_for_death();
  wait_for_death();
  fd_set reading;
  FD_ZERO(&reading);
  FD_SET(pair_.client.get(), &reading);
  fd_set writing = reading;
  fd_set exceptional = reading;
  EXPECT_EQ(select(0, &reading, &writing, &exceptional, nullptr), 2);
  EXPECT_EQ(exceptional.fd_count, 0U);
  const BOOL on = TRUE;
  const auto switch_on = [&] {
    return setsockopt(pair_.client, SOL_SOCKET, SO_KEEPALIVE, reinterpret_cast<const char*>(&on),
                      sizeof on);
  };
  EXPECT_TRUE(fails_with(switch_on(), WSAENETRESET));
  EXPECT_EQ(error_of(pair_.client), 0);
  // None of these has used it up.
  EXPECT_TRUE(fails_with(send(pair_.client, "x", 1, 0), WSAENETRESET));
  EXPECT_TRUE(fails_with(send(pair_.client, "x", 1, 0), WSAECONNRESET));
  EXPECT_TRUE(fails_with(receive(pair_.client), WSAECONNRESET));
  EXPECT_TRUE(fails_with(receive(pair_.client), WSAECONNRESET));
  EXPECT_TRUE(fails_with(switch_on(), WSAENETRESET));  // For as long as the socket lives.
  WSAPOLLFD item{pair_.client, POLLRDNORM | POLLWRNORM, 0};
  EXPECT_EQ(WSAPoll(&item, 1, 0), 1);
  EXPECT_EQ(item.revents, POLLERR | POLLHUP | POLLWRNORM);
}

TEST_F(Death, ComesAfterUnreadData) {  // K-90
  keep_alive();
  EXPECT_EQ(send(pair_.server, "ab", 2, 0), 2);
  std::this_thread::sleep_for(20ms);
  cut();
  std::this_thread::sleep_for(3s);
  EXPECT_EQ(receive(pair_.client), 1);
  EXPECT_EQ(receive(pair_.client), 1);
  EXPECT_TRUE(fails_with(receive(pair_.client), WSAENETRESET));
  EXPECT_TRUE(fails_with(receive(pair_.client), WSAECONNRESET));
}

TEST_F(Death, OfSentDataIsATimeOut) {  // K-91
  const lab::Visit visit{network().client()};
  ASSERT_TRUE(lab::set_sysctl("net/ipv4/tcp_retries2", "3"));
  keep_alive();
  int error = 0;
  std::thread blocked{[&] {
    EXPECT_EQ(receive(pair_.client), SOCKET_ERROR);
    error = WSAGetLastError();
  }};
  std::this_thread::sleep_for(50ms);
  cut();
  std::this_thread::sleep_for(1300ms);  // Probes are out when the data follows.
  EXPECT_EQ(send(pair_.client, "x", 1, 0), 1);
  blocked.join();
  EXPECT_EQ(error, WSAETIMEDOUT);
  EXPECT_TRUE(fails_with(receive(pair_.client), WSAETIMEDOUT));
  EXPECT_TRUE(fails_with(send(pair_.client, "x", 1, 0), WSAETIMEDOUT));
}

TEST_F(Death, ByTheAnswerToAProbeIsAReset) {  // K-92
  keep_alive();
  cut();
  pair_.server.close();  // Its end does not arrive.
  {
    // The server's host forgets the connection, as after a restart.
    const lab::Visit visit{network().server()};
    ASSERT_TRUE(lab::set_sysctl("net/ipv4/tcp_fin_timeout", "1"));
    ASSERT_TRUE(lab::set_sysctl("net/ipv4/tcp_orphan_retries", "1"));
  }
  int error = 0;
  std::thread blocked{[&] {
    EXPECT_EQ(receive(pair_.client), SOCKET_ERROR);
    error = WSAGetLastError();
  }};
  std::this_thread::sleep_for(1200ms);
  ASSERT_TRUE(network().mend_cable());
  blocked.join();
  EXPECT_EQ(error, WSAECONNRESET);
  EXPECT_TRUE(fails_with(receive(pair_.client), WSAECONNRESET));
}

TEST_F(Death, OfANonBlockingSocketIsFoundByItsReceive) {  // K-90
  keep_alive();
  u_long on = 1;
  ASSERT_EQ(ioctlsocket(pair_.client, FIONBIO, &on), 0);
  EXPECT_TRUE(fails_with(receive(pair_.client), WSAEWOULDBLOCK));
  cut();
  wait_for_death();
  EXPECT_TRUE(fails_with(receive(pair_.client), WSAENETRESET));
  EXPECT_TRUE(fails_with(receive(pair_.client), WSAECONNRESET));
}

}  // namespace
}  // namespace wsalive::test
