// WSAEventSelect and WSAEnumNetworkEvents: what is recorded when, and what enables it again.
// labels: net

#include <winsock2.h>

#include <mswsock.h>

#include <array>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "os/socket/socket_calls.hpp"
#include "support/child.hpp"
#include "support/handle_count.hpp"
#include "support/selected_events.hpp"
#include "support/winsock_api.hpp"
#include "winsock/readiness/readiness.hpp"

namespace wsalive::test {
namespace {

constexpr long kAll = FD_READ | FD_WRITE | FD_OOB | FD_ACCEPT | FD_CONNECT | FD_CLOSE;
constexpr DWORD kQuiet = 30;  // Milliseconds in which nothing comes.

class EventSelect : public testing::Test {
 protected:
  Winsock started_;
  Events events_;
  std::array<char, 64> room_{};

  int receive(SOCKET s, int size = 64, int flags = 0) { return recv(s, room_.data(), size, flags); }
};

/// Sends until there is no room. \return how much.
std::size_t fill_buffers(SOCKET s) {
  const std::string much(65'536, 'x');
  std::size_t sum = 0;
  for (;;) {
    const int sent = send(s, much.data(), static_cast<int>(much.size()), 0);
    if (sent < 0) break;
    sum += static_cast<std::size_t>(sent);
  }
  EXPECT_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
  return sum;
}

void drain(SOCKET s, std::size_t size) {
  std::vector<char> room(65'536);
  while (size != 0) {
    const int got = recv(s, room.data(), static_cast<int>(room.size()), 0);
    ASSERT_GT(got, 0) << WSAGetLastError();
    size -= static_cast<std::size_t>(got);
  }
}

TEST_F(EventSelect, MakesTheSocketNonBlockingAndHoldsItSo) {
  const Pair pair = connected_pair();
  ASSERT_EQ(events_.select(pair.client, FD_READ), 0);
  EXPECT_TRUE(fails_with(receive(pair.client), WSAEWOULDBLOCK));
  u_long off = 0;
  u_long on = 1;
  DWORD bytes = 0;
  EXPECT_TRUE(fails_with(ioctlsocket(pair.client, FIONBIO, &off), WSAEINVAL));
  EXPECT_TRUE(fails_with(WSAIoctl(pair.client, static_cast<DWORD>(FIONBIO), &off, sizeof off,
                                  nullptr, 0, &bytes, nullptr, nullptr),
                         WSAEINVAL));
  EXPECT_EQ(ioctlsocket(pair.client, FIONBIO, &on), 0);
  EXPECT_EQ(WSAEventSelect(pair.client, nullptr, 0), 0);
  EXPECT_TRUE(fails_with(receive(pair.client), WSAEWOULDBLOCK));
  EXPECT_EQ(ioctlsocket(pair.client, FIONBIO, &off), 0);
  EXPECT_EQ(WSAEventSelect(pair.server, nullptr, 0), 0);  // Whatever is selected.
  EXPECT_TRUE(fails_with(receive(pair.server), WSAEWOULDBLOCK));
}

TEST_F(EventSelect, RefusesBadInputAndChangesNothing) {
  const Pair pair = connected_pair();
  const HANDLE none = reinterpret_cast<HANDLE>(std::uintptr_t{0x7ffffff0});
  EXPECT_TRUE(fails_with(WSAEventSelect(INVALID_SOCKET, nullptr, 1 << 20), WSAENOTSOCK));
  EXPECT_TRUE(fails_with(events_.select(pair.client, 1 << 10), WSAEINVAL));
  EXPECT_TRUE(fails_with(events_.select(pair.client, -1), WSAEINVAL));
  EXPECT_TRUE(fails_with(WSAEventSelect(pair.client, nullptr, FD_READ), WSAEINVAL));
  EXPECT_TRUE(fails_with(WSAEventSelect(pair.client, none, FD_READ), WSAEINVAL));
  u_long off = 0;
  EXPECT_EQ(ioctlsocket(pair.client, FIONBIO, &off), 0);  // Nothing was selected.

  ASSERT_EQ(events_.select(pair.client, FD_WRITE), 0);
  WSANETWORKEVENTS found{};
  EXPECT_TRUE(fails_with(WSAEnumNetworkEvents(INVALID_SOCKET, none, nullptr), WSAENOTSOCK));
  EXPECT_TRUE(fails_with(WSAEnumNetworkEvents(pair.client, events_.get(), nullptr), WSAEFAULT));
  EXPECT_TRUE(fails_with(WSAEnumNetworkEvents(pair.client, none, &found), WSAEINVAL));
  EXPECT_TRUE(events_.is_set());
  EXPECT_EQ(events_.now(pair.client), "WRITE");
  EXPECT_EQ(WSAEnumNetworkEvents(pair.server, nullptr, &found), 0);  // Without a selection.
  EXPECT_EQ(found.lNetworkEvents, 0);
}

TEST_F(EventSelect, ReadIsToldOnceAndAgainByAReceiveThatLeavesSomething) {
  const Pair pair = connected_pair();
  ASSERT_EQ(events_.select(pair.client, FD_READ | FD_CLOSE), 0);
  EXPECT_EQ(events_.now(pair.client), "");
  ASSERT_EQ(send(pair.server, "abcd", 4, 0), 4);
  EXPECT_EQ(events_.next(pair.client), "READ");
  ASSERT_EQ(send(pair.server, "efgh", 4, 0), 4);
  EXPECT_FALSE(events_.is_set(kQuiet));  // The program has not received.
  EXPECT_EQ(receive(pair.client, 2), 2);
  EXPECT_EQ(events_.now(pair.client), "READ");
  EXPECT_EQ(receive(pair.client, 2, MSG_PEEK), 2);
  EXPECT_EQ(events_.now(pair.client), "READ");
  EXPECT_EQ(receive(pair.client, -1), SOCKET_ERROR);  // A failing call enables too.
  EXPECT_EQ(events_.now(pair.client), "READ");
  EXPECT_EQ(receive(pair.client), 6);
  EXPECT_EQ(events_.now(pair.client), "");
  EXPECT_TRUE(fails_with(receive(pair.client), WSAEWOULDBLOCK));
  ASSERT_EQ(send(pair.server, "x", 1, 0), 1);
  EXPECT_EQ(events_.next(pair.client), "READ");
}

TEST_F(EventSelect, TheRecordStaysUntilItIsTakenAndReceivingSignalsAgain) {
  const Pair pair = connected_pair();
  ASSERT_EQ(events_.select(pair.client, FD_READ), 0);
  ASSERT_EQ(send(pair.server, "abcd", 4, 0), 4);
  ASSERT_TRUE(events_.is_set(10'000));
  ASSERT_TRUE(WSAResetEvent(events_.get()));
  EXPECT_EQ(receive(pair.client, 1), 1);
  EXPECT_TRUE(events_.is_set());
  EXPECT_EQ(receive(pair.client), 3);
  WSANETWORKEVENTS found{};
  EXPECT_EQ(WSAEnumNetworkEvents(pair.client, nullptr, &found), 0);
  EXPECT_EQ(told(found), "READ");  // It was recorded, though all has been read since.
  EXPECT_TRUE(events_.is_set());   // No call asked for its reset.
  EXPECT_EQ(events_.now(pair.client), "");
}

TEST_F(EventSelect, WhatHasHappenedBeforeIsToldAtOnceAndByEachNewSelection) {
  const Own from = listener();
  const Own client = tcp();
  ASSERT_EQ(connect_to(client, name_of(from)), 0);
  ASSERT_EQ(events_.select(from, FD_ACCEPT), 0);
  EXPECT_EQ(events_.now(from), "ACCEPT");
  ASSERT_EQ(events_.select(from, FD_ACCEPT), 0);
  EXPECT_EQ(events_.now(from), "ACCEPT");
  ASSERT_EQ(WSAEventSelect(from, nullptr, 0), 0);
  const Own server = accept_one(from);
  ASSERT_EQ(send(client, "x", 1, 0), 1);
  ASSERT_EQ(receive(server, 1, MSG_PEEK), 1);
  for (int round = 0; round < 2; ++round) {
    ASSERT_EQ(events_.select(server, kAll), 0);
    EXPECT_EQ(events_.now(server), "READ WRITE");  // An accepted socket has no FD_CONNECT.
  }
  ASSERT_EQ(events_.select(client, kAll), 0);
  EXPECT_EQ(events_.now(client), "WRITE CONNECT");
  ASSERT_EQ(events_.select(client, kAll), 0);
  EXPECT_EQ(events_.now(client), "WRITE");  // A request's end has one event.
}

TEST_F(EventSelect, ANewSelectionTakesTheOldOnesPlaceWithItsRecord) {
  const Pair pair = connected_pair();
  const Events other;
  ASSERT_EQ(events_.select(pair.client, FD_WRITE), 0);
  ASSERT_EQ(other.select(pair.client, FD_READ), 0);
  ASSERT_EQ(send(pair.server, "x", 1, 0), 1);
  EXPECT_EQ(other.next(pair.client), "READ");
  EXPECT_TRUE(events_.is_set());  // Was set before, and has no selection now.
  ASSERT_TRUE(WSAResetEvent(events_.get()));
  EXPECT_EQ(receive(pair.client), 1);
  ASSERT_EQ(WSAEventSelect(pair.client, other.get(), 0), 0);
  ASSERT_EQ(send(pair.server, "x", 1, 0), 1);
  EXPECT_FALSE(other.is_set(kQuiet));
  EXPECT_FALSE(events_.is_set());
}

TEST_F(EventSelect, WriteComesWithTheConnectionAndWhenThereIsRoomAgain) {
  const Pair pair = connected_pair();
  ASSERT_EQ(events_.select(pair.client, FD_WRITE), 0);
  EXPECT_EQ(events_.now(pair.client), "WRITE");
  EXPECT_EQ(send(pair.client, "x", 1, 0), 1);
  EXPECT_FALSE(events_.is_set(kQuiet));  // A send that found room enables nothing.
  const std::size_t sent = fill_buffers(pair.client);
  EXPECT_EQ(events_.now(pair.client), "");
  drain(pair.server, sent + 1);
  EXPECT_EQ(events_.next(pair.client), "WRITE");
  EXPECT_FALSE(events_.is_set(kQuiet));
}

TEST_F(EventSelect, ConnectTellsItsEndWithWriteBehindIt) {
  const Own from = listener();
  const Own client = tcp();
  ASSERT_EQ(events_.select(client, kAll), 0);
  EXPECT_EQ(events_.now(client), "");
  ASSERT_TRUE(fails_with(connect_to(client, name_of(from)), WSAEWOULDBLOCK));
  EXPECT_EQ(events_.all(client, FD_CONNECT | FD_WRITE), "WRITE CONNECT");
  EXPECT_FALSE(events_.is_set(kQuiet));
}

// The kernel calls a socket hung up that has not asked for a connection yet; a look at that moment may be judged
// when the connection is there.
TEST_F(EventSelect, AHangUpFromBeforeTheConnectionIsNoEnd) {
  Pair pair = connected_pair();
  winsock::Socket* const client = winsock::Socket::find(pair.client);
  ASSERT_NE(client, nullptr);
  EXPECT_EQ(winsock::judge(*client, os::kHungUp | os::kWritable), winsock::kCanSend);
  linger at_once{1, 0};
  ASSERT_EQ(setsockopt(pair.server, SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&at_once),
                       sizeof at_once),
            0);
  pair.server.close();
  EXPECT_EQ(winsock::judge(*client, os::kHungUp | os::kWritable), winsock::kIsBroken);
}

/// A connection that has died, whose error another thread has taken and keeps as keep-alive's some time later.
class DeathMetElsewhere : public EventSelect {
 protected:
  void SetUp() override {
    linger at_once{1, 0};
    ASSERT_EQ(setsockopt(pair_.server, SOL_SOCKET, SO_LINGER,
                         reinterpret_cast<const char*>(&at_once), sizeof at_once),
              0);
    pair_.server.close();
    winsock::Socket* const client = winsock::Socket::find(pair_.client);
    ASSERT_NE(client, nullptr);
    ASSERT_EQ(os::take_pending_error(client->fd()), ECONNRESET);
    other_ = std::thread{[client] {
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
      client->cause.store(winsock::Cause::keep_alive);
    }};
  }
  void TearDown() override {
    if (other_.joinable()) other_.join();
  }

  Pair pair_ = connected_pair();
  std::thread other_;
};

TEST_F(DeathMetElsewhere, CloseHasTheCodeOfTheThreadThatMetIt) {  // K-90
  ASSERT_EQ(events_.select(pair_.client, FD_CLOSE), 0);
  EXPECT_EQ(events_.next(pair_.client), "CLOSE=10052");
}

TEST_F(DeathMetElsewhere, TheSwitchIsRefusedByThatCode) {  // K-28
  const BOOL on = TRUE;
  EXPECT_TRUE(fails_with(setsockopt(pair_.client, SOL_SOCKET, SO_KEEPALIVE,
                                    reinterpret_cast<const char*>(&on), sizeof on),
                         WSAENETRESET));
}

TEST_F(EventSelect, ARefusalIsConnectWithItsCodeForEachRequest) {  // K-101
  Own gone = listener();
  const sockaddr_in nobody = name_of(gone);
  gone.close();
  const Own client = tcp();
  ASSERT_EQ(events_.select(client, kAll), 0);
  for (int round = 0; round < 50; ++round) {
    ASSERT_TRUE(fails_with(connect_to(client, nobody), WSAEWOULDBLOCK)) << round;
    ASSERT_EQ(events_.next(client), "CONNECT=10061") << round;
    ASSERT_EQ(events_.now(client), "") << round;
  }
  const Own from = listener();
  ASSERT_TRUE(fails_with(connect_to(client, name_of(from)), WSAEWOULDBLOCK));
  EXPECT_EQ(events_.all(client, FD_CONNECT | FD_WRITE), "WRITE CONNECT");
}

TEST_F(EventSelect, ConnectExTellsToo) {  // K-103
  const Own from = listener();
  const Own client = tcp();
  ASSERT_EQ(bind_to(client, loopback()), 0);
  ASSERT_EQ(events_.select(client, kAll), 0);
  const sockaddr_in to = name_of(from);
  OVERLAPPED overlapped{};
  ASSERT_TRUE(ConnectEx(client, reinterpret_cast<const sockaddr*>(&to), sizeof to, nullptr, 0,
                        nullptr, &overlapped) ||
              WSAGetLastError() == ERROR_IO_PENDING);
  EXPECT_EQ(events_.all(client, FD_CONNECT | FD_WRITE), "WRITE CONNECT");
  DWORD bytes = 0;
  EXPECT_EQ(result_of(client, overlapped, bytes), 0);
}

TEST_F(EventSelect, AcceptIsToldForEachConnectionThatIsLeft) {
  const Own from = listener();
  ASSERT_EQ(events_.select(from, FD_ACCEPT | FD_CLOSE), 0);
  const Own one = tcp();
  const Own two = tcp();
  ASSERT_EQ(connect_to(one, name_of(from)), 0);
  EXPECT_EQ(events_.next(from), "ACCEPT");
  ASSERT_EQ(connect_to(two, name_of(from)), 0);
  EXPECT_FALSE(events_.is_set(kQuiet));
  const Own first = accept_one(from);
  EXPECT_EQ(events_.now(from), "ACCEPT");
  const Own second = accept_one(from);
  EXPECT_EQ(events_.now(from), "");
  EXPECT_TRUE(no_socket(accept(from, nullptr, nullptr), WSAEWOULDBLOCK));
  const Own three = tcp();
  ASSERT_EQ(connect_to(three, name_of(from)), 0);
  EXPECT_EQ(events_.next(from), "ACCEPT");
}

TEST_F(EventSelect, ASelectionBeforeListenHoldsAfterIt) {
  const Own from = tcp();
  ASSERT_EQ(bind_to(from, loopback()), 0);
  ASSERT_EQ(events_.select(from, FD_ACCEPT), 0);
  ASSERT_EQ(listen(from, 5), 0);
  EXPECT_EQ(events_.now(from), "");
  const Own client = tcp();
  ASSERT_EQ(connect_to(client, name_of(from)), 0);
  EXPECT_EQ(events_.next(from), "ACCEPT");
}

int CALLBACK defers(LPWSABUF, LPWSABUF, LPQOS, LPQOS, LPWSABUF, LPWSABUF, GROUP*, DWORD_PTR) {
  return CF_DEFER;
}

TEST_F(EventSelect, ADeferredConnectionEnablesNothing) {
  const Own from = listener();
  ASSERT_EQ(events_.select(from, FD_ACCEPT), 0);
  const Own client = tcp();
  ASSERT_EQ(connect_to(client, name_of(from)), 0);
  EXPECT_EQ(events_.next(from), "ACCEPT");
  EXPECT_TRUE(no_socket(WSAAccept(from, nullptr, nullptr, defers, 0), WSATRY_AGAIN));
  EXPECT_EQ(events_.now(from), "");
  ASSERT_EQ(events_.select(from, FD_ACCEPT), 0);
  EXPECT_EQ(events_.now(from), "ACCEPT");  // It is there.
  const Own server = accept_one(from);
  EXPECT_NE(server.get(), INVALID_SOCKET);
  EXPECT_EQ(events_.now(from), "");
}

TEST_F(EventSelect, AcceptedSocketsInheritSelectionAndMode) {  // K-112
  const Own from = listener();
  ASSERT_EQ(events_.select(from, FD_ACCEPT | FD_READ | FD_WRITE | FD_CLOSE), 0);
  Own client = tcp();
  ASSERT_EQ(connect_to(client, name_of(from)), 0);
  EXPECT_EQ(events_.next(from), "ACCEPT");
  const Own server = accept_one(from);
  EXPECT_EQ(events_.now(server), "WRITE");
  EXPECT_TRUE(fails_with(receive(server), WSAEWOULDBLOCK));
  u_long off = 0;
  EXPECT_TRUE(fails_with(ioctlsocket(server, FIONBIO, &off), WSAEINVAL));
  ASSERT_EQ(send(client, "x", 1, 0), 1);
  EXPECT_EQ(events_.next(server), "READ");
  EXPECT_EQ(receive(server), 1);
  client.close();
  EXPECT_EQ(events_.next(server), "CLOSE");
}

TEST_F(EventSelect, AnOrderlyCloseIsToldOnceAndAfterAllData) {
  Pair pair = connected_pair();
  ASSERT_EQ(events_.select(pair.client, FD_READ | FD_CLOSE), 0);
  ASSERT_EQ(send(pair.server, "abcd", 4, 0), 4);
  pair.server.close();
  EXPECT_EQ(events_.next(pair.client), "READ");
  EXPECT_EQ(receive(pair.client, 2), 2);
  EXPECT_EQ(events_.next(pair.client), "READ");
  EXPECT_EQ(receive(pair.client, 2), 2);
  EXPECT_EQ(events_.next(pair.client), "CLOSE");
  EXPECT_EQ(receive(pair.client), 0);
  EXPECT_EQ(receive(pair.client), 0);
  EXPECT_FALSE(events_.is_set(kQuiet));
}

TEST_F(EventSelect, AShutdownByThePeerIsACloseOurOwnIsNone) {
  const Pair pair = connected_pair();
  ASSERT_EQ(events_.select(pair.client, FD_READ | FD_CLOSE), 0);
  ASSERT_EQ(shutdown(pair.client, SD_RECEIVE), 0);
  EXPECT_FALSE(events_.is_set(kQuiet));
  ASSERT_EQ(shutdown(pair.client, SD_SEND), 0);
  EXPECT_FALSE(events_.is_set(kQuiet));
  ASSERT_EQ(shutdown(pair.server, SD_SEND), 0);
  EXPECT_EQ(events_.next(pair.client), "CLOSE");
}

TEST_F(EventSelect, APeersResetIsACloseWithItsCodeAndUsesNothingUp) {  // K-92, K-93
  Pair pair = connected_pair();
  ASSERT_EQ(events_.select(pair.client, FD_READ | FD_CLOSE), 0);
  reset_by_server(pair);
  EXPECT_EQ(events_.next(pair.client), "CLOSE=10054");
  EXPECT_TRUE(fails_with(receive(pair.client), WSAECONNRESET));
  EXPECT_TRUE(fails_with(receive(pair.client), WSAECONNRESET));
  EXPECT_FALSE(events_.is_set(kQuiet));
}

TEST_F(EventSelect, OverlappedReceivesLetTheCloseBeTold) {
  Pair pair = connected_pair();
  ASSERT_EQ(events_.select(pair.client, FD_CLOSE), 0);
  OVERLAPPED overlapped{};
  ASSERT_EQ(receive_into(pair.client, buffer_of(room_.data(), 64), overlapped), WSA_IO_PENDING);
  ASSERT_EQ(send(pair.server, "abcd", 4, 0), 4);
  pair.server.close();
  EXPECT_EQ(events_.next(pair.client), "CLOSE");
  DWORD bytes = 0;
  EXPECT_EQ(result_of(pair.client, overlapped, bytes), 0);
  EXPECT_EQ(bytes, 4U);
}

TEST_F(EventSelect, UrgentDataIsToldApartUnlessItIsInLine) {
  const Pair pair = connected_pair();
  ASSERT_EQ(events_.select(pair.client, FD_READ | FD_OOB), 0);
  ASSERT_EQ(send(pair.server, "u", 1, MSG_OOB), 1);
  EXPECT_EQ(events_.all(pair.client, FD_OOB), "OOB");
  EXPECT_EQ(receive(pair.client, 1, MSG_OOB), 1);
  EXPECT_EQ(events_.now(pair.client), "");
  const DWORD on = 1;
  ASSERT_EQ(setsockopt(pair.client, SOL_SOCKET, SO_OOBINLINE, reinterpret_cast<const char*>(&on),
                       sizeof on),
            0);
  ASSERT_EQ(send(pair.server, "v", 1, MSG_OOB), 1);
  EXPECT_EQ(events_.next(pair.client), "READ");
}

TEST_F(EventSelect, DatagramSocketsTellReadAndWrite) {
  const Own here = udp();
  const Own there = udp();
  ASSERT_EQ(bind_to(here, loopback()), 0);
  ASSERT_EQ(events_.select(here, kAll), 0);
  EXPECT_EQ(events_.now(here), "WRITE");
  const sockaddr_in to = name_of(here);
  const auto send_one = [&] {
    return sendto(there, "x", 1, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  };
  ASSERT_EQ(send_one(), 1);
  ASSERT_EQ(send_one(), 1);
  EXPECT_EQ(events_.next(here), "READ");
  EXPECT_EQ(receive(here), 1);
  EXPECT_EQ(events_.next(here), "READ");
  EXPECT_EQ(receive(here), 1);
  EXPECT_EQ(events_.now(here), "");
}

TEST_F(EventSelect, AClosedSocketTellsNothingAndANewOneOfItsNumberStartsAfresh) {  // K-109
  Pair pair = connected_pair();
  ASSERT_EQ(events_.select(pair.client, kAll), 0);
  const SOCKET number = pair.client;
  WSAResetEvent(events_.get());
  pair.client.close();
  WSANETWORKEVENTS found{};
  EXPECT_TRUE(fails_with(WSAEnumNetworkEvents(number, nullptr, &found), WSAENOTSOCK));
  EXPECT_FALSE(events_.is_set(kQuiet));
  std::vector<Own> fillers;
  Own again = tcp();
  while (again.get() < number) fillers.push_back(std::exchange(again, tcp()));
  ASSERT_EQ(again.get(), number);
  EXPECT_EQ(events_.now(again), "");
  u_long off = 0;
  EXPECT_EQ(ioctlsocket(again, FIONBIO, &off), 0);
}

TEST_F(EventSelect, AClosedEventDoesNoHarm) {
  const Pair pair = connected_pair();
  const WSAEVENT event = WSACreateEvent();
  ASSERT_EQ(WSAEventSelect(pair.client, event, FD_READ), 0);
  ASSERT_TRUE(WSACloseEvent(event));
  ASSERT_EQ(send(pair.server, "x", 1, 0), 1);
  WSANETWORKEVENTS found{};
  for (int round = 0; round < 500 && found.lNetworkEvents == 0; ++round) {
    ASSERT_EQ(WSAEnumNetworkEvents(pair.client, nullptr, &found), 0);
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  EXPECT_EQ(told(found), "READ");
}

TEST_F(EventSelect, AForkedChildHasTheSocketsWithoutTheirSelections) {
  const Pair pair = connected_pair();
  ASSERT_EQ(events_.select(pair.client, FD_READ), 0);
  const pid_t child = start_child([&] {
    u_long off = 0;
    if (ioctlsocket(pair.client, FIONBIO, &off) != 0) return 1;
    const Events own;
    if (own.select(pair.client, FD_READ) != 0) return 2;
    if (send(pair.server, "x", 1, 0) != 1) return 3;
    if (own.next(pair.client) != "READ") return 4;
    return recv(pair.client, room_.data(), 1, 0) == 1 ? 0 : 5;
  });
  EXPECT_EQ(finish_child(child), 0);
  ASSERT_EQ(send(pair.server, "x", 1, 0), 1);
  EXPECT_EQ(events_.next(pair.client), "READ");  // The parent's selection goes on.
  EXPECT_EQ(receive(pair.client), 1);
}

}  // namespace
}  // namespace wsalive::test
