// Likely mistakes on live sockets: each rule on a socket that it is for, and on the nearest one that is right.

#include "advice/socket_lint.hpp"

#include <gtest/gtest.h>

#include <algorithm>

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
  EXPECT_FALSE(finds(listener, "off-while-idle"));
  LiveSocket short_path = idle_for(policy::Millis{30'000}, false);
  short_path.path_timeout = policy::Millis{20'000};
  EXPECT_TRUE(finds(short_path, "off-while-idle"));
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
  socket.state.user_timeout = policy::Millis{90'000};  // 45 s + 9 x 5 s
  EXPECT_FALSE(finds(socket, "user-timeout-overrides"));
}

}  // namespace
}  // namespace wsalive::advice
