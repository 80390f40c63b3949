// Threads that wait for results without events: each gets its own operation's end, however many end at once.
// labels: net

#include <winsock2.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

constexpr int kThreads = 8;
constexpr int kRounds = 300;
constexpr std::chrono::seconds kPatience{30};

/// A receive without an event, waited for.
void receive_one(SOCKET s) {
  OVERLAPPED overlapped{};
  char byte = 0;
  WSABUF buffer{1, &byte};
  DWORD flags = 0;
  static_cast<void>(WSARecv(s, &buffer, 1, nullptr, &flags, &overlapped, nullptr));
  DWORD bytes = 0;
  EXPECT_TRUE(WSAGetOverlappedResult(s, &overlapped, &bytes, TRUE, &flags));
  EXPECT_EQ(bytes, 1U);
}

/// In each round all of them end at once, and nothing ends afterwards that could wake one which slept through.
TEST(ResultWaiters, NoneSleepsThroughItsEnd) {
  const Winsock started;
  std::vector<Pair> pairs;
  for (int at = 0; at < kThreads; ++at) pairs.push_back(connected_pair());
  std::barrier begin{kThreads + 1};
  std::atomic<int> ended{0};
  std::vector<std::thread> threads;
  for (const Pair& pair : pairs) {
    threads.emplace_back([&, s = pair.client.get()] {
      for (int round = 0; round < kRounds; ++round) {
        begin.arrive_and_wait();
        receive_one(s);
        ++ended;
      }
    });
  }
  for (int round = 1; round <= kRounds; ++round) {
    begin.arrive_and_wait();
    for (const Pair& pair : pairs) EXPECT_EQ(send(pair.server, "x", 1, 0), 1);
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (ended != round * kThreads) {
      std::this_thread::yield();
      if (std::chrono::steady_clock::now() < end) continue;
      std::fprintf(stderr, "round %d: a thread sleeps through the end of its operation\n", round);
      std::abort();  // It never wakes.
    }
  }
  for (std::thread& each : threads) each.join();
}

}  // namespace
}  // namespace wsalive::test
