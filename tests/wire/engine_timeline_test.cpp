// The engine's probes on a real wire, against the timeline: what leaves when, and why a connection
// ends. All connections of a test run side by side.
// labels: ns realtime
// shards: 2

#include <sys/socket.h>

#include <atomic>

#include "engine/host.hpp"
#include "support/asked.hpp"
#include "support/engine_timeline.hpp"

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;
using engine::CloseCause;
using policy::DriverKind;

TEST_F(EngineTimeline, SilentPeersAreGivenUpInTime) {  // K-50, K-52, K-57, K-90, K-94
  open(asked(1500, 100, 5), DriverKind::rearm);
  open(asked(1500, 300, 5), DriverKind::rearm);
  open(asked(1200, 30, 12), DriverKind::rearm);
  open(asked(1200, 30, 200), DriverKind::rearm);
  open(asked(1000, 24, 255), DriverKind::rearm);
  open(asked(300, 50, 6), DriverKind::repair);
  open(asked(300, 50, 60), DriverKind::repair);
  open(asked(1500, 3, 250), DriverKind::repair);
  open(asked(1000, 500, 10), DriverKind::rearm);
  open(asked(1000, 2000, 3), DriverKind::rearm);
  open(asked(2000, 1000, 3), DriverKind::rearm);
  open(by_kernel(asked(2000, 1000, 3)), DriverKind::native);
  for (const policy::ReleaseRow& row : policy::kReleases) {  // K-53, each default scaled down.
    policy::SourcedTiming scaled = policy::timing_in_force(row.release, {}, {});
    scaled.timing.idle = policy::DwordMillis{scaled.timing.idle.count() / 4800};
    scaled.timing.interval = policy::DwordMillis{scaled.timing.interval.count() / 2};
    open(scaled, DriverKind::rearm);
  }
  expect_timelines();
}

TEST_F(EngineTimeline, PeersThatAnswerAreLeftAlone) {  // K-50, K-59
  const PlainSocket healthy = connect(kHealthy, asked(1000, 40, 20));
  const PlainSocket third = connect(kEveryThird, asked(1000, 300, 4));
  const PlainSocket quick = connect(kHealthy, asked(200, 50, 5));  // 500 ms: K-52.
  const PlainSocket back = connect(kDeaf, asked(1000, 500, 5));
  deafen();
  // Two of three probes are out; from the last segment on, since the rules took their time.
  std::this_thread::sleep_until(
      std::chrono::steady_clock::time_point{(*seen(back).heard + 1700ms).time_since_epoch()});
  EXPECT_EQ(seen(back).probes.size(), 2U);
  hear_again();
  std::this_thread::sleep_for(500ms);
  EXPECT_EQ(seen(back).probes.size(), 3U);
  deafen();
  std::this_thread::sleep_for(4s);
  EXPECT_EQ(healthy.ended(0ms), -1);
  EXPECT_EQ(third.ended(0ms), -1);
  EXPECT_EQ(quick.ended(0ms), -1);
  EXPECT_GE(seen(healthy).probes.size(), 5U);
  EXPECT_GE(seen(third).probes.size(), 6U);
  // It has answered once, and was then silent for ever: the whole count again.
  EXPECT_EQ(seen(back).probes.size(), 3U + 5U);
  EXPECT_EQ(death(back), CloseCause::keep_alive);
}

TEST_F(EngineTimeline, AHalfClosedConnectionIsProbedAllTheSame) {  // K-50, K-52
  const PlainSocket closed_by_peer = connect(kDeaf, asked(1200, 500, 5));
  ASSERT_EQ(::shutdown(peers_.back().fd(), SHUT_WR), 0);
  const PlainSocket closed_by_us = connect(kDeaf + 1, asked(1200, 500, 5));
  ASSERT_EQ(::shutdown(closed_by_us.fd(), SHUT_WR), 0);
  // Repair cannot do that: the nearest later times.
  const PlainSocket quick = connect(kDeaf + 2, asked(600, 500, 5));
  EXPECT_EQ(engine_->in_force(quick.fd(), {}).driver, DriverKind::repair);
  ASSERT_EQ(::shutdown(peers_.back().fd(), SHUT_WR), 0);
  std::this_thread::sleep_for(50ms);
  deafen();
  std::this_thread::sleep_for(1200ms + 5 * 500ms + 300ms);
  for (const PlainSocket* each : {&closed_by_peer, &closed_by_us}) {
    expect_timeline(seen(*each), asked(1200, 500, 5).timing, 5);
    EXPECT_EQ(engine::os_host().facts(each->fd())->state, os::TcpState::close);
  }
  expect_timeline(seen(quick), asked(1000, 500, 5).timing, 5);
}

