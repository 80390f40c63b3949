// AcceptEx, GetAcceptExSockaddrs and DisconnectEx. What the accepted socket inherits, and when: tests/conformance/inheritance.c.
// labels: net

#include <winsock2.h>

#include <mswsock.h>

#include <array>
#include <cstring>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/port.hpp"
#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

constexpr DWORD kName = sizeof(sockaddr_in) + 16;

class AcceptExTest : public testing::Test {
 protected:
  Winsock started_;
  Own from_ = listener();
  Own accepting_ = tcp();
  std::array<char, 256> room_{};
  OVERLAPPED overlapped_{};
  DWORD bytes_ = 0;

  BOOL accept_ex(DWORD data = 0) {
    return AcceptEx(from_, accepting_, room_.data(), data, kName, kName, nullptr, &overlapped_);
  }
  Own connected_client() {
    Own client = tcp();
    EXPECT_EQ(connect_to(client, name_of(from_)), 0);
    return client;
  }
};

TEST_F(AcceptExTest, TheNamesOfBadMemoryAreLeftOut) {
  auto* const nowhere = reinterpret_cast<char*>(16);
  sockaddr* local = nullptr;
  sockaddr* remote = nullptr;
  int local_size = 7;
  int remote_size = 7;
  GetAcceptExSockaddrs(nowhere, 0, kName, kName, &local, &local_size, &remote, &remote_size);
  EXPECT_EQ(local_size, 0);
  EXPECT_EQ(remote_size, 0);
  GetAcceptExSockaddrs(room_.data(), 0, kName, kName, reinterpret_cast<sockaddr**>(nowhere),
                       reinterpret_cast<int*>(nowhere), nullptr, nullptr);
  GetAcceptExSockaddrs(room_.data(), 0, 0, kName, &local, &local_size, &remote, &remote_size);
  EXPECT_EQ(local, nullptr);
}

TEST_F(AcceptExTest, TheChosenSocketBecomesTheConnection) {
  ASSERT_TRUE(refuses(accept_ex(), ERROR_IO_PENDING));
  const Own client = connected_client();
  ASSERT_EQ(result_of(from_, overlapped_, bytes_), 0);
  EXPECT_EQ(bytes_, 0U);
  sockaddr* local = nullptr;
  sockaddr* remote = nullptr;
  int local_size = 0;
  int remote_size = 0;
  GetAcceptExSockaddrs(room_.data(), 0, kName, kName, &local, &local_size, &remote, &remote_size);
  EXPECT_EQ(local_size, static_cast<int>(sizeof(sockaddr_in)));
  EXPECT_EQ(reinterpret_cast<sockaddr_in*>(local)->sin_port, name_of(from_).sin_port);
  EXPECT_EQ(reinterpret_cast<sockaddr_in*>(remote)->sin_port, name_of(client).sin_port);
  ASSERT_EQ(send(accepting_, "hi", 2, 0), 2);
  EXPECT_EQ(recv(client, room_.data(), 8, 0), 2);
}

TEST_F(AcceptExTest, WithRoomForDataItWaitsForSome) {
  const Port port;
  port.add(from_, 3);
  ASSERT_TRUE(refuses(accept_ex(16), ERROR_IO_PENDING));
  const Own client = connected_client();
  std::this_thread::sleep_for(std::chrono::milliseconds{20});
  EXPECT_TRUE(port.is_empty());
  ASSERT_EQ(send(client, "first", 5, 0), 5);
  EXPECT_EQ(port.take(), (Taken{0, 5, 3, &overlapped_}));
  EXPECT_EQ(std::memcmp(room_.data(), "first", 5), 0);
}

TEST_F(AcceptExTest, RefusesBadInputAndChangesNothing) {
  const auto call = [&](SOCKET from, SOCKET to, void* room, DWORD local, DWORD remote,
                        OVERLAPPED* how) {
    return AcceptEx(from, to, room, 0, local, remote, nullptr, how);
  };
  const Own bound = tcp();
  ASSERT_EQ(bind_to(bound, loopback()), 0);
  char* const room = room_.data();
  EXPECT_TRUE(
      refuses(call(INVALID_SOCKET, accepting_, room, kName, kName, &overlapped_), WSAENOTSOCK));
  EXPECT_TRUE(refuses(call(from_, INVALID_SOCKET, room, kName, kName, &overlapped_), WSAENOTSOCK));
  EXPECT_TRUE(
      refuses(call(from_, accepting_, room, kName, kName, nullptr), ERROR_INVALID_PARAMETER));
  EXPECT_TRUE(refuses(call(bound, accepting_, room, kName, kName, &overlapped_), WSAEINVAL));
  EXPECT_TRUE(refuses(call(from_, bound, room, kName, kName, &overlapped_), WSAEINVAL));
  EXPECT_TRUE(refuses(call(from_, accepting_, nullptr, kName, kName, &overlapped_), WSAEFAULT));
  EXPECT_TRUE(refuses(call(from_, accepting_, room, kName, 0, &overlapped_), WSAEFAULT));
  EXPECT_TRUE(refuses(call(from_, accepting_, room, 16, kName, &overlapped_), WSAEFAULT));
  EXPECT_EQ(overlapped_.Internal, 0U);
  ASSERT_TRUE(refuses(accept_ex(), ERROR_IO_PENDING));
  OVERLAPPED second{};
  EXPECT_TRUE(refuses(call(from_, accepting_, room, kName, kName, &second), WSAEINVAL));
}

