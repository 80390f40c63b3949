// Heaps and blocks: sizes as asked for, zeroing, growing, and bad heaps.

#include "windows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "support/handle_count.hpp"

namespace wsalive::test {
namespace {

class Heaps : public testing::Test {
 protected:
  const HANDLE process_heap_ = GetProcessHeap();  // Before the count: it is open for ever.
  HandleCount count_;
};

bool all_zero(const void* memory, std::size_t size) {
  const auto* const bytes = static_cast<const unsigned char*>(memory);
  return std::all_of(bytes, bytes + size, [](unsigned char byte) { return byte == 0; });
}

TEST_F(Heaps, GiveBlocksOfTheSizeAskedFor) {
  EXPECT_EQ(GetProcessHeap(), process_heap_);
  for (const SIZE_T size : {SIZE_T{0}, SIZE_T{1}, SIZE_T{100'000}}) {
    void* const block = HeapAlloc(process_heap_, HEAP_ZERO_MEMORY, size);
    ASSERT_NE(block, nullptr);
    EXPECT_EQ(reinterpret_cast<ULONG_PTR>(block) % 16, 0U);
    EXPECT_TRUE(all_zero(block, size));
    EXPECT_EQ(HeapSize(process_heap_, 0, block), size);
    EXPECT_TRUE(HeapFree(process_heap_, 0, block));
  }
  EXPECT_TRUE(HeapFree(process_heap_, 0, nullptr));
}

TEST_F(Heaps, KeepTheContentsWhenABlockGrowsOrShrinks) {
  void* block = HeapAlloc(process_heap_, 0, 8);
  ZeroMemory(block, 8);
  memcpy(block, "keep me", 8);
  EXPECT_EQ(HeapReAlloc(process_heap_, HEAP_REALLOC_IN_PLACE_ONLY, block, 9), nullptr);
  block = HeapReAlloc(process_heap_, HEAP_ZERO_MEMORY, block, 64);
  ASSERT_NE(block, nullptr);
  EXPECT_STREQ(static_cast<char*>(block), "keep me");
  EXPECT_TRUE(all_zero(static_cast<char*>(block) + 8, 56));
  block = HeapReAlloc(process_heap_, 0, block, 4);
  EXPECT_EQ(HeapSize(process_heap_, 0, block), 4U);
  EXPECT_EQ(memcmp(block, "keep", 4), 0);
  EXPECT_TRUE(HeapFree(process_heap_, 0, block));
}

TEST_F(Heaps, APrivateOneFreesWhatIsLeft) {  // ASan would tell of a leak.
  const HANDLE heap = HeapCreate(0, 4096, 0);
  for (int i = 0; i < 100; ++i) ASSERT_NE(HeapAlloc(heap, 0, 100), nullptr);
  void* const freed = HeapAlloc(heap, 0, 1);
  EXPECT_TRUE(HeapFree(heap, 0, freed));
  EXPECT_TRUE(HeapDestroy(heap));
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, HeapAlloc(heap, 0, 1));
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, HeapDestroy(heap));
}

TEST_F(Heaps, RefuseWhatTheyCannotGive) {
  EXPECT_FAILS_WITH(ERROR_NOT_ENOUGH_MEMORY, HeapAlloc(process_heap_, 0, ~SIZE_T{0}));
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, HeapAlloc(nullptr, 0, 1));
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, HeapFree(nullptr, 0, nullptr));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, HeapReAlloc(process_heap_, 0, nullptr, 1));
  EXPECT_EQ(HeapSize(nullptr, 0, nullptr), ~SIZE_T{0});
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, HeapDestroy(process_heap_));
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, CloseHandle(process_heap_));
  const HANDLE small = HeapCreate(0, 0, 4096);
  EXPECT_FAILS_WITH(ERROR_NOT_ENOUGH_MEMORY, HeapAlloc(small, 0, 5000));
  EXPECT_TRUE(HeapDestroy(small));
}

TEST_F(Heaps, LocalAndGlobalBlocksAreTheProcessHeaps) {
  HLOCAL local = LocalAlloc(LPTR, 10);
  ASSERT_NE(local, nullptr);
  EXPECT_TRUE(all_zero(local, 10));
  local = LocalReAlloc(local, 1000, LMEM_ZEROINIT);
  ASSERT_NE(local, nullptr);
  EXPECT_TRUE(all_zero(local, 1000));
  EXPECT_EQ(LocalFree(local), nullptr);
  EXPECT_EQ(LocalFree(nullptr), nullptr);
  const HGLOBAL global = GlobalAlloc(GPTR, 10);
  ASSERT_NE(global, nullptr);
  EXPECT_TRUE(all_zero(global, 10));
  EXPECT_EQ(GlobalFree(global), nullptr);
}

TEST(Memory, IsFilledCopiedAndMoved) {
  char text[] = "abcdef";
  MoveMemory(text + 1, text, 3);
  EXPECT_STREQ(text, "aabcef");
  FillMemory(text, 2, 'x');
  CopyMemory(text + 4, "yz", 2);
  EXPECT_STREQ(text, "xxbcyz");
  SecureZeroMemory(text, sizeof text);
  EXPECT_TRUE(all_zero(text, sizeof text));
}

}  // namespace
}  // namespace wsalive::test
