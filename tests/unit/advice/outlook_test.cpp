// Which connections a list points out.

#include "advice/path_timeouts.hpp"

#include <gtest/gtest.h>

namespace wsalive::advice {
namespace {

constexpr policy::Millis kPath{350'000};

SocketState kept_by(std::uint32_t idle_ms) {
  SocketState state;
  state.on = idle_ms != 0;
  state.timing = {policy::DwordMillis{idle_ms}, policy::DwordMillis{1'000}, 5};
  return state;
}

TEST(Outlook, ProbesInTimeAreWell) {
  EXPECT_EQ(outlook(kept_by(60'000), policy::Millis{10'000}, 0, kPath), Outlook::well);
}

TEST(Outlook, NoKeepAliveOrOneThatComesTooLateWillBeLost) {
  EXPECT_EQ(outlook(kept_by(0), policy::Millis{10'000}, 0, kPath), Outlook::will_be_lost);
  EXPECT_EQ(outlook(kept_by(7'200'000), policy::Millis{10'000}, 0, kPath), Outlook::will_be_lost);
  EXPECT_EQ(outlook(kept_by(350'000), policy::Millis{0}, 0, kPath), Outlook::will_be_lost);
}

TEST(Outlook, AnIntervalThatThePathDoesNotBearWillBeLost) {  // K-50
  SocketState state = kept_by(60'000);
  state.timing.interval = policy::DwordMillis{350'000};
  EXPECT_EQ(outlook(state, policy::Millis{10'000}, 0, kPath), Outlook::will_be_lost);
  state.accuracy.by = policy::KeptBy::engine;
  EXPECT_EQ(outlook(state, policy::Millis{10'000}, 0, kPath), Outlook::well);
}

TEST(Outlook, ATimerBehindItsValuesWillBeLost) {
  SocketState state = kept_by(60'000);
  state.heard = policy::Millis{10'000};
  state.armed = policy::Millis{345'000};
  EXPECT_EQ(outlook(state, policy::Millis{10'000}, 0, kPath), Outlook::will_be_lost);
}

TEST(Outlook, ASilenceBeyondThePathsIsLost) {
  EXPECT_EQ(outlook(kept_by(0), policy::Millis{350'000}, 0, kPath), Outlook::lost);
}

TEST(Outlook, UnansweredProbesComeFirstAndNeedNoPath) {
  EXPECT_EQ(outlook(kept_by(60'000), policy::Millis{400'000}, 2, kPath), Outlook::unanswered);
  EXPECT_EQ(outlook(kept_by(60'000), policy::Millis{61'000}, 1, std::nullopt), Outlook::unanswered);
}

TEST(Outlook, WithoutAPathNothingIsForetold) {
  EXPECT_EQ(outlook(kept_by(0), policy::Millis{900'000}, 0, std::nullopt), Outlook::well);
}

TEST(Outlook, DataOnItsWayIsNotSilence) {
  SocketState state = kept_by(0);
  state.condition = Condition::unacknowledged;
  EXPECT_EQ(outlook(state, policy::Millis{400'000}, 0, kPath), Outlook::well);
}

}  // namespace
}  // namespace wsalive::advice
