// The trial of settings on real connections over loopback, with the far end that `wsalive serve` is.
// labels: net realtime

#include "path/search_run.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include "os/clock.hpp"
#include "os/socket/address.hpp"
#include "path/serve/server.hpp"
#include "support/child.hpp"

namespace wsalive::path {
namespace {

using policy::Millis;

constexpr policy::Timing kSecond{
    .idle = policy::DwordMillis{1'000}, .interval = policy::DwordMillis{1'000}, .probes = 5};

/// A path that forgets after five seconds, as it was found.
PathResult five_seconds() {
  PathResult result;
  result.finding = PathFinding::forgets;
  result.kept = Millis{4'900};
  result.lost = Millis{5'000};
  return result;
}

class Trials : public testing::Test {
 protected:
  void SetUp() override {
    const auto loopback = os::parse_ipv4("127.0.0.1", os::Ipv4Notation::four_parts);
    auto listener = serve::listen_at(*loopback);
    ASSERT_TRUE(listener);
    far_end_ = {listener->at, std::nullopt, random_digits(kPathIdSize)};
    server_ = test::start_child([&] {
      std::vector<serve::Listener> listeners;
      listeners.push_back(std::move(*listener));
      const ServeLimits impatient{.session = Millis{2'000}};
      os::StopSignals stop;
      serve::Server{std::move(listeners), impatient, std::nullopt, os::monotonic_clock(), stop}
          .run();
      return 0;
    });
  }
  void TearDown() override {
    if (server_ <= 0) return;
    ::kill(server_, SIGTERM);
    EXPECT_EQ(test::finish_child(server_), 0);
  }

  FarEnd far_end_;
  pid_t server_ = -1;
};

TEST_F(Trials, ServeIsSpokenToForAsLongAsOneConnectionIsHeld) {
  os::StopSignals stop;
  PathSearch outward{PathWish{}};
  PathSearch inward{PathWish{}};
  SearchRun run{outward, inward, far_end_, os::monotonic_clock(), stop};
  ASSERT_EQ(run.call(), RunEnd::done);
  TrialPlan plan{kSecond, five_seconds(), {}};
  const TrialEnd end = run.try_out(plan, kSecond);
  EXPECT_EQ(end.trial.finding, TrialFinding::kept);
  EXPECT_GT(end.trial.held, Millis{5'000});
  EXPECT_EQ(run.opened(), 1U);
  EXPECT_EQ(run.farewells().told, 1U);
}

TEST_F(Trials, OneThatServeGivesUpForNobodySpeaksIsNoPathThatKeepsIt) {
  os::StopSignals stop;
  TrialPlan plan{kSecond, five_seconds(), {}};
  const HeldTrial held = try_settings(plan, kSecond,
                                      {.far_end = far_end_,
                                       .is_served = true,
                                       .clock = os::monotonic_clock(),
                                       .stop = stop,
                                       .tend = {}});
  EXPECT_EQ(held.end.trial.finding, TrialFinding::ended);
  EXPECT_LT(held.end.trial.held, Millis{5'000});
}

}  // namespace
}  // namespace wsalive::path
