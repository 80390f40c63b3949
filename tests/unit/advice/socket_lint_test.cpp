// Likely mistakes on live sockets: each rule on a socket that it is for, and on the nearest one that is right.

#include "advice/lint.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "advice/path_timeouts.hpp"

namespace wsalive::advice {
namespace {

LiveSocket idle_for(policy::Millis heard, bool on) {
  LiveSocket socket;
  socket.state.on = on;
  socket.state.timing = {policy::DwordMillis{45'000}, policy::DwordMillis{5'000}, 9};
  socket.heard = heard;
  return socket;
}

bool finds(const LiveSocket& socket, std::string_view rule) {
  return std::ranges::count(lint(socket), rule, &Finding::rule) == 1;
}

TEST(SocketLint, OffWhileIdleNeedsALongSilence) {
  EXPECT_TRUE(finds(idle_for(policy::Millis{60'000}, false), "off-while-idle"));
  EXPECT_FALSE(finds(idle_for(policy::Millis{59'999}, false), "off-while-idle"));
  EXPECT_FALSE(finds(idle_for(policy::Millis{60'000}, true), "off-while-idle"));
  LiveSocket listener = idle_for(policy::Millis{600'000}, false);
  listener.listens = true;
  listener.state.condition = Condition::listening;
  EXPECT_FALSE(finds(listener, "off-while-idle"));
  LiveSocket connecting =
      idle_for(policy::Millis{1'380'000}, false);  // No measure before the connection stands.
  connecting.state.condition = Condition::connecting;
  EXPECT_FALSE(finds(connecting, "off-while-idle"));
}

TEST(SocketLint, APathThatIsKnownLosesWhatIsOffWithoutAnySilence) {
  LiveSocket socket = idle_for(policy::Millis{0}, false);
  EXPECT_FALSE(finds(socket, "path-forgets"));
  socket.path_timeout = policy::Millis{240'000};
  EXPECT_TRUE(finds(socket, "path-forgets"));
  socket.heard = policy::Millis{90'000};
  EXPECT_FALSE(finds(socket, "off-while-idle"));  // It is said once.
  EXPECT_NE(lint(socket).front().text.find("a silence of that length loses"), std::string::npos);
  socket.heard = policy::Millis{240'000};
  EXPECT_NE(lint(socket).front().text.find("no segment has come for 240s"), std::string::npos)
      << lint(socket).front().text;
  socket.state.condition =
      Condition::unacknowledged;  // Something is on its way: that is no silence.
  EXPECT_FALSE(finds(socket, "path-forgets"));
}

TEST(SocketLint, WhatIsLostOnAKnownPathIsWhatWatchMarks) {
  for (const bool on : {false, true}) {
    for (const auto heard : {policy::Millis{0}, policy::Millis{30'000}, policy::Millis{60'000}}) {
      LiveSocket socket = idle_for(heard, on);  // 45 s
      socket.path_timeout = policy::Millis{60'000};
      const bool marked = outlook(socket.state, heard, 0, socket.path_timeout) != Outlook::well;
      EXPECT_EQ(finds(socket, "path-forgets"), marked) << on << ' ' << heard.count();
    }
  }
}

TEST(SocketLint, TimesWithoutTheSwitchHaveNoEffect) {
  LiveSocket socket = idle_for(policy::Millis{0}, false);
  EXPECT_FALSE(finds(socket, "values-without-switch"));
  socket.values_set = true;
  EXPECT_TRUE(finds(socket, "values-without-switch"));
  socket.listens = true;
  EXPECT_TRUE(finds(socket, "values-without-switch"));
  socket.state.on = true;
  EXPECT_FALSE(finds(socket, "values-without-switch"));
}

TEST(SocketLint, AListenersKeepAliveDoesNotReachConnectionsThatWereThereBefore) {
  LiveSocket socket = idle_for(policy::Millis{90'000}, false);
  socket.listener_has_more = true;
  EXPECT_TRUE(finds(socket, "listener-only"));
  EXPECT_FALSE(finds(socket, "off-while-idle"));
}

TEST(SocketLint, AUserTimeoutOverridesTheCountUnlessTheyAgree) {
  LiveSocket socket = idle_for(policy::Millis{0}, true);
  EXPECT_FALSE(finds(socket, "user-timeout-overrides"));
  socket.state.user_timeout = policy::Millis{12'000};
  EXPECT_TRUE(finds(socket, "user-timeout-overrides"));
  EXPECT_NE(lint(socket).front().text.find("one lost segment"), std::string::npos);
  EXPECT_NE(lint(socket).front().remedy.find("which is 90s"), std::string::npos);
  socket.state.user_timeout = policy::Millis{60'000};
  EXPECT_EQ(lint(socket).front().text.find("one lost segment"), std::string::npos);
  socket.state.user_timeout = policy::Millis{90'000};  // 45 s + 9 x 5 s
  EXPECT_FALSE(finds(socket, "user-timeout-overrides"));
  socket.state.user_timeout = policy::Millis{12'000};
  socket.state.accuracy.by = policy::KeptBy::engine;  // K-76
  EXPECT_FALSE(finds(socket, "user-timeout-overrides"));
}

LiveSocket waiting(Condition condition, std::uint32_t tries) {
  LiveSocket socket = idle_for(policy::Millis{5'000}, true);
  socket.state.condition = condition;
  socket.state.heard = socket.heard;
  socket.state.resending = Resending{.fires_in = policy::Millis{400},
                                     .timeout = policy::Millis{816},
                                     .tries = tries,
                                     .since_first = policy::Millis{600}};
  return socket;
}

TEST(SocketLint, DataOnTheWayIsAWarningOnceItWasSentAnew) {
  EXPECT_FALSE(finds(waiting(Condition::unacknowledged, 0), "data-unacknowledged"));
  EXPECT_FALSE(finds(waiting(Condition::idle, 2), "data-unacknowledged"));
  EXPECT_TRUE(finds(waiting(Condition::closing, 2), "data-unacknowledged"));
  LiveSocket socket = waiting(Condition::unacknowledged, 2);
  EXPECT_TRUE(finds(socket, "data-unacknowledged"));
  EXPECT_EQ(lint(socket).front().set, "--user-timeout 90s");  // 45 s + 9 x 5 s
  socket.state.user_timeout = policy::Millis{90'000};
  EXPECT_FALSE(finds(socket, "data-unacknowledged"));
}

TEST(SocketLint, AClosedWindowIsAWarningWhenItStaysSo) {
  LiveSocket socket = waiting(Condition::window_closed, 0);
  EXPECT_FALSE(finds(socket, "window-closed"));
  socket.state.resending->timeout = policy::Millis{13'056};
  EXPECT_TRUE(finds(socket, "window-closed"));
}

TEST(SocketLint, AConnectionThatOnlyThePeerHasClosedIsAWarningAfterAMinute) {
  LiveSocket socket = idle_for(policy::Millis{59'999}, true);
  socket.state.condition = Condition::peer_closed;
  EXPECT_FALSE(finds(socket, "peer-closed"));
  socket.heard = policy::Millis{60'000};
  EXPECT_TRUE(finds(socket, "peer-closed"));
  EXPECT_EQ(lint(socket).front().remedy, "close in the program");
  socket.unread = 6;
  EXPECT_NE(lint(socket).front().text.find("5 octets wait before the end"), std::string::npos);
  EXPECT_EQ(lint(socket).front().remedy, "read to the end in the program, and close");
}

TEST(SocketLint, RepairModeIsNoted) {
  LiveSocket socket = idle_for(policy::Millis{0}, true);
  socket.in_repair = true;
  EXPECT_TRUE(finds(socket, "in-repair"));
}

TEST(SocketLint, WhatSetDoesAboutItIsSaidWithoutASocketsName) {
  const auto findings = lint(idle_for(policy::Millis{60'000}, false));
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings.front().set, "--time 120s");
  EXPECT_EQ(findings.front().remedy, "SO_KEEPALIVE in the program");
}

}  // namespace
}  // namespace wsalive::advice
