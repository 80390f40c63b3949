// What a wish makes of a socket's values, per value.

#include "attach/pidfd/set_socket.hpp"

#include <gtest/gtest.h>

namespace wsalive::attach {
namespace {

using os::KernelKeepAlive;
using os::Switch;

constexpr Defaults kDefaults{7200, 75, 9};
constexpr KernelKeepAlive kUntouched{Switch::off, 7200, 75, 9};
constexpr KernelKeepAlive kOwn{Switch::on, 300, 100, 3};

SocketWish wish() {
  SocketWish wish;
  wish.fit = {45, 5, 4};
  return wish;
}

TEST(SocketWish, GivesAnUntouchedSocketAllOfIt) {
  EXPECT_EQ(fulfilled(wish(), kUntouched, kDefaults), (KernelKeepAlive{Switch::on, 45, 5, 4}));
}

TEST(SocketWish, LeavesWhatTheProgramHasSet) {
  EXPECT_EQ(fulfilled(wish(), kOwn, kDefaults), kOwn);
  const KernelKeepAlive own_count{Switch::off, 7200, 75, 3};
  EXPECT_EQ(fulfilled(wish(), own_count, kDefaults), (KernelKeepAlive{Switch::on, 45, 5, 3}));
}

TEST(SocketWish, HoldsEachValueThatIsAskedForAgainstTheProgram) {
  SocketWish asked = wish();
  asked.idle = Precedence::ours;
  EXPECT_EQ(fulfilled(asked, kOwn, kDefaults), (KernelKeepAlive{Switch::on, 45, 100, 3}));
  asked.idle = Precedence::program;
  asked.interval = Precedence::ours;
  EXPECT_EQ(fulfilled(asked, kOwn, kDefaults), (KernelKeepAlive{Switch::on, 300, 5, 3}));
  asked.probes = Precedence::ours;
  EXPECT_EQ(fulfilled(asked, kOwn, kDefaults), (KernelKeepAlive{Switch::on, 300, 5, 4}));
}

TEST(SocketWish, OffTouchesTheSwitchAlone) {  // K-56
  SocketWish off = wish();
  off.on = Switch::off;
  off.idle = Precedence::ours;
  EXPECT_EQ(fulfilled(off, kOwn, kDefaults), (KernelKeepAlive{Switch::off, 300, 100, 3}));
}

}  // namespace
}  // namespace wsalive::attach