TEST_F(EngineTimeline, UnacknowledgedDataIsRetransmissionsAffair) {  // K-58, K-91
  {
    const lab::Visit visit{network().client()};
    ASSERT_TRUE(lab::set_sysctl("net/ipv4/tcp_retries2", "3"));
  }
  const PlainSocket before = connect(kDeaf, asked(1000, 300, 5));
  const PlainSocket between = connect(kDeaf + 1, asked(1000, 300, 5));
  const PlainSocket limited = connect(kDeaf + 2, asked(1000, 300, 20));
  deafen();
  before.send("data");
  std::this_thread::sleep_for(1450ms);  // Two probes of `between` are out.
  between.send("data");
  ASSERT_TRUE(engine::os_host().set_user_timeout(limited.fd(), 700));  // K-76
  limited.send("data");
  std::this_thread::sleep_for(7500ms);
  EXPECT_EQ(seen(before).probes.size(), 0U);
  EXPECT_EQ(death(before), CloseCause::retransmission);
  EXPECT_EQ(seen(between).probes.size(), 2U);
  EXPECT_EQ(death(between), CloseCause::retransmission);
  EXPECT_EQ(death(limited), CloseCause::retransmission);
}

TEST_F(EngineTimeline, UnacknowledgedDataIsRetransmissionsAffairBelowASecondToo) {  // K-58, K-91
  {
    const lab::Visit visit{network().client()};
    ASSERT_TRUE(lab::set_sysctl("net/ipv4/tcp_retries2", "2"));
  }
  // By keep-alive they would end 0.75 s and 2.7 s after the last segment, before their data is given up.
  const PlainSocket before = connect(kDeaf);
  const PlainSocket limited = connect(kDeaf + 1);
  const PlainSocket between = connect(kDeaf + 2, asked(300, 300, 4));
  deafen();
  before.send("data");
  switch_on(before, asked(300, 150, 1));
  ASSERT_TRUE(engine::os_host().set_user_timeout(limited.fd(), 1200));  // K-76
  limited.send("data");
  switch_on(limited, asked(300, 150, 1));
  for (const PlainSocket* each : {&before, &limited, &between}) {
    EXPECT_EQ(engine_->in_force(each->fd(), {}).driver, DriverKind::repair);
  }
  std::this_thread::sleep_until(  // Two probes of `between` are out.
      std::chrono::steady_clock::time_point{(*seen(between).heard + 750ms).time_since_epoch()});
  EXPECT_EQ(seen(between).probes.size(), 2U);
  between.send("data");
  for (const PlainSocket* each : {&before, &limited, &between}) {
    EXPECT_EQ(death(*each, 10s), CloseCause::retransmission);
  }
  EXPECT_EQ(seen(before).probes.size(), 0U);
  EXPECT_EQ(seen(limited).probes.size(), 0U);
  EXPECT_EQ(seen(between).probes.size(), 2U);
}

