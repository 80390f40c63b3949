// How late each driver's probes leave, on peers that have died and on peers that answer, as the wire shows it. Every line
// `fact: lateness` is a figure of docs/kernels.md: half of the instants, 97 of 100, the last, in microseconds.
//
// The two tests that are switched off belong to the guest of tools/kernels: one must fail, the other asks the guest's timer.
// labels: ns realtime

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <map>

#include "engine/host.hpp"
#include "support/asked.hpp"
#include "support/engine_wire.hpp"
#include "support/exact_time.hpp"

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;
using policy::DriverKind;

constexpr std::array kNames{"off", "silent", "native", "rearm", "repair", "late"};

/// The calling thread, and those that it makes, may do nothing to networks for the time of its life.
class WithoutNetAdmin {
 public:
  WithoutNetAdmin() {
    call(SYS_capget);
    kept_ = sets_;
    sets_[0].effective &= ~(1U << CAP_NET_ADMIN);
    call(SYS_capset);
  }
  ~WithoutNetAdmin() {
    sets_ = kept_;
    call(SYS_capset);
  }
  WithoutNetAdmin(const WithoutNetAdmin&) = delete;
  WithoutNetAdmin& operator=(const WithoutNetAdmin&) = delete;

 private:
  void call(long number) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    EXPECT_EQ(::syscall(number, &header, sets_.data()), 0);
  }
  using Sets = std::array<__user_cap_data_struct, 2>;
  Sets sets_{};
  Sets kept_{};
};

class LatenessOnTheWire : public EngineOnWire {
 protected:
  struct Watched {
    engine::InForce in_force;
    PlainSocket socket;
  };

  void SetUp() override {
    EngineOnWire::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    without_right_ = engine::make_engine(engine::os_host(), os::monotonic_clock());
  }

  void watch(std::uint16_t port, const policy::SourcedTiming& wanted, DriverKind driver) {
    PlainSocket socket = connect(port);
    const lab::Visit visit{network().client()};
    engine::Engine& by = driver == DriverKind::late ? *without_right_ : *engine_;
    {
      std::optional<WithoutNetAdmin> less;
      if (driver == DriverKind::late) less.emplace();
      ASSERT_TRUE(by.switch_on(socket.fd(), wanted));
    }
    const engine::InForce found = by.in_force(socket.fd(), {});
    ASSERT_EQ(found.driver, driver);
    watched_.push_back({found, std::move(socket)});
  }

  /// One instant of that driver, and when it was due.
  void judge(const engine::InForce& in_force, std::chrono::nanoseconds found, Millis due) {
    const auto late = std::chrono::floor<std::chrono::microseconds>(found - due);
    found_[in_force.driver].push_back(late);
    const std::chrono::nanoseconds nature{in_force.driver == DriverKind::native ? in_force.lateness
                                                                                : 0ns};
    EXPECT_GE(late, -earliness_allowed()) << "the probe is early";
    EXPECT_LE(late, nature + lateness_allowed()) << "the probe is late";
  }

  /// Peers that have fallen silent: each probe and the reset.
  void judge_silence(const Watched& each, Millis sooner = 0ms) {
    const engine::InForce& now = each.in_force;
    const Seen told = seen(each.socket);
    ASSERT_TRUE(told.heard);
    const std::vector<Instant> probes = told.unanswered();
    ASSERT_EQ(probes.size(), now.probes_before_end);
    ASSERT_EQ(told.resets.size(), 1U);
    for (std::size_t k = 0; k <= probes.size(); ++k) {
      const Instant at = k < probes.size() ? probes[k] : told.resets[0];
      judge(now, at - *told.heard,
            policy::Series{now.actual}.due(static_cast<std::uint32_t>(k)) - sooner);
    }
  }

  /// A peer that answers: each probe is due T after the segment before it.
  void judge_answered(const Watched& each, std::size_t least) {
    std::size_t probes = 0;
    std::optional<Instant> heard;
    for (const lab::Event& event : story(each.socket.port())) {
      if (event.segment.direction == lab::SegmentDirection::in) heard = event.segment.at;
      if (event.act != lab::Act::probe || event.segment.direction != lab::SegmentDirection::out)
        continue;
      ASSERT_TRUE(heard);
      judge(each.in_force, event.segment.at - *heard, Millis{each.in_force.actual.idle});
      ++probes;
    }
    EXPECT_GE(probes, least);
    EXPECT_EQ(each.socket.ended(0ms), -1);
  }

