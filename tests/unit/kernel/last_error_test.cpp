// The last-error cell: one per thread, zero at first, any 32-bit value.

#include "kernel/last_error.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace wsalive::test {
namespace {

TEST(LastError, KeepsWhatWasStoredLast) {
  kernel::set_last_error(10054);
  EXPECT_EQ(kernel::last_error(), 10054U);
  kernel::set_last_error(0xffffffffU);
  EXPECT_EQ(kernel::last_error(), 0xffffffffU);
  kernel::set_last_error(0);
  EXPECT_EQ(kernel::last_error(), 0U);
}

TEST(LastError, BelongsToOneThread) {
  kernel::set_last_error(6);
  std::uint32_t first_seen = 1;
  std::thread([&] {
    first_seen = kernel::last_error();
    kernel::set_last_error(87);
  }).join();
  EXPECT_EQ(first_seen, 0U);
  EXPECT_EQ(kernel::last_error(), 6U);
}

}  // namespace
}  // namespace wsalive::test
