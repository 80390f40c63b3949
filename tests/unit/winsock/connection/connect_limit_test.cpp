// How long a connection request is tried that nobody answers (K-116).
// labels: ns realtime slow

#include <chrono>

#include "support/host_pair.hpp"

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;

using Request = HostPair;

TEST_F(Request, ThatNobodyAnswersEndsAfter21Seconds) {  // K-116
  cut();
  sockaddr_in address = name_of(pair_.server);
  const lab::Visit visit{network().client()};
  const Own s = tcp();
  const auto before = std::chrono::steady_clock::now();
  EXPECT_TRUE(fails_with(connect_to(s, address), WSAETIMEDOUT));
  const auto taken = std::chrono::steady_clock::now() - before;
  EXPECT_GE(taken, 20s);
  EXPECT_LE(taken, 22s);
  EXPECT_EQ(error_of(s), WSAETIMEDOUT);
}

TEST_F(Request, ThatNobodyAwaitsEndsAsSoon) {  // K-116
  cut();
  sockaddr_in address = name_of(pair_.server);
  const lab::Visit visit{network().client()};
  const Own s = tcp();
  u_long on = 1;
  ASSERT_EQ(ioctlsocket(s, FIONBIO, &on), 0);
  const auto before = std::chrono::steady_clock::now();
  EXPECT_TRUE(fails_with(connect_to(s, address), WSAEWOULDBLOCK));
  fd_set exceptional;
  FD_ZERO(&exceptional);
  FD_SET(s.get(), &exceptional);
  EXPECT_EQ(select(0, nullptr, nullptr, &exceptional, nullptr), 1);
  const auto taken = std::chrono::steady_clock::now() - before;
  EXPECT_GE(taken, 14s);
  EXPECT_LE(taken, 24s);
  EXPECT_EQ(error_of(s), WSAETIMEDOUT);
  ASSERT_TRUE(network().mend_cable());
}

}  // namespace
}  // namespace wsalive::test
