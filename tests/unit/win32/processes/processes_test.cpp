// Processes: starting, waiting, ending, and command lines.

#include "windows.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "support/child.hpp"
#include "support/handle_count.hpp"
#include "support/temp_folder.hpp"
#include "support/wide_text.hpp"
#include "win32/processes/command_line.hpp"

namespace wsalive::test {
namespace {

class Processes : public testing::Test {
 protected:
  /// A child by its command line.
  PROCESS_INFORMATION start(std::string line, LPVOID environment = nullptr,
                            LPCSTR folder = nullptr) {
    STARTUPINFOA info{};
    info.cb = sizeof info;
    PROCESS_INFORMATION child{};
    EXPECT_TRUE(CreateProcessA(nullptr, line.data(), nullptr, nullptr, FALSE, 0, environment,
                               folder, &info, &child))
        << GetLastError();
    return child;
  }
  static DWORD finish(const PROCESS_INFORMATION& child) {
    DWORD code = 0;
    EXPECT_EQ(WaitForSingleObject(child.hProcess, INFINITE), WAIT_OBJECT_0);
    EXPECT_TRUE(GetExitCodeProcess(child.hProcess, &code));
    EXPECT_TRUE(CloseHandle(child.hProcess));
    EXPECT_TRUE(CloseHandle(child.hThread));
    return code;
  }

  HandleCount count_;
};

TEST_F(Processes, AreWaitedForAndTellTheirExitCode) {
  const PROCESS_INFORMATION child = start("sh -c \"exit 7\"");
  EXPECT_EQ(GetProcessId(child.hProcess), child.dwProcessId);
  EXPECT_EQ(finish(child), 7U);
}

TEST(ExitProcess, EndsWithItsCodeAndRunsWhatExitRuns) {
  EXPECT_EXIT(
      {
        std::atexit([] { std::fputs("at the end", stderr); });
        ExitProcess(7);
      },
      testing::ExitedWithCode(7), "at the end");
}

TEST_F(Processes, RunUntilTheyAreTerminated) {
  const PROCESS_INFORMATION child = start("sleep 1000");
  DWORD code = 0;
  EXPECT_EQ(WaitForSingleObject(child.hProcess, 0), WAIT_TIMEOUT);
  EXPECT_TRUE(GetExitCodeProcess(child.hProcess, &code));
  EXPECT_EQ(code, DWORD{STILL_ACTIVE});
  EXPECT_TRUE(TerminateProcess(child.hProcess, 44));
  const HANDLE process = child.hProcess;
  EXPECT_EQ(WaitForSingleObject(process, INFINITE), WAIT_OBJECT_0);
  EXPECT_FAILS_WITH(ERROR_ACCESS_DENIED, TerminateProcess(process, 1));
  EXPECT_EQ(finish(child), 44U);
}

TEST_F(Processes, GetTheirEnvironmentFolderAndStreams) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const int kept = ::dup(1);
  ::dup2(ends[1], 1);
  char environment[] = "PATH=/usr/bin:/bin\0WHO=child\0";
  const PROCESS_INFORMATION child = start("sh -c \"echo $WHO $PWD\"", environment, "/usr");
  ::dup2(kept, 1);
  ::close(kept);
  ::close(ends[1]);
  EXPECT_EQ(finish(child), 0U);
  char text[64] = "";
  EXPECT_GT(::read(ends[0], text, sizeof text - 1), 0);
  EXPECT_STREQ(text, "child /usr\n");
  ::close(ends[0]);
}

TEST_F(Processes, AreFoundWithoutTheirExtension) {
  STARTUPINFOW info{};
  info.cb = sizeof info;
  PROCESS_INFORMATION child{};
  ASSERT_TRUE(CreateProcessW(L"/bin/true.exe", nullptr, nullptr, nullptr, FALSE,
                             CREATE_NEW_PROCESS_GROUP, nullptr, nullptr, &info, &child));
  EXPECT_EQ(finish(child), 0U);
}

TEST_F(Processes, WhatCannotBeRunIsAnError) {
  STARTUPINFOA info{};
  PROCESS_INFORMATION child{};
  char absent[] = "wsalive-no-such-program", folder[] = "/";
  const auto create = [&](LPSTR line, DWORD flags) {
    return CreateProcessA(nullptr, line, nullptr, nullptr, FALSE, flags, nullptr, nullptr, &info,
                          &child);
  };
  EXPECT_FAILS_WITH(ERROR_FILE_NOT_FOUND, create(absent, 0));
  EXPECT_FAILS_WITH(ERROR_ACCESS_DENIED, create(folder, 0));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, create(nullptr, 0));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, create(absent, CREATE_SUSPENDED));
  info.dwFlags = STARTF_USESTDHANDLES;
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, create(absent, 0));
  DWORD code = 0;
  EXPECT_EQ(child.hProcess, nullptr);
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, GetExitCodeProcess(nullptr, &code));
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, TerminateProcess(nullptr, 0));
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, GetProcessId(nullptr));
}

