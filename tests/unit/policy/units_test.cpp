// Seconds, milliseconds and counts: ranges, and which way each conversion rounds.

#include "policy/units.hpp"

#include <gtest/gtest.h>

namespace wsalive::policy {
namespace {

static_assert(seconds_up(DwordMillis{1}) == DwordSeconds{1});       // K-74
static_assert(seconds_up(DwordMillis{1000}) == DwordSeconds{1});    // K-74
static_assert(seconds_up(DwordMillis{1001}) == DwordSeconds{2});    // K-74
static_assert(seconds_down(DwordMillis{1999}) == DwordSeconds{1});  // K-57
static_assert(is_whole_seconds(kDefaultIdle));                      // K-51
static_assert(!is_whole_seconds(DwordMillis{7'200'001}));           // K-57

TEST(Seconds, RoundUpWithoutOverflow) {  // K-57, K-74
  EXPECT_EQ(seconds_up(DwordMillis{0xFFFFFFFF}), DwordSeconds{4'294'968});
  EXPECT_EQ(seconds_up(DwordMillis{0}), DwordSeconds{0});
  EXPECT_EQ(seconds_up(DwordMillis{7'200'000}), DwordSeconds{7200});
}

TEST(OptionTime, TakesOneSecondToTheLargestThatFits) {  // K-71
  EXPECT_EQ(time_from_option(1), DwordMillis{1000});
  EXPECT_EQ(time_from_option(7200), DwordMillis{7'200'000});
  EXPECT_EQ(time_from_option(4'294'967), DwordMillis{4'294'967'000});
}

TEST(OptionTime, RefusesNothingAndTooMuch) {  // K-71
  EXPECT_EQ(time_from_option(0), std::nullopt);
  EXPECT_EQ(time_from_option(4'294'968), std::nullopt);
  EXPECT_EQ(time_from_option(0xFFFFFFFF), std::nullopt);
}

TEST(OptionCount, TakesOneTo255) {  // K-71
  EXPECT_EQ(count_from_option(0), std::nullopt);
  EXPECT_EQ(count_from_option(1), std::uint8_t{1});
  EXPECT_EQ(count_from_option(255), std::uint8_t{255});
  EXPECT_EQ(count_from_option(256), std::nullopt);
  EXPECT_EQ(count_from_option(0xFFFFFFFF), std::nullopt);
}

TEST(IoctlTime, ZeroTakesTheOwnValueAway) {  // K-62
  EXPECT_EQ(time_from_ioctl(0), std::nullopt);
  EXPECT_EQ(time_from_ioctl(1), DwordMillis{1});
  EXPECT_EQ(time_from_ioctl(0xFFFFFFFF), DwordMillis{0xFFFFFFFF});
}

}  // namespace
}  // namespace wsalive::policy
