// SO_KEEPALIVE before, during and after a connection request, whichever call has made it, for every release, and
// however the request ends (K-30 to K-34).
// labels: net realtime slow
// shards: 2

#include <winsock2.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <ostream>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/option_calls.hpp"
#include "support/pending_requests.hpp"
#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;
using Requests = std::vector<std::unique_ptr<PendingRequest>>;

int set_keep_alive(SOCKET s, DWORD on) { return error_of_set(s, SOL_SOCKET, SO_KEEPALIVE, on); }
DWORD keep_alive_of(SOCKET s) { return get_dword(s, SOL_SOCKET, SO_KEEPALIVE); }

struct Era {
  const char* release;
  int answer;  // What setting SO_KEEPALIVE says while a request is in process.

  friend void PrintTo(const Era& era, std::ostream* out) { *out << era.release; }
};

class Transition : public testing::TestWithParam<Era> {
 protected:
  void start_all() {
    for (const auto& each : requests_) each->start(deaf_.address());
    std::this_thread::sleep_for(200ms);
  }

  /// Sets the option on every pending request; before Vista that takes effect (K-32).
  void expect_rule_while_pending() {
    for (const auto& each : requests_) {
      EXPECT_EQ(set_keep_alive(each->socket(), 1), GetParam().answer) << each->way();
      EXPECT_EQ(keep_alive_of(each->socket()), allowed() ? 1U : 0U) << each->way();  // K-13, K-33
    }
  }

  void expect_end(int code) {
    for (const auto& each : requests_) EXPECT_EQ(each->code(), code) << each->way();
  }

  /// Nothing is restricted any more (K-31), and what took effect holds.
  void expect_freedom() {
    for (const auto& each : requests_) {
      EXPECT_EQ(keep_alive_of(each->socket()), allowed() ? 1U : 0U) << each->way();
      for (const DWORD on : {1U, 0U}) {
        EXPECT_EQ(set_keep_alive(each->socket(), on), 0) << each->way();
        EXPECT_EQ(keep_alive_of(each->socket()), on) << each->way();
      }
    }
  }

  static bool allowed() { return GetParam().answer == 0; }

  Winsock started_{GetParam().release};
  Deaf deaf_;
  Requests requests_ = requests_in_every_way();
};

TEST_P(Transition, EndsWithSuccess) {  // K-30 to K-33
  start_all();
  expect_rule_while_pending();
  std::atomic<bool> done{false};
  std::thread accepting{[&] {
    while (!done) {
      deaf_.drain();
      std::this_thread::sleep_for(5ms);
    }
  }};
  expect_end(0);
  done = true;
  accepting.join();
  expect_freedom();
}

TEST_P(Transition, EndsWithRefusal) {  // K-30 to K-33
  start_all();
  expect_rule_while_pending();
  deaf_.refuse();
  expect_end(WSAECONNREFUSED);
  expect_freedom();
}

TEST_P(Transition, HoldsWhatWasSetBefore) {  // K-34
  for (const auto& each : requests_) ASSERT_EQ(set_keep_alive(each->socket(), 1), 0);
  const Own from = listener();
  for (const auto& each : requests_) {
    if (each->way() == "ConnectEx") continue;  // May end at once: overlapped.connect_ex has it.
    each->start(name_of(from));
    EXPECT_EQ(each->code(), 0) << each->way();
    EXPECT_EQ(keep_alive_of(each->socket()), 1U) << each->way();
  }
}

INSTANTIATE_TEST_SUITE_P(Releases, Transition,
                         testing::Values(Era{"win2000", 0}, Era{"winxp", 0}, Era{"ws2003", 0},
                                         Era{"vista", WSAEINVAL}, Era{"win8.1", WSAEINVAL},
                                         Era{"win11", WSAEINVAL}));

class LongTransition : public Transition {};

TEST_P(LongTransition, EndsWithATimeOut) {  // K-30 to K-33, K-116
  start_all();
  expect_rule_while_pending();
  expect_end(WSAETIMEDOUT);
  expect_freedom();
}

INSTANTIATE_TEST_SUITE_P(Releases, LongTransition,
                         testing::Values(Era{"ws2003", 0}, Era{"vista", WSAEINVAL}));

}  // namespace
}  // namespace wsalive::test
