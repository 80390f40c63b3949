// labels: ns
// Which senders of an IPv6 group a socket hears, between two made-up hosts: multicast of IPv6 does not go
// over the loopback.

#include <winsock2.h>

#include <ws2tcpip.h>

#include <memory>
#include <string>
#include <string_view>

#include "support/private_network.hpp"
#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

sockaddr_in6 at6(std::string_view address, u_short port = 0) {
  sockaddr_in6 made{};
  made.sin6_family = AF_INET6;
  made.sin6_port = port;
  EXPECT_EQ(inet_pton(AF_INET6, std::string{address}.c_str(), &made.sin6_addr), 1);
  return made;
}

class SourceFilterOfIpv6 : public TwoHosts {
 protected:
  void SetUp() override {
    TwoHosts::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    started_ = std::make_unique<Winsock>();
    {
      const lab::Visit visit{network().server()};
      listener_ = Own{socket(AF_INET6, SOCK_DGRAM, 0)};
    }
    {
      const lab::Visit visit{network().client()};
      sender_ = Own{socket(AF_INET6, SOCK_DGRAM, 0)};
    }
    if (listener_ == INVALID_SOCKET || sender_ == INVALID_SOCKET) GTEST_SKIP() << "no IPv6";
    sockaddr_in6 here = at6("::");
    ASSERT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&here), sizeof here), 0);
    int size = sizeof here;
    ASSERT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&here), &size), 0);
    port_ = here.sin6_port;
    const sockaddr_in6 there = at6(lab::Wiring::client_v6);
    ASSERT_EQ(bind(sender_, reinterpret_cast<const sockaddr*>(&there), sizeof there), 0);
    ASSERT_EQ(join_all(kMarkers), 0);
    ASSERT_TRUE(await_cable());
    wait_at_most(5000);
  }
  void TearDown() override {
    listener_.close();
    sender_.close();
    started_.reset();
  }

  void wait_at_most(DWORD milliseconds) {
    const char* const bytes = reinterpret_cast<const char*>(&milliseconds);
    ASSERT_EQ(setsockopt(listener_, SOL_SOCKET, SO_RCVTIMEO, bytes, sizeof milliseconds), 0);
  }
  /// A new cable drops what it is given until both ends are up. Then nothing is left unheard.
  bool await_cable() {
    constexpr int kTries = 50;
    wait_at_most(100);
    char byte = 0;
    for (int tries = 0; tries != kTries; ++tries) {
      tell('.', at6(kMarkers, port_));
      if (recv(listener_, &byte, 1, 0) != 1) continue;
      while (recv(listener_, &byte, 1, 0) == 1) continue;
      return true;
    }
    return false;
  }

  /// The error of one of the MCAST_ options; 0 for success.
  int filter(int option, std::string_view source) {
    GROUP_SOURCE_REQ asked{};
    reinterpret_cast<sockaddr_in6&>(asked.gsr_group) = at6(kGroup);
    reinterpret_cast<sockaddr_in6&>(asked.gsr_source) = at6(source);
    return set(option, asked);
  }
  template <typename T>
  int set(int option, const T& value) {
    const char* const bytes = reinterpret_cast<const char*>(&value);
    return setsockopt(listener_, IPPROTO_IPV6, option, bytes, sizeof value) == 0
               ? 0
               : WSAGetLastError();
  }

  /// What arrives when the client tells the group, then a group without a filter.
  std::string heard() {
    tell('1', at6(kGroup, port_));
    tell('.', at6(kMarkers, port_));
    std::string all;
    for (char byte = 0; byte != '.'; all += byte) {
      if (recv(listener_, &byte, 1, 0) != 1) {
        return all + " error " + std::to_string(WSAGetLastError());
      }
    }
    return all;
  }
  void tell(char what, const sockaddr_in6& to) {
    EXPECT_EQ(sendto(sender_, &what, 1, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to), 1)
        << WSAGetLastError();
  }

  int join_all(std::string_view group) {
    GROUP_REQ asked{};
    reinterpret_cast<sockaddr_in6&>(asked.gr_group) = at6(group);
    return set(MCAST_JOIN_GROUP, asked);
  }

  static constexpr std::string_view kGroup = "ff02::77";
  static constexpr std::string_view kMarkers = "ff02::78";
  static constexpr std::string_view kClient = lab::Wiring::client_v6;
  static constexpr std::string_view kStranger = "fd77:1::99";

  std::unique_ptr<Winsock> started_;
  Own listener_;
  Own sender_;
  u_short port_ = 0;
};

TEST_F(SourceFilterOfIpv6, ABlockedSourceIsNotHeardUntilItIsUnblocked) {
  ASSERT_EQ(join_all(kGroup), 0);
  EXPECT_EQ(heard(), "1.");
  EXPECT_EQ(filter(MCAST_BLOCK_SOURCE, kStranger), 0);
  EXPECT_EQ(heard(), "1.");
  EXPECT_EQ(filter(MCAST_BLOCK_SOURCE, kClient), 0);
  EXPECT_EQ(heard(), ".");
  EXPECT_EQ(filter(MCAST_BLOCK_SOURCE, kClient), WSAEADDRNOTAVAIL);
  EXPECT_EQ(heard(), ".");
  EXPECT_EQ(filter(MCAST_UNBLOCK_SOURCE, kClient), 0);
  EXPECT_EQ(heard(), "1.");
}

TEST_F(SourceFilterOfIpv6, ASourceThatIsJoinedIsHeardAloneUntilItIsLeft) {
  ASSERT_EQ(filter(MCAST_JOIN_SOURCE_GROUP, kStranger), 0);
  EXPECT_EQ(heard(), ".");
  EXPECT_EQ(filter(MCAST_JOIN_SOURCE_GROUP, kClient), 0);
  EXPECT_EQ(heard(), "1.");
  EXPECT_EQ(filter(MCAST_LEAVE_SOURCE_GROUP, kStranger), 0);
  EXPECT_EQ(heard(), "1.");
  EXPECT_EQ(filter(MCAST_LEAVE_SOURCE_GROUP, kClient), 0);
}

}  // namespace
}  // namespace wsalive::test