TEST(Path, AFolderThatMayNotBeEnteredIsPassedOver) {
  const TempFolder folder;
  const std::string closed = folder.file("closed");
  ASSERT_EQ(::mkdir(closed.c_str(), 0), 0);
  folder.write("no-program", "");
  ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
  const int wrong = as_ordinary_user([&] {
    ::setenv("PATH", (closed + ":" + folder.path().string() + ":/usr/bin:/bin").c_str(), 1);
    STARTUPINFOA info{};
    PROCESS_INFORMATION child{};
    const auto create = [&](std::string line) {
      return CreateProcessA(nullptr, line.data(), nullptr, nullptr, FALSE, 0, nullptr, nullptr,
                            &info, &child);
    };
    if (!create("true") || !create("true.exe")) return 1;
    if (create("wsalive-no-such-program") || GetLastError() != ERROR_FILE_NOT_FOUND) return 2;
    if (::access(folder.path().c_str(), X_OK) != 0) return 0;  // All of it is closed to others.
    return create("no-program") || GetLastError() != ERROR_ACCESS_DENIED ? 3 : 0;
  });
  if (wrong == 255) GTEST_SKIP() << kNoOrdinaryUser;
  EXPECT_EQ(wrong, 0);
}

TEST(StandardHandles, MayBePassedToAChild) {
  const int null =
      ::open("/dev/null", O_RDWR | O_CLOEXEC);  // Whatever the test runner has left open.
  for (int stream = 0; stream < 3; ++stream) {
    if (::fcntl(stream, F_GETFD) < 0) ::dup2(null, stream);
  }
  STARTUPINFOA info{};
  info.dwFlags = STARTF_USESTDHANDLES;
  info.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
  info.hStdOutput = GetStdHandle(STD_ERROR_HANDLE);
  info.hStdError = GetStdHandle(STD_ERROR_HANDLE);
  PROCESS_INFORMATION child{};
  char line[] = "true";
  const DWORD before = HandleCount::now();
  ASSERT_TRUE(
      CreateProcessA(nullptr, line, nullptr, nullptr, TRUE, 0, nullptr, nullptr, &info, &child));
  EXPECT_EQ(WaitForSingleObject(child.hProcess, INFINITE), WAIT_OBJECT_0);
  EXPECT_TRUE(CloseHandle(child.hProcess));
  EXPECT_TRUE(CloseHandle(child.hThread));
  ::close(null);
  EXPECT_EQ(HandleCount::now(), before);
}

struct Line {
  const char* text;
  std::vector<std::string> arguments;
};

TEST(CommandLine, SplitsAsMicrosoftsLibraryDoes) {
  const Line lines[] = {
      // clang-format off
      {R"(a b  c)",             {"a", "b", "c"}},
      {R"("a b" c)",            {"a b", "c"}},
      {R"("a\"b")",             {"a\"b"}},
      {R"(a\\b d"e f"g)",       {"a\\\\b", "de fg"}},
      {R"(a\\\"b)",             {"a\\\"b"}},
      {R"(a\\\\"b c" d)",       {"a\\\\b c", "d"}},
      {R"("a""b")",             {"a\"b"}},
      {R"("" x)",               {"", "x"}},
      {R"(  )",                 {}},
      // clang-format on
  };
  for (const Line& line : lines) {
    EXPECT_EQ(win32::split_command_line(line.text), line.arguments) << line.text;
  }
}

TEST(CommandLine, QuotedArgumentsComeOutTheSame) {
  for (const std::string text :
       {"plain", "", "two words", R"(a"b)", R"(end\)", R"(in side\\)", R"(\\")"}) {
    EXPECT_EQ(win32::split_command_line("x " + win32::quoted_argument(text)),
              (std::vector<std::string>{"x", text}));
  }
}

TEST(CommandLine, OfThisProcessBeginsWithIt) {
  const auto arguments = win32::split_command_line(GetCommandLineA());
  ASSERT_FALSE(arguments.empty());
  EXPECT_NE(arguments[0].find("processes"), std::string::npos);
  EXPECT_EQ(std::wstring{GetCommandLineW()}, wide_of(GetCommandLineA()));
}

}  // namespace
}  // namespace wsalive::test