TEST_F(AcceptExTest, ClosingEitherSocketAbortsItAndLosesNoConnection) {
  ASSERT_TRUE(refuses(accept_ex(), ERROR_IO_PENDING));
  accepting_.close();
  EXPECT_EQ(result_of(from_, overlapped_, bytes_), WSA_OPERATION_ABORTED);
  const Own client = connected_client();
  EXPECT_NE(accept_one(from_).get(),
            INVALID_SOCKET);  // It waits, though the kernel's listener does not.
  accepting_ = tcp();
  const Port port;
  port.add(from_, 1);
  ASSERT_TRUE(refuses(accept_ex(16), ERROR_IO_PENDING));
  const Own silent = connected_client();
  std::this_thread::sleep_for(std::chrono::milliseconds{20});
  from_.close();
  EXPECT_EQ(port.take(), (Taken{ERROR_OPERATION_ABORTED, 0, 1, &overlapped_}));
}

TEST_F(AcceptExTest, ManyAreServedInTheirOrder) {
  constexpr std::size_t kCount = 8;
  const Port port;
  port.add(from_, 1);
  std::vector<Own> accepting;
  std::array<OVERLAPPED, kCount> overlapped{};
  std::array<std::array<char, 2 * kName>, kCount> rooms{};
  for (std::size_t at = 0; at < kCount; ++at) {
    accepting.push_back(tcp());
    EXPECT_TRUE(refuses(
        AcceptEx(from_, accepting[at], rooms[at].data(), 0, kName, kName, nullptr, &overlapped[at]),
        ERROR_IO_PENDING));
  }
  std::vector<Own> clients;
  for (std::size_t at = 0; at < kCount; ++at) clients.push_back(connected_client());
  for (std::size_t at = 0; at < kCount; ++at) {
    EXPECT_EQ(port.take(), (Taken{0, 0, 1, &overlapped[at]}));
  }
}

TEST_F(AcceptExTest, ADisconnectedSocketIsUsedAgain) {
  ASSERT_TRUE(refuses(accept_ex(), ERROR_IO_PENDING));
  Own client = connected_client();
  ASSERT_EQ(result_of(from_, overlapped_, bytes_), 0);
  OVERLAPPED ending{};
  ASSERT_TRUE(refuses(DisconnectEx(accepting_, &ending, TF_REUSE_SOCKET, 0), ERROR_IO_PENDING));
  EXPECT_EQ(recv(client, room_.data(), 8, 0), 0);
  client.close();
  EXPECT_EQ(result_of(accepting_, ending, bytes_), 0);
  EXPECT_TRUE(fails_with(send(accepting_, "x", 1, 0), WSAENOTCONN));
  const Own to = listener();
  const sockaddr_in address = name_of(to);
  OVERLAPPED again{};
  const BOOL answer = ConnectEx(accepting_, reinterpret_cast<const sockaddr*>(&address),
                                sizeof address, nullptr, 0, nullptr, &again);
  EXPECT_TRUE(answer || WSAGetLastError() == ERROR_IO_PENDING) << WSAGetLastError();
  EXPECT_EQ(result_of(accepting_, again, bytes_), 0);
}

TEST_F(AcceptExTest, DisconnectRefusesBadInput) {
  EXPECT_TRUE(refuses(DisconnectEx(accepting_, nullptr, 0, 0), WSAENOTCONN));
  EXPECT_TRUE(refuses(DisconnectEx(accepting_, nullptr, 0x40, 0), WSAEINVAL));
  EXPECT_TRUE(refuses(DisconnectEx(INVALID_SOCKET, nullptr, 0, 0), WSAENOTSOCK));
  const Pair pair = connected_pair();
  EXPECT_TRUE(DisconnectEx(pair.client, nullptr, 0, 0));
  EXPECT_EQ(recv(pair.server, room_.data(), 8, 0), 0);
}

}  // namespace
}  // namespace wsalive::test
