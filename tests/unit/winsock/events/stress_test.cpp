// Network events under load: thousands of connections that come, talk and end in every way, from several threads;
// nothing is lost, told twice or left open.
// labels: net

#include <winsock2.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <iterator>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/handle_count.hpp"
#include "support/selected_events.hpp"
#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all{"/proc/self/fd"};
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// An echo server of one thread: all its sockets share one event object, which the listener hands down.
class EchoServer {
 public:
  EchoServer() {
    EXPECT_EQ(events_.select(listener_, FD_ACCEPT | FD_READ | FD_WRITE | FD_CLOSE), 0);
    thread_ = std::thread{[this] { serve(); }};
  }
  ~EchoServer() {
    stop_ = true;
    SetEvent(events_.get());
    thread_.join();
  }

  [[nodiscard]] sockaddr_in address() const { return name_of(listener_); }
  [[nodiscard]] int ended() const { return ended_; }
  [[nodiscard]] int resets() const { return resets_; }

 private:
  struct Client {
    Own socket;
    std::string waiting;  // To be sent back.
  };

  void serve() {
    while (!stop_) {
      WaitForSingleObject(events_.get(), INFINITE);
      WSAResetEvent(events_.get());  // Before looking: whatever comes now sets it again.
      for (std::size_t at = 0; at < clients_.size(); ++at) {
        while (at < clients_.size() && !go_on(clients_[at])) {
          clients_[at] = std::move(clients_.back());
          clients_.pop_back();
        }
      }
      WSANETWORKEVENTS happened{};
      EXPECT_EQ(WSAEnumNetworkEvents(listener_, nullptr, &happened), 0);
      if ((happened.lNetworkEvents & FD_ACCEPT) == 0) continue;
      Own made = accept_one(listener_);
      if (made.get() != INVALID_SOCKET) clients_.push_back({std::move(made), {}});
    }
  }

  bool go_on(Client& client) {
    WSANETWORKEVENTS happened{};
    EXPECT_EQ(WSAEnumNetworkEvents(client.socket, nullptr, &happened), 0);
    std::array<char, 4096> room;
    // One receive for one FD_READ: what is left must be told again.
    if ((happened.lNetworkEvents & FD_READ) != 0) {
      const int got = recv(client.socket, room.data(), room.size(), 0);
      if (got > 0) client.waiting.append(room.data(), static_cast<std::size_t>(got));
    }
    while (!client.waiting.empty()) {
      const int sent =
          send(client.socket, client.waiting.data(), static_cast<int>(client.waiting.size()), 0);
      if (sent < 0) break;
      client.waiting.erase(0, static_cast<std::size_t>(sent));
    }
    if ((happened.lNetworkEvents & FD_CLOSE) == 0) return true;
    resets_ += happened.iErrorCode[FD_CLOSE_BIT] == WSAECONNRESET ? 1 : 0;
    ++ended_;
    return false;
  }

  Own listener_ = listener();
  Events events_;
  std::vector<Client> clients_;
  std::atomic<bool> stop_{false};
  std::atomic<int> ended_{0};
  std::atomic<int> resets_{0};
  std::thread thread_;
};

/// One connection of random length; ends orderly or, where told, with a reset.
void talk(const sockaddr_in& to, std::mt19937& random, bool with_reset) {
  Own s = tcp();
  ASSERT_EQ(connect_to(s, to), 0) << WSAGetLastError();
  std::string out(1 + random() % 30'000, 'a');
  for (char& each : out) each = static_cast<char>('a' + random() % 26);
  ASSERT_EQ(send(s, out.data(), static_cast<int>(out.size()), 0), static_cast<int>(out.size()));
  std::string back(out.size(), ' ');
  ASSERT_EQ(recv(s, back.data(), static_cast<int>(back.size()), MSG_WAITALL),
            static_cast<int>(back.size()))
      << WSAGetLastError();
  EXPECT_EQ(back, out);
  const LINGER hard{1, 0};
  if (with_reset) {
    ASSERT_EQ(
        setsockopt(s, SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&hard), sizeof hard), 0);
  }
}

TEST(EventStress, EveryOctetComesBackAndEveryEndIsToldOnce) {  // K-112
  constexpr int kThreads = 3;
  constexpr int kConnections = 700;
  const Winsock started;
  { const EchoServer warm_up; }
  const std::size_t before = open_descriptors();
  {
    const HandleCount handles;
    const EchoServer server;
    std::vector<std::thread> clients;
    for (int at = 0; at < kThreads; ++at) {
      clients.emplace_back([&, at] {
        std::mt19937 random{static_cast<unsigned>(at)};
        for (int each = 0; each < kConnections; ++each)
          talk(server.address(), random, each % 7 == 0);
      });
    }
    for (std::thread& each : clients) each.join();
    for (int round = 0; round < 1000 && server.ended() != kThreads * kConnections; ++round) {
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    EXPECT_EQ(server.ended(), kThreads * kConnections);
    EXPECT_EQ(server.resets(), kThreads * kConnections / 7);
  }
  EXPECT_EQ(open_descriptors(), before);
}

/// Sockets that several threads do everything to at once, closing included. None is made meanwhile: a stale
/// number stays one.
class Commotion {
 public:
  Commotion() {
    for (Pair& pair : pairs_) {
      pair = connected_pair();
      EXPECT_EQ(WSAEventSelect(pair.client, nullptr, 0), 0);  // Nothing may block.
      EXPECT_EQ(WSAEventSelect(pair.server, nullptr, 0), 0);
    }
  }

  void stir(std::mt19937& random) {
    const std::size_t which = random() % pairs_.size();
    const SOCKET s = pairs_[which].client;
    const Events& events = events_[random() % events_.size()];
    std::array<char, 64> room{};
    WSANETWORKEVENTS happened{};
    switch (random() % 16) {
      case 0:
      case 1:
        events.select(s, static_cast<long>(random() % (FD_ALL_EVENTS + 1)));
        break;
      case 2:
        WSAEventSelect(s, nullptr, 0);
        break;
      case 3:
      case 4:
      case 5:
        WSAEnumNetworkEvents(s, events.get(), &happened);
        break;
      case 6:
        if (random() % 8 == 0) closesocket(s);
        break;
      case 7:
        if (random() % 8 == 0) closesocket(pairs_[which].server);
        break;
      case 8:
      case 9:
      case 10:
        recv(s, room.data(), 64, 0);
        break;
      default:
        send(pairs_[which].server, room.data(), 64, 0);
    }
  }

 private:
  std::array<Events, 2> events_;
  std::array<Pair, 12> pairs_;
};

TEST(EventStress, SelectionsComeAndGoBesideTrafficAndCloses) {  // K-109
  const Winsock started;
  std::size_t before = 0;
  for (unsigned round = 0; round < 40; ++round) {
    if (round == 1) before = open_descriptors();  // The first round makes what stays.
    Commotion commotion;
    std::vector<std::thread> threads;
    for (unsigned at = 0; at < 4; ++at) {
      threads.emplace_back([&, at] {
        std::mt19937 random{round * 4 + at};
        for (int each = 0; each < 200; ++each) commotion.stir(random);
      });
    }
    for (std::thread& each : threads) each.join();
  }
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace wsalive::test
