#include "attach/run/detached.hpp"

#include <gtest/gtest.h>

namespace wsalive::attach {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, TheFirstThatEndsEarlyIsBegunAgainAtOnce) {
  Backoff backoff;
  EXPECT_EQ(backoff.after(0ms), 0ms);
  EXPECT_EQ(backoff.after(0ms), 1ms);
  EXPECT_EQ(backoff.after(999ms), 2ms);
}

TEST(Backoff, WhatEndsEarlyAgainAndAgainIsBegunTenTimesASecond) {
  Backoff backoff;
  std::chrono::milliseconds all{};
  for (int turn = 0; turn < 20; ++turn) all += backoff.after(0ms);
  EXPECT_EQ(backoff.after(0ms), 100ms);
  EXPECT_GT(all, 1s);
}

TEST(Backoff, OneThatLastsEndsTheSeries) {
  Backoff backoff;
  for (int turn = 0; turn < 20; ++turn) static_cast<void>(backoff.after(0ms));
  EXPECT_EQ(backoff.after(1000ms), 0ms);
  EXPECT_EQ(backoff.after(1000ms), 0ms);
  EXPECT_EQ(backoff.after(1ms), 1ms);
}

}  // namespace
}  // namespace wsalive::attach
