// No room for shared memory: the call that makes it says so, and what it has made can be written to its last octet. A write
// that finds no room would be SIGBUS.
// labels: net

#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "windows.h"

#include "support/child.hpp"
#include "support/handle_count.hpp"
#include "support/private_shared_memory.hpp"
#include "support/system_calls.hpp"

namespace wsalive::test {
namespace {

constexpr DWORD kMiB = 1 << 20;

HANDLE make_mapping(DWORD high, DWORD low) {
  return CreateFileMappingA(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, high, low, "full-test");
}

class NamedFull : public PrivateSharedMemory {
 protected:
  NamedFull() : PrivateSharedMemory("size=4m") {}

  static void fill_all_but(std::size_t octets) {
    std::ofstream{"/dev/shm/filler"} << std::string(4 * std::size_t{kMiB} - octets, 'x');
  }
};

/// Makes one of 2 MiB, fills 4 MiB of shared memory, and writes to all of it.
int write_after_others_took_the_rest() {
  const HANDLE made = make_mapping(0, 2 * kMiB);
  std::ofstream{"/dev/shm/filler"} << std::string(4 * std::size_t{kMiB}, 'x');
  void* const view = MapViewOfFile(made, FILE_MAP_WRITE, 0, 0, 0);
  if (!view) return 1;
  std::memset(view, 1, 2 * kMiB);
  return 0;
}

TEST_F(NamedFull, AMappingThatWasMadeHasAllOfItsMemory) {
  EXPECT_EQ(finish_child(start_child(write_after_others_took_the_rest)), 0);
}

TEST_F(NamedFull, AMappingHasItsMemoryWhereFallocateIsDenied) {
  EXPECT_EQ(finish_child(start_child([] {
              deny_system_call(SYS_fallocate, ENOSYS);
              return write_after_others_took_the_rest();
            })),
            0);
}

TEST_F(NamedFull, AMappingThatHasNoRoomIsRefusedAndLeavesNothing) {
  EXPECT_FAILS_WITH(ERROR_COMMITMENT_LIMIT, make_mapping(0, 16 * kMiB));
  EXPECT_FAILS_WITH(ERROR_COMMITMENT_LIMIT, make_mapping(1 << 20, 0));  // 4 PiB
  EXPECT_TRUE(entries().empty());
  fill_all_but(kMiB);
  EXPECT_FAILS_WITH(ERROR_COMMITMENT_LIMIT, make_mapping(0, kMiB));  // And a header.
  EXPECT_TRUE(entries().empty());
  const HANDLE made = make_mapping(0, kMiB / 2);
  EXPECT_NE(made, nullptr) << GetLastError();
  EXPECT_TRUE(CloseHandle(made));
}

TEST_F(NamedFull, AnEventThatHasNoRoomIsRefused) {
  fill_all_but(0);
  EXPECT_FAILS_WITH(ERROR_NOT_ENOUGH_MEMORY, CreateEventA(nullptr, TRUE, FALSE, "full-test"));
  std::filesystem::remove("/dev/shm/filler");
  const HANDLE event = CreateEventA(nullptr, TRUE, FALSE, "full-test");
  EXPECT_NE(event, nullptr) << GetLastError();
  EXPECT_TRUE(CloseHandle(event));
}

}  // namespace
}  // namespace wsalive::test
