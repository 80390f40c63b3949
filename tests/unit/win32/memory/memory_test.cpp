// Pages and shared memory.

#include "windows.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "os/memory/program_memory.hpp"
#include "support/handle_count.hpp"

namespace wsalive::test {
namespace {

constexpr SIZE_T kGranularity = 0x10000;

TEST(Pages, AreReservedCommittedAndReleased) {
  auto* const region =
      static_cast<char*>(VirtualAlloc(nullptr, 3 * kGranularity, MEM_RESERVE, PAGE_READWRITE));
  ASSERT_NE(region, nullptr);
  EXPECT_EQ(reinterpret_cast<ULONG_PTR>(region) % kGranularity, 0U);
  EXPECT_FALSE(os::is_writable(region, 1)) << "reserved only";
  EXPECT_EQ(VirtualAlloc(region + 100, 8000, MEM_COMMIT, PAGE_READWRITE), region);
  region[0] = 'x';
  region[8191] = 'y';
  EXPECT_FALSE(os::is_writable(region + 3 * 4096, 1));
  EXPECT_TRUE(VirtualFree(region, 4096, MEM_DECOMMIT));
  EXPECT_FALSE(os::is_writable(region, 1));
  EXPECT_EQ(region[8191], 'y');
  EXPECT_EQ(VirtualAlloc(region, 4096, MEM_COMMIT, PAGE_READWRITE), region);
  EXPECT_EQ(region[0], 0) << "committed again: zeroed";
  EXPECT_TRUE(VirtualFree(region, 0, MEM_RELEASE));
  EXPECT_FAILS_WITH(ERROR_INVALID_ADDRESS, VirtualFree(region, 0, MEM_RELEASE));
}

TEST(Pages, ChangeTheirProtectionAndSayWhatItWas) {
  void* const page = VirtualAlloc(nullptr, 1, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
  DWORD before = 0;
  EXPECT_TRUE(VirtualProtect(page, 1, PAGE_READONLY, &before));
  EXPECT_EQ(before, DWORD{PAGE_READWRITE});
  EXPECT_FALSE(os::is_writable(page, 1));
  EXPECT_TRUE(VirtualProtect(page, 1, PAGE_NOACCESS, &before));
  EXPECT_EQ(before, DWORD{PAGE_READONLY});
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, VirtualProtect(page, 1, 0x77, &before));
  EXPECT_FAILS_WITH(ERROR_NOACCESS, VirtualProtect(page, 1, PAGE_READONLY, nullptr));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, VirtualFree(page, 1, MEM_RELEASE));
  EXPECT_TRUE(VirtualFree(page, 0, MEM_RELEASE));
  EXPECT_FAILS_WITH(ERROR_INVALID_ADDRESS, VirtualProtect(page, 1, PAGE_READONLY, &before));
}

TEST(Pages, RefuseWhatCannotBe) {
  int on_stack = 0;
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, VirtualAlloc(nullptr, 0, MEM_COMMIT, PAGE_READWRITE));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, VirtualAlloc(nullptr, 1, 0, PAGE_READWRITE));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, VirtualAlloc(nullptr, 1, MEM_COMMIT, 0));
  EXPECT_FAILS_WITH(ERROR_INVALID_ADDRESS, VirtualAlloc(&on_stack, 1, MEM_COMMIT, PAGE_READWRITE));
  EXPECT_FAILS_WITH(ERROR_INVALID_ADDRESS, VirtualAlloc(&on_stack, 1, MEM_RESERVE, PAGE_READWRITE));
  EXPECT_FAILS_WITH(ERROR_NOT_ENOUGH_MEMORY,
                    VirtualAlloc(nullptr, SIZE_MAX / 2, MEM_RESERVE, PAGE_READWRITE));
  EXPECT_FAILS_WITH(ERROR_INVALID_ADDRESS, VirtualFree(&on_stack, 0, MEM_RELEASE));
}

class Mappings : public testing::Test {
 protected:
  const std::string name_ = "wsalive-mapping-" + std::to_string(::getpid());
  HandleCount count_;
};

TEST_F(Mappings, AreSharedByNameBetweenProcesses) {
  const HANDLE mapping =
      CreateFileMappingA(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 4096, name_.c_str());
  ASSERT_NE(mapping, nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_SUCCESS});
  auto* const view = static_cast<char*>(MapViewOfFile(mapping, FILE_MAP_ALL_ACCESS, 0, 0, 0));
  ASSERT_NE(view, nullptr);
  EXPECT_EQ(view[0], 0);
  strcpy(view, "to the child");
  const pid_t child = ::fork();
  if (child == 0) {
    const HANDLE there = OpenFileMappingA(FILE_MAP_WRITE, FALSE, name_.c_str());
    auto* const its = static_cast<char*>(MapViewOfFile(there, FILE_MAP_WRITE, 0, 0, 64));
    const bool good = its && strcmp(its, "to the child") == 0;
    if (good) strcpy(its, "back");
    ::_exit(good ? 0 : 1);
  }
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_STREQ(view, "back");
  EXPECT_TRUE(CloseHandle(mapping));
  EXPECT_STREQ(view, "back") << "a view outlives its handle";
  EXPECT_TRUE(UnmapViewOfFile(view));
  EXPECT_FAILS_WITH(ERROR_INVALID_ADDRESS, UnmapViewOfFile(view));
  EXPECT_FAILS_WITH(ERROR_FILE_NOT_FOUND, OpenFileMappingA(FILE_MAP_READ, FALSE, name_.c_str()));
}

TEST_F(Mappings, TheSecondToCreateOneFindsTheFirstWithItsSize) {
  const HANDLE first = CreateFileMappingA(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0,
                                          2 * kGranularity, name_.c_str());
  const HANDLE second =
      CreateFileMappingA(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 10, name_.c_str());
  EXPECT_EQ(GetLastError(), DWORD{ERROR_ALREADY_EXISTS});
  auto* const whole = static_cast<char*>(MapViewOfFile(first, FILE_MAP_WRITE, 0, 0, 0));
  auto* const upper = static_cast<char*>(
      MapViewOfFile(second, FILE_MAP_READ, 0, static_cast<DWORD>(kGranularity), 0));
  auto* const own = static_cast<char*>(MapViewOfFile(second, FILE_MAP_COPY, 0, 0, 0));
  whole[kGranularity] = 'u';
  EXPECT_EQ(upper[0], 'u');
  own[0] = 'o';
  EXPECT_EQ(whole[0], 0) << "a copy's writes are its own";
  for (char* const view : {whole, upper, own}) EXPECT_TRUE(UnmapViewOfFile(view));
  EXPECT_TRUE(CloseHandle(first));
  EXPECT_TRUE(CloseHandle(second));
}

TEST_F(Mappings, RefuseWhatCannotBe) {
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE,
                    CreateFileMappingA(nullptr, nullptr, PAGE_READWRITE, 0, 1, nullptr));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr,
                                                                PAGE_READWRITE, 0, 0, nullptr));
  const HANDLE mapping =
      CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 100, nullptr);
  EXPECT_FAILS_WITH(ERROR_MAPPED_ALIGNMENT, MapViewOfFile(mapping, FILE_MAP_READ, 0, 10, 10));
  EXPECT_FAILS_WITH(ERROR_ACCESS_DENIED, MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 101));
  EXPECT_FAILS_WITH(ERROR_ACCESS_DENIED, MapViewOfFile(mapping, FILE_MAP_READ, 1, 0, 1));
  EXPECT_TRUE(CloseHandle(mapping));
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0));
}

}  // namespace
}  // namespace wsalive::test
