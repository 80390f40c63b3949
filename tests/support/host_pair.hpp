// A Winsock connection between two made-up hosts whose cable can be cut.
#pragma once

#include <memory>

#include "support/private_network.hpp"
#include "support/winsock_api.hpp"

#include <mstcpip.h>

namespace wsalive::test {

/// What SO_ERROR reads.
inline int error_of(SOCKET s) {
  int value = -1;
  int size = sizeof value;
  EXPECT_EQ(getsockopt(s, SOL_SOCKET, SO_ERROR, reinterpret_cast<char*>(&value), &size), 0);
  return value;
}

/// A connection between the two hosts; the client's keep-alive finds a dead peer after `idle` + 3 s.
class HostPair : public TwoHosts {
 protected:
  void SetUp() override {
    TwoHosts::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    started_ = std::make_unique<Winsock>();
    connect_hosts();
  }

  void TearDown() override {
    pair_ = {};
    started_.reset();
  }

  void connect_hosts() {
    Own from;
    {
      const lab::Visit visit{network().server()};
      from = tcp();
      sockaddr_in any{};
      any.sin_family = AF_INET;
      ASSERT_EQ(bind_to(from, any), 0);
      ASSERT_EQ(listen(from, 1), 0);
    }
    sockaddr_in address = name_of(from);
    address.sin_addr.s_addr = inet_addr(lab::Wiring::server_v4.data());
    const lab::Visit visit{network().client()};
    pair_.client = tcp();
    ASSERT_EQ(connect_to(pair_.client, address), 0) << WSAGetLastError();
    pair_.server = accept_one(from);
    ASSERT_NE(pair_.server.get(), INVALID_SOCKET);
  }

  /// 1 s of silence, then 10 probes every 100 ms: given up after 2 s.
  void keep_alive() {
    tcp_keepalive times{1, 1000, 100};
    DWORD returned = 0;
    ASSERT_EQ(WSAIoctl(pair_.client, SIO_KEEPALIVE_VALS, &times, sizeof times, nullptr, 0,
                       &returned, nullptr, nullptr),
              0);
  }

  void cut() { ASSERT_TRUE(network().cut_cable()); }

  void wait_for_death() {
    WSAPOLLFD item{pair_.client, 0, 0};
    ASSERT_EQ(WSAPoll(&item, 1, 15'000), 1);
    ASSERT_EQ(item.revents, POLLERR | POLLHUP);  // K-93
  }

  std::unique_ptr<Winsock> started_;
  Pair pair_;
};

}  // namespace wsalive::test
