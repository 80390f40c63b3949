// Thousands of operations on many connections, ended by data, cancelling and closing at random moments, from
// several threads: each completes exactly once, and nothing stays behind.
// labels: net

#include <winsock2.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/port.hpp"
#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all{"/proc/self/fd"};
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// One operation that is being waited for.
struct Job {
  OVERLAPPED overlapped{};
  std::array<char, 32> room{};
  std::atomic<int> told{0};
};

class Crowd {
 public:
  explicit Crowd(int pairs) {
    for (int at = 0; at < pairs; ++at) {
      pairs_.push_back(connected_pair());
      port_.add(pairs_.back().client, 1);
    }
    for (int at = 0; at < 2; ++at) takers_.emplace_back([this] { take(); });
  }
  ~Crowd() {
    for (std::size_t at = 0; at < takers_.size(); ++at) {
      PostQueuedCompletionStatus(port_.get(), 0, 0, nullptr);
    }
    for (std::thread& each : takers_) each.join();
  }

  /// A receive, and something at random that may end it.
  void stir(std::mt19937& random) {
    Pair& pair = pairs_[random() % pairs_.size()];
    auto job = std::make_unique<Job>();
    const int code = receive_into(pair.client, buffer_of(job->room.data(), 32), job->overlapped);
    if (code == 0 || code == WSA_IO_PENDING) {
      ++started_;
      jobs_.push_back(std::move(job));
    }
    switch (random() % 8) {
      case 0:
        CancelIoEx(reinterpret_cast<HANDLE>(pair.client.get()), &jobs_.back()->overlapped);
        break;
      case 1:
        CancelIoEx(reinterpret_cast<HANDLE>(pair.client.get()), nullptr);
        break;
      case 2:
        pair.client.close();
        pair = connected_pair();
        port_.add(pair.client, 1);
        break;
      case 3:
        pair.server.close();
        pair = connected_pair();
        port_.add(pair.client, 1);
        break;
      default:
        send(pair.server, "abcdefgh", 8, 0);
    }
  }

  void end_all() {
    pairs_.clear();
    for (int round = 0; round < 500 && told_ != started_; ++round) {
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    EXPECT_EQ(told_, started_);
    for (const auto& job : jobs_) EXPECT_EQ(job->told, 1);
  }

 private:
  void take() {
    for (;;) {
      const Taken taken = port_.take(INFINITE);
      if (!taken.overlapped) return;
      ++reinterpret_cast<Job*>(taken.overlapped)->told;
      ++told_;
    }
  }

  Port port_;
  std::vector<Pair> pairs_;
  std::vector<std::unique_ptr<Job>> jobs_;
  std::vector<std::thread> takers_;
  std::atomic<int> started_{0};
  std::atomic<int> told_{0};
};

TEST(Stress, EveryOperationIsToldOnceHoweverItEnds) {
  const Winsock started;
  {
    Crowd crowd{16};
    std::mt19937 random{1};
    for (int at = 0; at < 3000; ++at) crowd.stir(random);
    crowd.end_all();
  }
  const std::size_t before = open_descriptors();
  {
    Crowd crowd{16};
    std::mt19937 random{2};
    for (int at = 0; at < 1000; ++at) crowd.stir(random);
    crowd.end_all();
  }
  EXPECT_LE(open_descriptors(),
            before + 2);  // The reactor forgets a closed port's set at its next look.
}

TEST(Stress, ManyConnectionsEcho) {
  const Winsock started;
  constexpr int kConnections = 400;
  const Port port;
  std::vector<std::unique_ptr<Job>> jobs;  // Closing a socket ends its jobs: they live longer.
  std::vector<Pair> pairs;
  for (int at = 0; at < kConnections; ++at) {
    pairs.push_back(connected_pair());
    jobs.push_back(std::make_unique<Job>());
    port.add(pairs.back().server, static_cast<ULONG_PTR>(at));
    EXPECT_EQ(receive_into(pairs.back().server, buffer_of(jobs.back()->room.data(), 32),
                           jobs.back()->overlapped),
              WSA_IO_PENDING);
  }
  for (int round = 0; round < 5; ++round) {
    for (const Pair& pair : pairs) ASSERT_EQ(send(pair.client, "ping", 4, 0), 4);
    for (int at = 0; at < kConnections; ++at) {
      const Taken taken = port.take();
      ASSERT_EQ(taken.code, 0U);
      ASSERT_EQ(taken.bytes, 4U);
      Job& job = *reinterpret_cast<Job*>(taken.overlapped);
      ASSERT_EQ(send(pairs[taken.key].server, job.room.data(), 4, 0), 4);
      ASSERT_EQ(
          receive_into(pairs[taken.key].server, buffer_of(job.room.data(), 32), job.overlapped),
          WSA_IO_PENDING);
    }
    std::array<char, 8> back{};
    for (const Pair& pair : pairs) ASSERT_EQ(recv(pair.client, back.data(), 8, 0), 4);
  }
}

}  // namespace
}  // namespace wsalive::test
