// RLIMIT_FSIZE is reached: a call that makes a file or the library's memory grow ends with a code, and SIGXFSZ, which would end the program,
// never comes. One that the program itself keeps pending stays.

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "windows.h"

#include "os/file/file.hpp"
#include "os/process/signals.hpp"
#include "support/child.hpp"
#include "support/temp_folder.hpp"

namespace wsalive::test {
namespace {

/// What `body` returns in a process whose files have `most` octets; -1 if it was killed.
template <typename Body>
int within_limit(rlim_t most, const Body& body) {
  return finish_child(start_child([&] {
    const rlimit limit{.rlim_cur = most, .rlim_max = most};
    std::signal(SIGXFSZ, SIG_DFL);
    return ::setrlimit(RLIMIT_FSIZE, &limit) == 0 ? body() : 99;
  }));
}

/// \return 0 if the call failed with this code.
int failed_with(DWORD code, bool failed) { return failed && GetLastError() == code ? 0 : 1; }

std::string own_name() { return "wsalive-limit-test-" + std::to_string(::getpid()); }

TEST(FileLimit, NamedObjectsAreRefusedAndLeaveNothing) {
  const std::string name = own_name();
  EXPECT_EQ(within_limit(0,
                         [&] {
                           const HANDLE made = CreateEventA(nullptr, TRUE, FALSE, name.c_str());
                           return failed_with(ERROR_NOT_ENOUGH_MEMORY, !made);
                         }),
            0);
  EXPECT_EQ(OpenEventA(EVENT_ALL_ACCESS, FALSE, name.c_str()), nullptr);
}

TEST(FileLimit, SharedMemoryIsRefused) {
  EXPECT_EQ(within_limit(8192,
                         [] {
                           const HANDLE made = CreateFileMappingA(
                               INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 100'000, nullptr);
                           return failed_with(ERROR_COMMITMENT_LIMIT, !made);
                         }),
            0);
}

TEST(FileLimit, AFileSaysThatItIsTooLarge) {
  const TempFolder folder;
  const std::string path = folder.file("file");
  const auto write = [&] {
    const HANDLE file = CreateFileA(path.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr,
                                    CREATE_ALWAYS, 0, nullptr);
    DWORD done = 0;
    if (!WriteFile(file, "abcdef", 6, &done, nullptr) || done != 4) return 2;  // What has room.
    int bad = failed_with(ERROR_FILE_TOO_LARGE, !WriteFile(file, "ef", 2, &done, nullptr));
    SetFilePointer(file, 100, nullptr, FILE_BEGIN);
    bad += failed_with(ERROR_FILE_TOO_LARGE, !SetEndOfFile(file));
    return bad;
  };
  EXPECT_EQ(within_limit(4, write), 0);
}

TEST(FileLimit, AChildStartsWithoutItsExitNote) {
  const auto start = [] {
    char line[] = "false";
    STARTUPINFOA info{};
    info.cb = sizeof info;
    PROCESS_INFORMATION child{};
    DWORD code = 0;
    if (!CreateProcessA(nullptr, line, nullptr, nullptr, FALSE, 0, nullptr, nullptr, &info,
                        &child)) {
      return 2;
    }
    const bool ended = WaitForSingleObject(child.hProcess, 20'000) == WAIT_OBJECT_0;
    return ended && GetExitCodeProcess(child.hProcess, &code) && code == 1 ? 0 : 3;
  };
  EXPECT_EQ(within_limit(0, start), 0);
}

TEST(FileLimit, AConfigurationFileStaysAsItWas) {
  const TempFolder folder;
  const std::string path = folder.write("settings", "before");
  const auto replace = [&] {
    const Status done = os::replace_file(path, "something longer");
    return !done && done.error().code == EFBIG ? 0 : 1;
  };
  EXPECT_EQ(within_limit(6, replace), 0);
  EXPECT_EQ(os::read_file(path).value_or(""), "before");
}

TEST(NoSignal, LeavesWhatTheProgramItselfKeepsPending) {
  const auto keep = [] {
    sigset_t blocked, pending;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGXFSZ);
    ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
    const auto is_pending = [&] {
      return ::sigpending(&pending) == 0 && ::sigismember(&pending, SIGXFSZ) == 1;
    };
    const auto raise_within = [] {
      const os::NoSignal quiet{SIGXFSZ};
      std::raise(SIGXFSZ);
    };
    raise_within();
    if (is_pending()) return 1;
    std::raise(SIGXFSZ);
    raise_within();
    return is_pending() ? 0 : 2;
  };
  EXPECT_EQ(finish_child(start_child(keep)), 0);
}

}  // namespace
}  // namespace wsalive::test
