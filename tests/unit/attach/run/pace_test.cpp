#include "attach/run/pace.hpp"

#include <gtest/gtest.h>

namespace wsalive::attach {
namespace {

using namespace std::chrono_literals;

TEST(Pace, TheFirstThatEndsEarlyIsBegunAgainAtOnce) {
  Pace pace;
  EXPECT_EQ(pace.after(0ms), 0ms);
  EXPECT_EQ(pace.after(0ms), 1ms);
  EXPECT_EQ(pace.after(999ms), 2ms);
}

TEST(Pace, WhatEndsEarlyAgainAndAgainIsBegunTenTimesASecond) {
  Pace pace;
  std::chrono::milliseconds all{};
  for (int turn = 0; turn < 20; ++turn) all += pace.after(0ms);
  EXPECT_EQ(pace.after(0ms), 100ms);
  EXPECT_GT(all, 1s);
}

TEST(Pace, OneThatLastsEndsTheSeries) {
  Pace pace;
  for (int turn = 0; turn < 20; ++turn) static_cast<void>(pace.after(0ms));
  EXPECT_EQ(pace.after(1000ms), 0ms);
  EXPECT_EQ(pace.after(1000ms), 0ms);
  EXPECT_EQ(pace.after(1ms), 1ms);
}

}  // namespace
}  // namespace wsalive::attach
