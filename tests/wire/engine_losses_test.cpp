// What may happen to a driven connection on a real wire: lost segments, an engine stopped between any two of its calls, a
// stopped process, a busy machine. Every peer lives, and every connection must be alive afterwards.
//
// Each part prints how many are, in the words of tests/faults; tests/faults/engine.py plays the same parts for longer:
// WSALIVE_FAULTS_S is how many seconds each of them lasts, WSALIVE_FAULTS_CONNECTIONS how many are on a busy machine.
// labels: ns realtime slow

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "engine/make_engine.hpp"
#include "lab/capture.hpp"
#include "os/clock.hpp"
#include "support/asked.hpp"
#include "support/interrupted_host.hpp"
#include "support/plain_socket.hpp"
#include "support/private_network.hpp"

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;
using policy::DriverKind;
using Millis = std::chrono::milliseconds;

int told(const char* name, int otherwise) {
  const char* const value = std::getenv(name);
  return value ? std::atoi(value) : otherwise;
}

std::chrono::seconds lasting() { return std::chrono::seconds{told("WSALIVE_FAULTS_S", 4)}; }

/// As many descriptors as two ends of each connection need, and some more.
void need_descriptors(int connections) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlim_t wanted = 2 * static_cast<rlim_t>(connections) + 200;
  limit.rlim_cur = std::max(limit.rlim_cur, std::min(limit.rlim_max, wanted));
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
}

void stop_this_process_for(std::chrono::milliseconds time) {
  const pid_t waker = ::fork();
  ASSERT_GE(waker, 0);
  if (waker == 0) {
    ::usleep(static_cast<useconds_t>(time.count()) * 1000);
    ::kill(::getppid(), SIGCONT);
    ::_exit(0);
  }
  ::kill(::getpid(), SIGSTOP);
  ASSERT_EQ(::waitpid(waker, nullptr, 0), waker);
}

/// Threads that always want to run, eight for each processor.
class BusyThreads {
 public:
  BusyThreads() {
    for (unsigned i = 0; i < 8 * std::thread::hardware_concurrency(); ++i) {
      threads_.emplace_back([this] {
        while (!done_) std::atomic_signal_fence(std::memory_order_seq_cst);
      });
    }
  }
  BusyThreads(const BusyThreads&) = delete;
  BusyThreads& operator=(const BusyThreads&) = delete;
  ~BusyThreads() {
    done_ = true;
    for (std::thread& each : threads_) each.join();
  }

 private:
  std::atomic<bool> done_{false};
  std::vector<std::thread> threads_;
};

class EngineLosses : public TwoHosts {
 protected:
  void SetUp() override {
    TwoHosts::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    engine_ = engine::make_engine(host_, os::monotonic_clock());
    const lab::Visit visit{network().server()};
    listener_.emplace(PlainSocket::listening("0.0.0.0", 7000));
  }
  void TearDown() override { engine_.reset(); }

  void connect(int count, const policy::SourcedTiming& wanted, DriverKind driver) {
    const lab::Visit visit{network().client()};  // The engine's thread is born where it drives.
    for (int i = 0; i < count; ++i) {
      ours_.push_back(PlainSocket::connected(lab::Wiring::server_v4, 7000));
      theirs_.push_back(listener_->accepted());
      const int fd = ours_.back().fd();
      ASSERT_TRUE(engine_->switch_on(fd, wanted));
      ASSERT_EQ(engine_->in_force(fd, wanted).driver, driver);
    }
  }

  /// Of a thousand segments so many are lost, in each direction.
  void lose(int of_thousand) {
    const std::string rule =
        "table inet losses {\n chain in {\n type filter hook input priority 0;\n"
        " meta l4proto tcp numgen random mod 1000 < " +
        std::to_string(of_thousand) + " drop\n }\n}\n";
    for (const auto* const end : {&network().client(), &network().server()}) {
      const auto done = lab::apply_nft(*end, rule);
      ASSERT_TRUE(done) << done.error();
    }
  }

  /// Counts who lives.
  void expect_all_alive(const std::string& what) {
    std::size_t alive = 0;
    for (const PlainSocket& each : ours_) alive += each.ended(0ms) == -1 ? 1U : 0U;
    EXPECT_EQ(alive, ours_.size()) << what;
    if (alive != ours_.size()) return;
    std::printf("engine, %s: 1 program, %zu connections: all alive\n", what.c_str(), alive);
    std::fflush(stdout);
  }

  InterruptedHost host_{engine::os_host()};
  std::unique_ptr<engine::Engine> engine_;
  std::optional<PlainSocket> listener_;
  std::vector<PlainSocket> ours_;
  std::vector<PlainSocket> theirs_;
};

TEST_F(EngineLosses, LostSegmentsEndNobody) {  // K-52, K-59
  connect(200, asked(441, 49, 10), DriverKind::repair);
  connect(50, asked(1500, 300, 10), DriverKind::rearm);
  connect(50, asked(1000, 100, 10), DriverKind::rearm);
  lose(10);
  std::this_thread::sleep_for(lasting());
  expect_all_alive("1 % of the segments lost each way");
}

