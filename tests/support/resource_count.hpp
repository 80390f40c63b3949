// What a process holds: descriptors, handles, memory that is allocated and memory that is mapped. Asserts that doing
// something again and again leaves nothing of it behind.
#pragma once

#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "support/handle_count.hpp"

namespace wsalive::test {

struct Held {
  std::ptrdiff_t descriptors = 0;
  std::ptrdiff_t handles = 0;
  std::ptrdiff_t allocated = 0;  ///< Bytes.
  std::ptrdiff_t mappings = 0;

  [[nodiscard]] static Held now() {
    const std::filesystem::directory_iterator open{"/proc/self/fd"};
    std::ifstream maps{"/proc/self/maps"};
    return {.descriptors = std::distance(begin(open), end(open)),
            .handles = static_cast<std::ptrdiff_t>(HandleCount::now()),
            .allocated = static_cast<std::ptrdiff_t>(::mallinfo2().uordblks),
            .mappings = std::count(std::istreambuf_iterator<char>{maps}, {}, '\n')};
  }
};

/// Sanitizers map memory as they like, and the allocator tells nothing of theirs; ASan's own check of leaks stands for
/// the bytes then.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kMemoryCounts = false;
#else
inline constexpr bool kMemoryCounts = true;
#endif

/// Does it some times to begin with (pools fill, tables grow), and then `rounds` times more.
template <typename Action>
void expect_nothing_left(const std::string& what, int rounds, Action action) {
  constexpr std::ptrdiff_t kSlack = 8192;  // Less than a leak of one object a round.
  constexpr std::ptrdiff_t kArenas =
      8;  // The C library's own, some mappings each. Fewer than any `rounds`.
  for (int round = 0; round < rounds / 4; ++round) action();
  const Held before = Held::now();
  for (int round = 0; round < rounds; ++round) action();
  const Held after = Held::now();
  EXPECT_EQ(after.descriptors, before.descriptors) << what;
  EXPECT_EQ(after.handles, before.handles) << what;
  if (!kMemoryCounts) return;
  EXPECT_LE(after.allocated - before.allocated, std::max<std::ptrdiff_t>(kSlack, 8 * rounds))
      << what;
  EXPECT_LE(after.mappings - before.mappings, kArenas) << what;
}

}  // namespace wsalive::test
