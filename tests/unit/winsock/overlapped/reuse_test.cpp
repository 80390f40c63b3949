// A socket whose connection was ended for reuse is accepted into again, and nothing of the earlier connection is left.
// labels: net

#include <winsock2.h>

#include <mstcpip.h>
#include <mswsock.h>

#include <array>
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "support/port.hpp"
#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

constexpr DWORD kName = sizeof(sockaddr_in) + 16;

/// The ways to end a connection so that its socket may be used again. Each waits for the peer's end.
struct Way {
  std::string name;
  std::function<BOOL(SOCKET, OVERLAPPED*)> end;
};
const std::array kWays{
    // clang-format off
    Way{"DisconnectEx",    [](SOCKET s, OVERLAPPED* o) { return DisconnectEx(s, o, TF_REUSE_SOCKET, 0); }},
    Way{"TransmitFile",    [](SOCKET s, OVERLAPPED* o) {
          return TransmitFile(s, nullptr, 0, 0, o, nullptr, TF_DISCONNECT | TF_REUSE_SOCKET); }},
    Way{"TransmitPackets", [](SOCKET s, OVERLAPPED* o) {
          return TransmitPackets(s, nullptr, 0, 0, o, TP_DISCONNECT | TP_REUSE_SOCKET); }},
    // clang-format on
};

class Reuse : public testing::TestWithParam<Way> {
 protected:
  Winsock started_;
  Own from_ = listener();
  Own socket_ = tcp();
  std::array<char, 2 * kName> room_{};

  /// Accepts into the socket. \return the client's end.
  Own accept_again() {
    OVERLAPPED overlapped{};
    const BOOL at_once =
        AcceptEx(from_, socket_, room_.data(), 0, kName, kName, nullptr, &overlapped);
    EXPECT_TRUE(at_once || WSAGetLastError() == ERROR_IO_PENDING) << WSAGetLastError();
    Own client = tcp();
    EXPECT_EQ(connect_to(client, name_of(from_)), 0);
    DWORD bytes = 0;
    EXPECT_EQ(result_of(from_, overlapped, bytes), 0);
    return client;
  }
  void end(Own& client) {
    OVERLAPPED overlapped{};
    const BOOL at_once = GetParam().end(socket_, &overlapped);
    EXPECT_TRUE(at_once || WSAGetLastError() == ERROR_IO_PENDING) << WSAGetLastError();
    client.close();
    DWORD bytes = 0;
    EXPECT_EQ(result_of(socket_, overlapped, bytes), 0);
  }
  void expect_speaks_with(const Own& client) {
    std::array<char, 4> got{};
    EXPECT_EQ(send(socket_, "out", 3, 0), 3);
    EXPECT_EQ(recv(client, got.data(), 4, 0), 3);
    EXPECT_EQ(send(client, "in", 2, 0), 2);
    EXPECT_EQ(recv(socket_, got.data(), 4, 0), 2);
  }
  void update_context() {
    const SOCKET from = from_;
    EXPECT_EQ(setsockopt(socket_, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT,
                         reinterpret_cast<const char*>(&from), sizeof from),
              0);
  }
  DWORD reads(int level, int option) const {
    DWORD value = 99;
    int size = sizeof value;
    EXPECT_EQ(getsockopt(socket_, level, option, reinterpret_cast<char*>(&value), &size), 0);
    return value;
  }
};

TEST_P(Reuse, ASocketIsAcceptedIntoManyTimes) {  // K-41
  for (int round = 0; round < 5; ++round) {
    Own client = accept_again();
    update_context();
    expect_speaks_with(client);
    end(client);
    EXPECT_TRUE(fails_with(send(socket_, "x", 1, 0), WSAENOTCONN));
  }
}

