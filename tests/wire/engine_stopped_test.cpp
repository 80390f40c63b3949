// A program that is stopped for longer than T: the kernel goes on, and where it has T, I and N itself it does what it would
// do without any engine. Also in the middle of a silence, and for good.
// labels: ns realtime

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <thread>

#include "policy/kernel_timer.hpp"
#include "support/asked.hpp"
#include "support/engine_wire.hpp"

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;

constexpr std::array kWhole{asked(2000, 1000, 3), asked(3000, 1000, 2), asked(2000, 2000, 2),
                            asked(5000, 1000, 4)};
constexpr auto kParked = asked(1500, 500, 5);

/// Stops all threads, by a child that wakes them.
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

class EngineStopped : public EngineOnWire {
 protected:
  /// Each probe of the silence and its end, as by the kernel alone.
  void expect_as_by_the_kernel(const PlainSocket& socket, const policy::Timing& timing) {
    const Seen told = seen(socket);
    const policy::Accuracy alone{policy::KeptBy::kernel, os::tick_length()};
    ASSERT_TRUE(told.heard);
    const std::vector<Instant> probes = told.unanswered();
    ASSERT_EQ(probes.size(), timing.probes);
    ASSERT_EQ(told.resets.size(), 1U);
    for (std::uint32_t k = 0; k <= timing.probes; ++k) {
      const auto at = (k < timing.probes ? probes[k] : told.resets[0]) - *told.heard;
      const policy::Span span = policy::probe_span(timing, k + 1, alone);
      EXPECT_GE(at, span.earliest - earliness_allowed()) << k;
      EXPECT_LE(at, span.latest + lateness_allowed()) << k;
    }
  }
};

TEST_F(EngineStopped, ForLongerThanTTheKernelDoesWhatItWouldDoAlone) {  // K-50, K-52, K-57
  std::vector<PlainSocket> sockets;
  std::uint16_t port = kDeaf;
  for (const policy::SourcedTiming& wanted : kWhole) sockets.push_back(connect(port++, wanted));
  const PlainSocket parked = connect(port, kParked);
  deafen();
  stop_this_process_for(10s);
  for (std::size_t i = 0; i < sockets.size(); ++i) {
    SCOPED_TRACE(std::to_string(kWhole[i].timing.idle.count()));
    expect_as_by_the_kernel(sockets[i], kWhole[i].timing);
    EXPECT_EQ(death(sockets[i]), engine::CloseCause::keep_alive);
  }
  // Fractions the kernel cannot have: it stands 3 s behind, and 2 s for each interval, and never gives up too early.
  const Seen behind = seen(parked);
  ASSERT_FALSE(behind.unanswered().empty());
  EXPECT_GE(behind.unanswered()[0] - *behind.heard, 1500ms - earliness_allowed());
  EXPECT_LE(behind.unanswered()[0] - *behind.heard,
            policy::timer_span(4000ms, os::tick_length()).latest + lateness_allowed());
  EXPECT_TRUE(behind.resets.empty());
}

TEST_F(EngineStopped, InTheMiddleOfASilenceTheRestIsTheKernels) {  // K-50, K-52
  std::vector<PlainSocket> sockets;
  std::uint16_t port = kDeaf;
  for (const policy::SourcedTiming& wanted : kWhole) sockets.push_back(connect(port++, wanted));
  deafen();
  std::this_thread::sleep_for(3500ms);
  stop_this_process_for(7s);
  for (std::size_t i = 0; i < sockets.size(); ++i) {
    SCOPED_TRACE(std::to_string(kWhole[i].timing.idle.count()));
    expect_as_by_the_kernel(sockets[i], kWhole[i].timing);
  }
}

TEST_F(EngineStopped, WithTheEngineGoneTheKernelHasTheValues) {  // K-50, K-57
  const PlainSocket socket = connect(kDeaf, kWhole[0]);
  deafen();
  std::this_thread::sleep_for(2500ms);  // A probe is out.
  engine_.reset();
  EXPECT_EQ(*engine::os_host().values(socket.fd()), (os::KernelKeepAlive{os::Switch::on, 2, 1, 3}));
  EXPECT_EQ(socket.ended(5s), ETIMEDOUT);
  expect_as_by_the_kernel(socket, kWhole[0].timing);
}

}  // namespace
}  // namespace wsalive::test