// All ten answers of a silence are lost by chance in one of sixteen million.
TEST_F(EngineLosses, LostSegmentsEndNobodyOnABadPath) {  // K-52, K-59
  connect(100, asked(441, 49, 10), DriverKind::repair);
  lose(100);
  std::this_thread::sleep_for(lasting());
  expect_all_alive("10 % of the segments lost each way");
}

TEST_F(EngineLosses, AThreadThatIsStoppedBetweenItsCallsEndsNobody) {  // K-52
  std::atomic<unsigned> points{0};
  host_.interrupt = [&] {
    if (++points % 46 == 0) std::this_thread::sleep_for(20ms);
  };
  connect(4, asked(348, 33, 10), DriverKind::repair);
  std::this_thread::sleep_for(lasting());
  expect_all_alive("20 ms at every 23rd call");
  ours_.clear();
  connect(20, asked(348, 33, 10), DriverKind::repair);
  std::this_thread::sleep_for(lasting());
  expect_all_alive("20 ms at every 23rd call, one engine for twenty");
  engine_.reset();
}

TEST_F(EngineLosses, AProcessThatWasStoppedEndsNobody) {  // K-52
  connect(100, asked(348, 33, 10), DriverKind::repair);
  connect(50, asked(1500, 300, 5), DriverKind::rearm);
  std::this_thread::sleep_for(500ms);
  for (const Millis stopped : {400ms, 1500ms, 2500ms}) {
    stop_this_process_for(stopped);
    std::this_thread::sleep_for(1s);
  }
  expect_all_alive("stopped for 0.4, 1.5 and 2.5 s");
}

TEST_F(EngineLosses, AProcessThatWasStoppedSendsNoFlood) {  // K-50, K-52
  constexpr int kConnections = 1500;
  constexpr Millis kWindow{20};
  constexpr Millis kStall{40};  // What a busy machine may add.
  need_descriptors(kConnections);
  const lab::Visit visit{network().client()};
  auto capture = lab::Capture::start(lab::Wiring::client_interface, 65536);
  ASSERT_TRUE(capture) << capture.error().attempt;
  connect(kConnections, asked(700, 200, 10), DriverKind::repair);
  std::this_thread::sleep_for(500ms);
  const Instant stopped = os::monotonic_clock().now();
  // All are due then, and the values that the kernel acts by without us, after 3 s of silence, are still to come.
  stop_this_process_for(1500ms);
  std::this_thread::sleep_for(500ms);
  const auto segments = capture->take();
  ASSERT_TRUE(segments) << "the capture lost packets";
  std::vector<Instant> probes;
  for (const PlainSocket& each : ours_) {
    const auto story = lab::narrate(lab::of_port(*segments, each.port()));
    const auto of_one = lab::instants(story, lab::Act::probe, lab::SegmentDirection::out);
    std::ranges::copy_if(of_one, std::back_inserter(probes),
                         [&](Instant at) { return at > stopped; });
  }
  std::ranges::sort(probes);
  EXPECT_GE(probes.size(), std::size_t{kConnections});
  std::ptrdiff_t most = 0;
  for (auto first = probes.begin(); first != probes.end(); ++first) {
    most = std::max(most, std::ranges::upper_bound(first, probes.end(), *first + kWindow) - first);
  }
  EXPECT_LE(most, 64 * ((kWindow + kStall) / engine::os_ticks().length)) << "probes in 20 ms";
  expect_all_alive("1500 due at once after 1.5 s, at most " + std::to_string(most) +
                   " probes in 20 ms");
}

TEST_F(EngineLosses, ABusyMachineEndsNobody) {  // K-52
  const int connections = told("WSALIVE_FAULTS_CONNECTIONS", 100);
  need_descriptors(connections);
  connect(connections, asked(348, 33, 10), DriverKind::repair);
  {
    const BusyThreads busy;
    std::this_thread::sleep_for(lasting());
  }
  expect_all_alive("eight busy threads a processor");
}

TEST_F(EngineLosses, AnEngineThatSeldomHasATurnEndsNobody) {  // K-52
  std::thread{[&] {  // The engine's thread inherits what the one that starts it has chosen.
    const sched_param none{};
    ASSERT_EQ(::sched_setscheduler(0, SCHED_IDLE, &none), 0);
    connect(50, asked(348, 33, 10), DriverKind::repair);
    connect(50, asked(1500, 300, 5), DriverKind::rearm);
  }}
      .join();
  {
    const BusyThreads busy;
    std::this_thread::sleep_for(lasting());
  }
  std::this_thread::sleep_for(1s);
  expect_all_alive("a thread that runs when nobody else wants to");
}

}  // namespace
}  // namespace wsalive::test