  void report(const char* peers) {
    for (auto& [driver, late] : found_) {
      std::ranges::sort(late);
      const auto at = [&late = late](double part) {
        return long{
            late[static_cast<std::size_t>(part * static_cast<double>(late.size() - 1))].count()};
      };
      std::printf("fact: lateness %s %s %ld %ld %ld %zu\n",
                  kNames[static_cast<std::size_t>(driver)], peers, at(0.5), at(0.97), at(1),
                  late.size());
    }
  }

  std::unique_ptr<engine::Engine> without_right_;
  std::vector<Watched> watched_;
  std::map<DriverKind, std::vector<std::chrono::microseconds>> found_;
};

TEST_F(LatenessOnTheWire, OfPeersThatHaveDied) {  // K-50, K-52, K-53, K-57, K-94
  std::uint16_t port = kDeaf;
  watch(port++, by_kernel(asked(1000, 1000, 3)), DriverKind::native);
  watch(port++, by_kernel(asked(3000, 2000, 4)), DriverKind::native);
  watch(port++, asked(1000, 1000, 3), DriverKind::rearm);
  watch(port++, asked(3000, 2000, 4), DriverKind::rearm);
  watch(port++, asked(1500, 100, 5), DriverKind::rearm);
  watch(port++, asked(1234, 321, 7), DriverKind::rearm);
  watch(port++, asked(2000, 500, 10), DriverKind::rearm);
  watch(port++, asked(1000, 24, 255), DriverKind::rearm);
  watch(port++, asked(300, 50, 12), DriverKind::repair);
  watch(port++, asked(600, 100, 7), DriverKind::repair);
  watch(port++, asked(300, 20, 255), DriverKind::repair);
  watch(port++, asked(500, 200, 5), DriverKind::late);
  watch(port++, asked(700, 30, 40), DriverKind::late);
  deafen();
  std::this_thread::sleep_for(11s + 500ms);
  for (const Watched& each : watched_) {
    SCOPED_TRACE(kNames[static_cast<std::size_t>(each.in_force.driver)]);
    judge_silence(each);
  }
  report("dead");
}

TEST_F(LatenessOnTheWire, OfPeersThatAnswer) {  // K-50, K-59
  watch(kHealthy, by_kernel(asked(1000, 1000, 3)), DriverKind::native);
  watch(kHealthy, by_kernel(asked(2000, 1000, 3)), DriverKind::native);
  watch(kHealthy, asked(1000, 1000, 3), DriverKind::rearm);
  watch(kHealthy, asked(2000, 1000, 3), DriverKind::rearm);
  watch(kHealthy, asked(1000, 300, 4), DriverKind::rearm);
  watch(kHealthy, asked(1234, 300, 4), DriverKind::rearm);
  watch(kHealthy, asked(1500, 100, 6), DriverKind::rearm);
  watch(kHealthy, asked(600, 100, 7), DriverKind::repair);
  watch(kHealthy, asked(750, 50, 12), DriverKind::repair);
  watch(kHealthy, asked(500, 200, 5), DriverKind::late);
  watch(kHealthy, asked(700, 30, 40), DriverKind::late);
  std::this_thread::sleep_for(10s);
  for (const Watched& each : watched_) {
    SCOPED_TRACE(kNames[static_cast<std::size_t>(each.in_force.driver)]);
    judge_answered(each, 4);
  }
  report("answering");
}

// The probes are due 20 ms earlier than they can be: this test fails, or nothing that the others find means anything.
TEST_F(LatenessOnTheWire, DISABLED_ALateProbeIsSeen) {
  watch(kDeaf, asked(1500, 500, 6), DriverKind::rearm);
  deafen();
  std::this_thread::sleep_for(1500ms + 6 * 500ms + 200ms);
  judge_silence(watched_[0], 20ms);
}

// Sleeps of 4 ms end in time, in a process that has nothing else to do.
TEST(Lateness, DISABLED_ATimerOfTheGuestIsSteady) {
  constexpr int kTimes = 500;
  std::vector<std::chrono::nanoseconds> late;
  auto due = std::chrono::steady_clock::now();
  for (int i = 0; i < kTimes; ++i) {
    due += 4ms;
    std::this_thread::sleep_until(due);
    late.push_back(std::chrono::steady_clock::now() - due);
  }
  std::ranges::sort(late);
  const auto us = [](std::chrono::nanoseconds each) { return static_cast<long>(each / 1us); };
  std::printf("fact: timer %ld %ld %ld %d\n", us(late[kTimes / 2]), us(late[kTimes * 97 / 100]),
              us(late.back()), kTimes);
  std::printf("fact: tick %ld\n", us(os::tick_length()));
  EXPECT_LT(late[kTimes / 2], 200us);
  EXPECT_LT(late.back(), 5ms);
}

}  // namespace
}  // namespace wsalive::test
