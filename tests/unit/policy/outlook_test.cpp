// Which connections a list points out.

#include "policy/outlook.hpp"

#include <gtest/gtest.h>

namespace wsalive::policy {
namespace {

constexpr Millis kPath{350'000};

SocketState kept_by(std::uint32_t idle_ms) {
  SocketState state;
  state.on = idle_ms != 0;
  state.timing = {DwordMillis{idle_ms}, DwordMillis{1'000}, 5};
  return state;
}

TEST(Outlook, ProbesInTimeAreWell) {
  EXPECT_EQ(outlook(kept_by(60'000), Millis{10'000}, 0, kPath), Outlook::well);
}

TEST(Outlook, NoKeepAliveOrOneThatComesTooLateWillBeLost) {
  EXPECT_EQ(outlook(kept_by(0), Millis{10'000}, 0, kPath), Outlook::will_be_lost);
  EXPECT_EQ(outlook(kept_by(7'200'000), Millis{10'000}, 0, kPath), Outlook::will_be_lost);
  EXPECT_EQ(outlook(kept_by(350'000), Millis{0}, 0, kPath), Outlook::will_be_lost);
}

TEST(Outlook, ASilenceBeyondThePathsIsLost) {
  EXPECT_EQ(outlook(kept_by(0), Millis{350'000}, 0, kPath), Outlook::lost);
}

TEST(Outlook, UnansweredProbesComeFirstAndNeedNoPath) {
  EXPECT_EQ(outlook(kept_by(60'000), Millis{400'000}, 2, kPath), Outlook::unanswered);
  EXPECT_EQ(outlook(kept_by(60'000), Millis{61'000}, 1, std::nullopt), Outlook::unanswered);
}

TEST(Outlook, WithoutAPathNothingIsForetold) {
  EXPECT_EQ(outlook(kept_by(0), Millis{900'000}, 0, std::nullopt), Outlook::well);
}

TEST(Outlook, DataOnItsWayIsNotSilence) {
  SocketState state = kept_by(0);
  state.data_on_the_way = true;
  EXPECT_EQ(outlook(state, Millis{400'000}, 0, kPath), Outlook::well);
}

}  // namespace
}  // namespace wsalive::policy
