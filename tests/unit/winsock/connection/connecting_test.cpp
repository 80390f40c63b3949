// Connection requests beside shutdown, listen and a time-out for sending. What else a request answers: tests/conformance/connecting.c.
// labels: net

#include "support/winsock_api.hpp"

#include <chrono>
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

class Connecting : public testing::Test {
 protected:
  Winsock started_;
};

TEST_F(Connecting, APendingRequestHasNoDirectionsAndIsNoListener) {
  const FullListener full;
  const Own s = non_blocking_tcp();
  ASSERT_TRUE(fails_with(connect_to(s, full.address()), WSAEWOULDBLOCK));
  EXPECT_TRUE(fails_with(shutdown(s, SD_BOTH), WSAENOTCONN));
  EXPECT_TRUE(fails_with(listen(s, 1), WSAEINVAL));
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

}  // namespace
}  // namespace wsalive::test
