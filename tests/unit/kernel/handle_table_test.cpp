// Handles: their numbers, their kinds, and what becomes of an object whose handle is closed.

#include "kernel/handle_table.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "kernel/sync_objects.hpp"

namespace wsalive::kernel {
namespace {

/// Records the call for its last handle's end, and its destruction.
class Witness final : public Object {
 public:
  static constexpr Kind kKind = Kind::file;
  explicit Witness(std::atomic<int>& closed, std::atomic<int>& gone)
      : Object(kKind), closed_(closed), gone_(gone) {}

 private:
  ~Witness() override { ++gone_; }
  void last_handle_closed() noexcept override { ++closed_; }
  std::atomic<int>& closed_;
  std::atomic<int>& gone_;
};

class Handles : public testing::Test {
 protected:
  HandleValue new_event() { return table_.insert(make<Event>(Reset::manual, false)); }
  HandleValue new_witness() { return table_.insert(make<Witness>(closed_, gone_)); }

  std::atomic<int> closed_{0};
  std::atomic<int> gone_{0};
  HandleTable table_;
};

TEST_F(Handles, AreMultiplesOfFourAboveAnyDescriptor) {
  for (int i = 0; i < 3000; ++i) {  // Across a chunk's end.
    const HandleValue handle = new_event();
    ASSERT_GE(handle, HandleValue{1} << 30);
    ASSERT_LT(handle, HandleValue{1} << 31);
    ASSERT_EQ(handle % 4, 0U);
    ASSERT_TRUE(table_.find<Event>(handle));
  }
  EXPECT_EQ(table_.open_handles(), 3000U);
}

TEST_F(Handles, TheTwoLowBitsAreTheProgramsOwn) {
  const HandleValue handle = new_event();
  EXPECT_TRUE(table_.find<Event>(handle | 1));
  EXPECT_TRUE(table_.find<Event>(handle | 3));
}

TEST_F(Handles, LeadOnlyToTheirKind) {
  const HandleValue event = new_event();
  const HandleValue witness = new_witness();
  EXPECT_TRUE(table_.find<Event>(event));
  EXPECT_FALSE(table_.find<Semaphore>(event));
  EXPECT_TRUE(table_.find_waitable(event));
  EXPECT_FALSE(table_.find_waitable(witness));
  EXPECT_TRUE(table_.find_any(witness));
}

TEST_F(Handles, AMadeUpNumberIsNoHandle) {
  new_event();
  for (const HandleValue bad :
       {HandleValue{0}, HandleValue{3}, HandleValue{1} << 28, ~HandleValue{0}, HandleValue{1} << 31,
        HandleTable::kLowest + 4096 * 4, HandleTable::kLowest | HandleValue{1} << 40}) {
    EXPECT_FALSE(table_.find_any(bad)) << bad;
    EXPECT_FALSE(table_.close(bad)) << bad;
  }
  EXPECT_EQ(table_.open_handles(), 1U);
}

TEST_F(Handles, AClosedHandleStaysWrongWhenItsSlotIsUsedAgain) {
  std::set<HandleValue> stale;
  for (int i = 0; i < 20'000; ++i) {
    const HandleValue handle = new_event();
    ASSERT_TRUE(stale.insert(handle).second) << "handed out again after " << i;
    ASSERT_TRUE(table_.close(handle));
    ASSERT_FALSE(table_.close(handle));
    ASSERT_FALSE(table_.find<Event>(handle));
  }
  EXPECT_EQ(table_.open_handles(), 0U);
}

TEST_F(Handles, APinKeepsTheObjectPastTheClose) {
  const HandleValue handle = new_witness();
  {
    const auto pinned = table_.find<Witness>(handle);
    EXPECT_TRUE(table_.close(handle));
    EXPECT_EQ(closed_, 1);
    EXPECT_EQ(gone_, 0);
    EXPECT_FALSE(table_.find<Witness>(handle));
  }
  EXPECT_EQ(gone_, 1);
}

TEST_F(Handles, AReferenceOutlivesHandleAndPin) {
  const HandleValue handle = new_witness();
  {
    const Ref<Witness> kept = table_.find<Witness>(handle).share();
    EXPECT_TRUE(table_.close(handle));
    EXPECT_EQ(gone_, 0);
  }
  EXPECT_EQ(gone_, 1);
}

TEST_F(Handles, TheLastOfTwoHandlesClosesTheObject) {
  const HandleValue first = new_witness();
  const HandleValue second = table_.insert(table_.find_any(first).share());
  EXPECT_TRUE(table_.close(first));
  EXPECT_EQ(closed_, 0);
  EXPECT_TRUE(table_.close(second));
  EXPECT_EQ(closed_, 1);
  EXPECT_EQ(gone_, 1);
}

TEST_F(Handles, AProtectedHandleDoesNotClose) {
  const HandleValue handle = new_event();
  std::uint32_t flags = 9;
  EXPECT_TRUE(table_.change_flags(handle, 2, 2));
  EXPECT_FALSE(table_.close(handle));
  EXPECT_TRUE(table_.get_flags(handle, flags));
  EXPECT_EQ(flags, 2U);
  EXPECT_TRUE(table_.change_flags(handle, 2, 0));
  EXPECT_TRUE(table_.close(handle));
  EXPECT_FALSE(table_.get_flags(handle, flags));
}

TEST_F(Handles, TheTableClosesWhatIsLeft) {
  {
    HandleTable table;
    EXPECT_NE(table.insert(make<Witness>(closed_, gone_)), 0U);
  }
  EXPECT_EQ(closed_, 1);
  EXPECT_EQ(gone_, 1);
}

TEST_F(Handles, OneOfManyClosersWinsAndFindersNeverSeeAGoneObject) {
  constexpr int kRounds = 300;
  int wins = 0;
  for (int round = 0; round < kRounds; ++round) {
    const HandleValue handle = new_witness();
    std::atomic<int> closers{0};
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] {
        while (const auto pinned = table_.find<Witness>(handle)) {
          if (pinned->kind() != Kind::file) std::abort();
          closers += table_.close(handle) ? 1 : 0;
        }
      });
    }
    threads.clear();
    wins += closers;
  }
  EXPECT_EQ(wins, kRounds);
  EXPECT_EQ(gone_, kRounds);
}

}  // namespace
}  // namespace wsalive::kernel