TEST_P(Reuse, KeepAliveOfTheEarlierConnectionIsGone) {  // K-41
  const DWORD before = reads(IPPROTO_TCP, TCP_KEEPIDLE);
  Own client = accept_again();
  update_context();
  tcp_keepalive values{1, 7'500, 1'300};
  DWORD bytes = 0;
  ASSERT_EQ(WSAIoctl(socket_, SIO_KEEPALIVE_VALS, &values, sizeof values, nullptr, 0, &bytes,
                     nullptr, nullptr),
            0);
  ASSERT_EQ(reads(SOL_SOCKET, SO_KEEPALIVE), 1U);
  end(client);
  EXPECT_EQ(reads(SOL_SOCKET, SO_KEEPALIVE), 0U);
  EXPECT_EQ(reads(IPPROTO_TCP, TCP_KEEPIDLE), before);
  client = accept_again();
  EXPECT_EQ(reads(SOL_SOCKET, SO_KEEPALIVE), 0U);
  EXPECT_EQ(reads(IPPROTO_TCP, TCP_KEEPIDLE), before);
  expect_speaks_with(client);
}

TEST_P(Reuse, WhatTheProgramHasSetOtherwiseStays) {  // K-41
  Own client = accept_again();
  update_context();
  const int room = 12'345;
  ASSERT_EQ(
      setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, reinterpret_cast<const char*>(&room), sizeof room),
      0);
  end(client);
  EXPECT_EQ(reads(SOL_SOCKET, SO_RCVBUF), 12'345U);
}

TEST_P(Reuse, TheContextIsToBeUpdatedAnew) {  // K-41
  Own client = accept_again();
  update_context();
  sockaddr_in peer{};
  int size = sizeof peer;
  EXPECT_EQ(getpeername(socket_, reinterpret_cast<sockaddr*>(&peer), &size), 0);
  end(client);
  EXPECT_TRUE(
      fails_with(getpeername(socket_, reinterpret_cast<sockaddr*>(&peer), &size), WSAENOTCONN));
  client = accept_again();
  update_context();
  EXPECT_EQ(getpeername(socket_, reinterpret_cast<sockaddr*>(&peer), &size), 0);
  EXPECT_EQ(peer.sin_port, name_of(client).sin_port);
}

TEST_P(Reuse, EventsOfTheEarlierConnectionAreGone) {  // K-41
  Own client = accept_again();
  const OwnEvent event;
  ASSERT_EQ(WSAEventSelect(socket_, event.get(), FD_READ | FD_CLOSE), 0);
  EXPECT_EQ(send(client, "x", 1, 0), 1);
  EXPECT_TRUE(event.is_set(10'000));
  end(client);
  WSANETWORKEVENTS happened{};
  EXPECT_EQ(WSAEnumNetworkEvents(socket_, event.get(), &happened), 0);
  EXPECT_EQ(happened.lNetworkEvents, 0);
  client = accept_again();
  EXPECT_EQ(send(client, "y", 1, 0), 1);
  EXPECT_TRUE(event.is_set(10'000));
  EXPECT_EQ(WSAEnumNetworkEvents(socket_, event.get(), &happened), 0);
  EXPECT_EQ(happened.lNetworkEvents, FD_READ);
}

TEST_P(Reuse, ADeadConnectionsCauseIsGone) {  // K-41
  Own client = accept_again();
  OVERLAPPED overlapped{};
  const BOOL at_once = GetParam().end(socket_, &overlapped);
  EXPECT_TRUE(at_once || WSAGetLastError() == ERROR_IO_PENDING) << WSAGetLastError();
  const linger hard{1, 0};
  ASSERT_EQ(
      setsockopt(client, SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&hard), sizeof hard),
      0);
  client.close();  // A reset.
  DWORD bytes = 0;
  EXPECT_EQ(result_of(socket_, overlapped, bytes), 0);
  EXPECT_EQ(reads(SOL_SOCKET, SO_ERROR), 0U);
  client = accept_again();
  expect_speaks_with(client);
}

TEST_P(Reuse, OneThatIsStillConnectedOrBoundOtherwiseIsNotTaken) {
  const Own client = accept_again();
  OVERLAPPED overlapped{};
  EXPECT_TRUE(refuses(AcceptEx(from_, socket_, room_.data(), 0, kName, kName, nullptr, &overlapped),
                      WSAEINVAL));
  const Own bound = listener();
  EXPECT_TRUE(refuses(AcceptEx(from_, bound, room_.data(), 0, kName, kName, nullptr, &overlapped),
                      WSAEINVAL));
}

INSTANTIATE_TEST_SUITE_P(Ways, Reuse, testing::ValuesIn(kWays),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace wsalive::test