TEST_F(EngineTimeline, AUserTimeoutDoesNotChangeTheEnd) {  // K-76
  const PlainSocket hasty = connect(kDeaf);
  const PlainSocket patient = connect(kDeaf + 1);
  ASSERT_TRUE(engine::os_host().set_user_timeout(hasty.fd(), 1200));
  ASSERT_TRUE(engine::os_host().set_user_timeout(patient.fd(), 60'000));
  switch_on(hasty, asked(1000, 1000, 3));
  switch_on(patient, asked(1000, 1000, 3));
  deafen();
  std::this_thread::sleep_for(1000ms + 3 * 1000ms + 150ms);
  for (const PlainSocket* each : {&hasty, &patient}) {
    expect_timeline(seen(*each), asked(1000, 1000, 3).timing, 3);
    EXPECT_EQ(death(*each), CloseCause::keep_alive);
  }
  EXPECT_EQ(*engine::os_host().user_timeout(hasty.fd()), 1200);
}

TEST_F(EngineTimeline, AClosedWindowIsNotProbedByKeepAlive) {  // K-58, K-91
  {
    const lab::Visit visit{network().client()};
    ASSERT_TRUE(lab::set_sysctl("net/ipv4/tcp_retries2", "3"));
  }
  const PlainSocket socket = connect(kDeaf, asked(1000, 300, 5));
  ASSERT_TRUE(engine::os_host().set_user_timeout(socket.fd(), 2500));
  std::thread filler{[&] { socket.send(std::string(std::size_t{16} << 20U, 'x')); }};
  std::this_thread::sleep_for(300ms);
  deafen();
  filler.join();
  std::this_thread::sleep_for(3500ms);
  EXPECT_EQ(death(socket),
            CloseCause::retransmission);  // Its window probes look the same on the wire.
}

TEST_F(EngineTimeline, AClosedWindowIsNotProbedByKeepAliveBelowASecondEither) {  // K-58, K-91
  const PlainSocket socket = connect(kDeaf, asked(300, 150, 1));
  EXPECT_EQ(engine_->in_force(socket.fd(), {}).driver, DriverKind::repair);
  ASSERT_TRUE(engine::os_host().set_user_timeout(socket.fd(), 3000));
  std::thread filler{[&] { socket.send(std::string(std::size_t{16} << 20U, 'x')); }};
  std::this_thread::sleep_for(300ms);
  deafen();
  std::this_thread::sleep_for(1500ms);  // By keep-alive it would have ended after 0.75 s.
  EXPECT_EQ(socket.ended(0ms), -1);
  EXPECT_EQ(engine_->in_force(socket.fd(), {}).unanswered, 0U);
  filler.join();
  EXPECT_EQ(death(socket, 5s), CloseCause::retransmission);
}

TEST_F(EngineTimeline, WithTheEngineGoneTheKernelGivesUpByItself) {
  const PlainSocket socket = connect(kDeaf, asked(1000, 600, 2));
  deafen();
  engine_.reset();
  EXPECT_EQ(socket.ended(4s + 2 * 3s + 1500ms), ETIMEDOUT);
  EXPECT_EQ(seen(socket).probes.size(), 2U);
}

TEST_F(EngineTimeline, LongerThanTheKernelCanSaySendsNothingEarly) {  // K-57, scaled down
  const engine::DriverParts scaled{engine::os_host(), engine::os_ticks(), /*longest_idle_s=*/2};
  engine_ = engine::make_engine(scaled, os::monotonic_clock());
  const PlainSocket socket = connect(kDeaf, asked(3500, 500, 5));
  EXPECT_EQ(engine::os_host().values(socket.fd())->on, os::Switch::off);
  deafen();
  std::this_thread::sleep_for(3500ms + 5 * 500ms + 150ms);
  expect_timeline(seen(socket), asked(3500, 500, 5).timing, 5);
}

TEST_F(EngineTimeline, ASocketThatTheProgramHoldsIsProbedAllTheSame) {
  const PlainSocket socket = connect(kDeaf, asked(1000, 500, 5));
  deafen();
  std::atomic<bool> done{false};
  std::thread busy{[&] {
    char octet = 0;
    while (!done) (void)::recv(socket.fd(), &octet, 1, MSG_DONTWAIT | MSG_PEEK);
  }};
  std::this_thread::sleep_for(1000ms + 5 * 500ms + 200ms);
  done = true;
  busy.join();
  expect_timeline(seen(socket), asked(1000, 500, 5).timing, 5, /*more=*/60ms);
}

/// SO_REUSEADDR.
int reuse_of(const PlainSocket& socket) {
  int value = -1;
  socklen_t size = sizeof value;
  EXPECT_EQ(::getsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &value, &size), 0);
  return value;
}

TEST_F(EngineTimeline, ProbesLeaveTheProgramsAddressReuseAsItWas) {
  const PlainSocket without = connect(kHealthy);
  const PlainSocket with = connect(kHealthy);
  const int on = 1;
  ASSERT_EQ(::setsockopt(with.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
  for (const PlainSocket* each : {&without, &with}) {
    switch_on(*each, asked(600, 300, 6));
    EXPECT_EQ(engine_->in_force(each->fd(), {}).driver, DriverKind::repair);
  }
  std::this_thread::sleep_for(1500ms);  // Between the probes of 1.2 s and 1.8 s.
  for (const PlainSocket* each : {&without, &with}) EXPECT_GE(seen(*each).probes.size(), 1U);
  EXPECT_EQ(reuse_of(without), 0);
  EXPECT_EQ(reuse_of(with), 1);
  // And what the program changes between two probes stays, too.
  const int off = 0;
  ASSERT_EQ(::setsockopt(without.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
  ASSERT_EQ(::setsockopt(with.fd(), SOL_SOCKET, SO_REUSEADDR, &off, sizeof off), 0);
  const std::size_t so_far = seen(without).probes.size();
  std::this_thread::sleep_for(600ms);
  EXPECT_GT(seen(without).probes.size(), so_far);
  EXPECT_EQ(reuse_of(without), 1);
  EXPECT_EQ(reuse_of(with), 0);
}

}  // namespace
}  // namespace wsalive::test
