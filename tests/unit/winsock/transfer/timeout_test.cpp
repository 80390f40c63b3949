// Time-outs beside signals (K-110), which Winsock does not have. The time-outs themselves: tests/conformance/timeouts.c.
// labels: net realtime

#include "support/exact_time.hpp"
#include "support/winsock_api.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>

#include <pthread.h>

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr DWORD kMs = 120;

void set_time_out(SOCKET s, int name) {
  ASSERT_EQ(setsockopt(s, SOL_SOCKET, name, reinterpret_cast<const char*>(&kMs), sizeof kMs), 0);
}

void do_nothing(int /*signal*/) {}

/// Sends its maker signals, for as long as it lives.
class Pestering {
 public:
  Pestering() {
    struct sigaction action {};
    action.sa_handler = do_nothing;
    sigaction(SIGUSR1, &action, nullptr);
    thread_ = std::thread{[this, victim = pthread_self()] {
      while (!stop_) {
        pthread_kill(victim, SIGUSR1);
        std::this_thread::sleep_for(10ms);
      }
    }};
  }
  ~Pestering() {
    stop_ = true;
    thread_.join();
  }
  Pestering(const Pestering&) = delete;
  Pestering& operator=(const Pestering&) = delete;

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

class TimeOut : public testing::Test {
 protected:
  template <typename Call>
  void expect_time_out(Call call) {
    const auto before = Clock::now();
    EXPECT_TRUE(fails_with(call(), WSAETIMEDOUT));
    const auto taken = Clock::now() - before;
    EXPECT_GE(taken, std::chrono::milliseconds{kMs} - 8ms);  // The kernel's own tick.
    // A machine with other work to do is late; a time-out that began anew would never end.
    EXPECT_LT(taken, std::chrono::milliseconds{kMs} + (time_is_exact() ? 100ms : 3000ms));
  }

  Winsock started_;
  Pair pair_ = connected_pair();
  char byte_ = 0;
};

TEST_F(TimeOut, OfAReceiveIsTheWholeCallsWhateverInterrupts) {  // K-110, K-111
  set_time_out(pair_.client, SO_RCVTIMEO);
  const Pestering signals;
  expect_time_out([&] { return recv(pair_.client, &byte_, 1, 0); });
}

TEST_F(TimeOut, SignalsDoNotCutAWholeReceive) {  // K-110
  const Pestering signals;
  std::thread sender{[&] {
    for (int part = 0; part < 8; ++part) {
      std::this_thread::sleep_for(15ms);
      send(pair_.server, "x", 1, 0);
    }
  }};
  std::array<char, 8> bytes{};
  EXPECT_EQ(recv(pair_.client, bytes.data(), 8, MSG_WAITALL), 8);
  sender.join();
}

TEST_F(TimeOut, OfSelectHoldsBesideSignals) {  // K-110
  const Pestering signals;
  fd_set reading;
  FD_ZERO(&reading);
  FD_SET(pair_.client.get(), &reading);
  const timeval wait{0, 120'000};
  const auto before = Clock::now();
  EXPECT_EQ(select(0, &reading, nullptr, nullptr, &wait), 0);
  EXPECT_GE(Clock::now() - before, 120ms);
  EXPECT_LT(Clock::now() - before, 220ms);
}

}  // namespace
}  // namespace wsalive::test
