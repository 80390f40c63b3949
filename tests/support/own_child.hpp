// The test's own program once more, as a child process by CreateProcess, in which one test named Child.DISABLED_... runs.
#pragma once

#include "windows.h"

#include <array>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace wsalive::test {

inline constexpr const char* kToldVariable = "WSALIVE_TEST_HANDLES";

inline HANDLE to_handle(ULONG_PTR value) {
  return reinterpret_cast<HANDLE>(value);  // NOLINT(performance-no-int-to-ptr)
}
inline ULONG_PTR to_value(HANDLE handle) { return reinterpret_cast<ULONG_PTR>(handle); }

/// Starts the child with these numbers as arguments. The caller closes the handle.
[[nodiscard]] inline HANDLE start_child_test(const std::string& test,
                                             const std::vector<ULONG_PTR>& numbers, BOOL inherits) {
  std::string list;
  for (const ULONG_PTR number : numbers) list += std::to_string(number) + ' ';
  EXPECT_TRUE(SetEnvironmentVariableA(kToldVariable, list.c_str()));
  std::array<char, MAX_PATH> self{};
  EXPECT_GT(GetModuleFileNameA(nullptr, self.data(), self.size()), 0U);
  std::string line = '"' + std::string{self.data()} + "\" --gtest_also_run_disabled_tests " +
                     "--gtest_brief=1 --gtest_filter=Child.DISABLED_" + test;
  STARTUPINFOA info{};
  info.cb = sizeof info;
  PROCESS_INFORMATION child{};
  EXPECT_TRUE(CreateProcessA(nullptr, line.data(), nullptr, nullptr, inherits, 0, nullptr, nullptr,
                             &info, &child))
      << GetLastError();
  EXPECT_TRUE(CloseHandle(child.hThread));
  EXPECT_TRUE(SetEnvironmentVariableA(kToldVariable, nullptr));
  return child.hProcess;
}

/// Waits for its end. \return its exit code: 0 if the test has passed.
[[nodiscard]] inline DWORD end_of_child(HANDLE child) {
  DWORD code = 99;
  EXPECT_EQ(WaitForSingleObject(child, 60'000), WAIT_OBJECT_0);
  EXPECT_TRUE(GetExitCodeProcess(child, &code));
  EXPECT_TRUE(CloseHandle(child));
  return code;
}

[[nodiscard]] inline DWORD run_child(const std::string& test, const std::vector<ULONG_PTR>& numbers,
                                     BOOL inherits) {
  return end_of_child(start_child_test(test, numbers, inherits));
}

/// In the child: the numbers that the parent has told.
[[nodiscard]] inline std::vector<ULONG_PTR> told() {
  const char* const list = std::getenv(kToldVariable);
  std::istringstream in{list ? list : ""};
  std::vector<ULONG_PTR> numbers;
  for (ULONG_PTR number = 0; in >> number;) numbers.push_back(number);
  return numbers;
}

}  // namespace wsalive::test
