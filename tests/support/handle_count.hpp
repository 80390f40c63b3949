// Asserts, when it goes, that as many handles are open as when it came.
#pragma once

#include <gtest/gtest.h>

#include "windows.h"

namespace wsalive::test {

class HandleCount {
 public:
  HandleCount() : before_(now()) {}
  ~HandleCount() { EXPECT_EQ(now(), before_) << "handles left open, or closed twice"; }
  HandleCount(const HandleCount&) = delete;
  HandleCount& operator=(const HandleCount&) = delete;

  [[nodiscard]] static DWORD now() {
    DWORD count = 0;
    EXPECT_TRUE(GetProcessHandleCount(GetCurrentProcess(), &count));
    return count;
  }

 private:
  DWORD before_;
};

/// The last error that a call left, which was set to something else before.
#define EXPECT_FAILS_WITH(code, call)                \
  do {                                               \
    SetLastError(0xdead);                            \
    EXPECT_FALSE(call) << #call;                     \
    EXPECT_EQ(GetLastError(), DWORD{code}) << #call; \
  } while (false)

}  // namespace wsalive::test
