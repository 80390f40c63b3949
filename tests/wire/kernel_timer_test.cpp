// The kernel's own keep-alive on the wire: its first probe leaves within policy's span of the timer wheel, at both ends of
// each of its levels from 1 s to 70 s, and the span is no wider than it must be.
// labels: ns realtime

#include <cstdio>
#include <map>
#include <set>

#include "policy/kernel_timer.hpp"
#include "support/engine_wire.hpp"

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;
using policy::Millis;
using std::chrono::seconds;

constexpr seconds kLongest{70};
/// Odd: else their phases fall together in steps that are an eighth as wide.
constexpr int kOfEach = 25;

/// The shortest and the longest, and each second after which the timer gets coarser, with the next one.
std::set<seconds> idle_times() {
  const auto tick = os::tick_length();
  std::set<seconds> times{1s, 58s, kLongest};
  for (seconds time{1}; time < kLongest; ++time) {
    if (policy::timer_step(time, tick) == policy::timer_step(time + 1s, tick)) continue;
    times.insert({time, time + 1s});
  }
  return times;
}

class KernelTimerOnTheWire : public EngineOnWire {
 protected:
  struct Watched {
    seconds idle;
    PlainSocket socket;
  };

  /// Connections of every idle time, so that their phases spread over the widest step.
  void connect_all(const std::set<seconds>& times) {
    const auto widest = policy::timer_step(kLongest, os::tick_length());
    for (int turn = 0; turn < kOfEach; ++turn) {
      const auto next = std::chrono::steady_clock::now() + widest / kOfEach;
      for (const seconds idle : times) {
        watched_.push_back({idle, connect(kHealthy)});
        watched_.back().socket.keep_alive(idle, 100s, 1);
      }
      std::this_thread::sleep_until(next);
    }
  }

  /// From the last segment before the first probe to that probe.
  std::chrono::nanoseconds first_probe(const PlainSocket& socket) {
    std::optional<Instant> heard;
    for (const lab::Event& event : story(socket.port())) {
      if (event.segment.direction == lab::SegmentDirection::in) {
        heard = event.segment.at;
      } else if (event.act == lab::Act::probe) {
        return heard ? event.segment.at - *heard : -1ns;
      }
    }
    return -1ns;
  }

  std::vector<Watched> watched_;
};

TEST_F(KernelTimerOnTheWire, FirstProbesLeaveInTheirSpanAndFillIt) {  // K-57
  const auto tick = os::tick_length();
  connect_all(idle_times());
  std::this_thread::sleep_for(policy::timer_span(kLongest, tick).latest + 200ms);
  std::map<seconds, std::vector<std::chrono::nanoseconds>> found;
  for (const Watched& each : watched_) found[each.idle].push_back(first_probe(each.socket));
  for (auto& [idle, probes] : found) {
    std::ranges::sort(probes);
    const policy::Span span = policy::timer_span(idle, tick);
    std::printf("T %ld s: %.3f to %.3f s, at most %.3f s\n", long{idle.count()},
                std::chrono::duration<double>(probes.front()).count(),
                std::chrono::duration<double>(probes.back()).count(),
                std::chrono::duration<double>(span.latest).count());
    EXPECT_GE(probes.front(), span.earliest - earliness_allowed()) << idle.count();
    EXPECT_LE(probes.back(), span.latest + lateness_allowed()) << idle.count();
    // Of so many phases, spread evenly, the last lies in the last quarter of its step.
    const auto step = policy::timer_step(idle, tick);
    if (step >= 200ms) {
      EXPECT_GE(probes.back(), span.latest - step / 4) << idle.count();
    }
  }
}

}  // namespace
}  // namespace wsalive::test
