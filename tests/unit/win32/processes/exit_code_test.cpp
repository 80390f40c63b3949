// A child's exit code: all of it between programs of ours, whichever way it ends; its low eight bits from any other.

#include "windows.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <string_view>

#include "support/own_child.hpp"

namespace wsalive::test {
namespace {

constexpr DWORD kCode = 10'014;
constexpr DWORD kOther = 4242;

void by_fork_of_its_own() {
  if (::fork() == 0) ExitProcess(kOther);  // Only its own code.
  ::wait(nullptr);
  ExitProcess(kCode);
}

void by_a_child_of_its_own() { ExitProcess(run_child("Ends", {0}, FALSE)); }

void as_a_fork_that_execs() {
  if (::fork() == 0) {
    ::execlp("sh", "sh", "-c", "exit 7", static_cast<char*>(nullptr));
    ::_exit(99);
  }
  ::wait(nullptr);
  ExitProcess(kCode);
}

/// How a child ends, and the code that its parent gets.
struct Way {
  std::string_view name;
  void (*end)();
  DWORD told;
};

const std::array kWays{
    // clang-format off
    Way{"ExitProcess",       [] { ExitProcess(kCode); },                                            kCode},
    Way{"exit",              [] { std::exit(static_cast<int>(kCode)); },                            kCode},
    Way{"largest",           [] { ExitProcess(0xFFFFFFFF); },                                       0xFFFFFFFF},
    Way{"nothing",           [] { ExitProcess(0); },                                                0},
    Way{"TerminateProcess",  [] { TerminateProcess(GetCurrentProcess(), kCode); },                  kCode},
    Way{"signal",            [] { std::raise(SIGKILL); },                                           128 + SIGKILL},
    Way{"_exit",             [] { ::_exit(static_cast<int>(kCode)); },                              kCode & 0xff},
    Way{"exec",              [] { ::execlp("sh", "sh", "-c", "exit 30", static_cast<char*>(nullptr)); }, 30},
    Way{"fork",              by_fork_of_its_own,                                                    kCode},
    Way{"fork_and_exec",     as_a_fork_that_execs,                                                  kCode},
    Way{"grandchild",        by_a_child_of_its_own,                                                 kCode},
    // clang-format on
};

TEST(Child, DISABLED_Ends) {
  const auto numbers = told();
  ASSERT_EQ(numbers.size(), 1U);
  EXPECT_EQ(std::getenv("WSALIVE_EXIT_NOTE"), nullptr);  // Not the grandchild's.
  kWays.at(numbers[0]).end();
}

TEST(ExitCode, ArrivesWholeFromAProgramOfOurs) {
  for (ULONG_PTR way = 0; way < kWays.size(); ++way) {
    for (const BOOL inherits : {FALSE, TRUE}) {
      EXPECT_EQ(run_child("Ends", {way}, inherits), kWays.at(way).told) << kWays.at(way).name;
    }
  }
}

TEST(ExitCode, OfATerminatedChildIsTheCodeThatItWasTerminatedWith) {
  const HANDLE child = start_child_test("Sleeps", {}, FALSE);
  EXPECT_TRUE(TerminateProcess(child, kCode));
  EXPECT_EQ(end_of_child(child), kCode);
}

TEST(Child, DISABLED_Sleeps) { Sleep(INFINITE); }

TEST(ExitCode, OfAnotherProgramIsItsLowEightBits) {
  STARTUPINFOA info{};
  info.cb = sizeof info;
  PROCESS_INFORMATION child{};
  char line[] = "sh -c \"exit 30\"";
  ASSERT_TRUE(
      CreateProcessA(nullptr, line, nullptr, nullptr, FALSE, 0, nullptr, nullptr, &info, &child));
  EXPECT_TRUE(CloseHandle(child.hThread));
  EXPECT_EQ(end_of_child(child.hProcess), 30U);
}

}  // namespace
}  // namespace wsalive::test
