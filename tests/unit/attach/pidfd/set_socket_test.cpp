// What a wish makes of a socket's values, per value.

#include "attach/pidfd/foreign_socket.hpp"

#include <gtest/gtest.h>

namespace wsalive::attach {
namespace {

using os::Switch;

constexpr Defaults kDefaults{7200, 75, 9};
constexpr KernelValues kUntouched{{Switch::off, 7200, 75, 9}, 0};
constexpr KernelValues kOwn{{Switch::on, 300, 100, 3}, 20'000};

KernelValues values(int idle_s, int interval_s, int probes, int user_timeout_ms) {
  return {{Switch::on, idle_s, interval_s, probes}, user_timeout_ms};
}

SocketWish wish() {
  SocketWish wish;
  wish.fit = {45, 5, 4, 30'000};
  return wish;
}

TEST(SocketWish, GivesAnUntouchedSocketAllOfIt) {
  EXPECT_EQ(fulfilled(wish(), kUntouched, kDefaults), values(45, 5, 4, 30'000));
}

TEST(SocketWish, LeavesWhatWasSetBefore) {
  EXPECT_EQ(fulfilled(wish(), kOwn, kDefaults), kOwn);
  const KernelValues own_count{{Switch::off, 7200, 75, 3}, 0};
  EXPECT_EQ(fulfilled(wish(), own_count, kDefaults), values(45, 5, 3, 30'000));
}

TEST(SocketWish, HoldsEachValueThatIsAskedForAgainstTheProgram) {
  SocketWish asked = wish();
  asked.idle = Overwrite::always;
  EXPECT_EQ(fulfilled(asked, kOwn, kDefaults), values(45, 100, 3, 20'000));
  asked.interval = Overwrite::always;
  EXPECT_EQ(fulfilled(asked, kOwn, kDefaults), values(45, 5, 3, 20'000));
  asked.probes = Overwrite::always;
  asked.user_timeout = Overwrite::always;
  EXPECT_EQ(fulfilled(asked, kOwn, kDefaults), values(45, 5, 4, 30'000));
}

TEST(SocketWish, LeavesWhatNobodyHasNamed) {
  SocketWish named = wish();
  named.idle = Overwrite::always;
  named.interval = named.probes = named.user_timeout = Overwrite::never;
  EXPECT_EQ(fulfilled(named, kUntouched, kDefaults), values(45, 75, 9, 0));
  EXPECT_EQ(fulfilled(named, kOwn, kDefaults), values(45, 100, 3, 20'000));
}

TEST(SocketWish, OffTouchesTheSwitchAlone) {  // K-56
  SocketWish off = wish();
  off.on = Switch::off;
  off.idle = Overwrite::always;
  EXPECT_EQ(fulfilled(off, kOwn, kDefaults), (KernelValues{{Switch::off, 300, 100, 3}, 20'000}));
}

TEST(SocketWish, OfAUserTimeoutAloneLeavesKeepAlive) {
  SocketWish only = wish();
  only.on.reset();
  only.idle = only.user_timeout = Overwrite::always;
  EXPECT_EQ(fulfilled(only, kUntouched, kDefaults),
            (KernelValues{{Switch::off, 7200, 75, 9}, 30'000}));
  KernelValues without = kUntouched;  // As MPTCP has none.
  without.user_timeout_ms.reset();
  EXPECT_EQ(fulfilled(only, without, kDefaults), without);
}

}  // namespace
}  // namespace wsalive::attach
