// Names: the same object for everyone who uses one, in this process and in others.

#include "windows.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <new>
#include <string>

#include "os/memory/named_entry.hpp"
#include "support/handle_count.hpp"

namespace wsalive::test {
namespace {

class Names : public testing::Test {
 protected:
  /// A name of this test alone.
  static std::string name(const char* what) {
    return "Local\\wsalive-test-" + std::to_string(::getpid()) + "-" + what;
  }

  /// Runs a body in another process. \return its exit status.
  template <typename Body>
  static int in_child(Body body) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body());
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  HandleCount count_;
};

TEST_F(Names, TheSecondToCreateOneFindsTheFirst) {
  const std::string text = name("event");
  const HANDLE first = CreateEventA(nullptr, TRUE, FALSE, text.c_str());
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_SUCCESS});
  const std::wstring wide{text.begin(), text.end()};
  const HANDLE second = CreateEventW(nullptr, FALSE, TRUE, wide.c_str());
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_ALREADY_EXISTS});
  EXPECT_EQ(WaitForSingleObject(second, 0), WAIT_TIMEOUT) << "its state is the first one's";
  EXPECT_TRUE(SetEvent(first));
  EXPECT_EQ(WaitForSingleObject(second, 0), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForSingleObject(second, 0), WAIT_OBJECT_0) << "and so is its kind of reset";
  EXPECT_TRUE(CloseHandle(first));
  const HANDLE third = OpenEventA(EVENT_ALL_ACCESS, FALSE, text.c_str());
  ASSERT_NE(third, nullptr);
  EXPECT_EQ(WaitForSingleObject(third, 0), WAIT_OBJECT_0);
  EXPECT_TRUE(CloseHandle(second));
  EXPECT_TRUE(CloseHandle(third));
  EXPECT_FAILS_WITH(ERROR_FILE_NOT_FOUND, OpenEventA(EVENT_ALL_ACCESS, FALSE, text.c_str()));
}

TEST_F(Names, AreSpelledWideAsWell) {
  const std::string narrow = name("wide");
  const auto wide = [&](const wchar_t* what) {
    return std::wstring{narrow.begin(), narrow.end()} + what;
  };
  const auto text = [&](const char* what) { return narrow + what; };
  const HANDLE made[] = {
      CreateEventExW(nullptr, wide(L"-event").c_str(), CREATE_EVENT_MANUAL_RESET, EVENT_ALL_ACCESS),
      CreateMutexW(nullptr, FALSE, wide(L"-mutex").c_str()),
      CreateSemaphoreW(nullptr, 1, 1, wide(L"-semaphore").c_str()),
      CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 100,
                         wide(L"-mapping").c_str())};
  const HANDLE found[] = {OpenEventW(EVENT_ALL_ACCESS, FALSE, wide(L"-event").c_str()),
                          OpenMutexW(MUTEX_ALL_ACCESS, FALSE, wide(L"-mutex").c_str()),
                          OpenSemaphoreW(SEMAPHORE_ALL_ACCESS, FALSE, wide(L"-semaphore").c_str()),
                          OpenFileMappingW(FILE_MAP_READ, FALSE, wide(L"-mapping").c_str()),
                          OpenMutexA(MUTEX_ALL_ACCESS, FALSE, text("-mutex").c_str()),
                          OpenFileMappingA(FILE_MAP_READ, FALSE, text("-mapping").c_str())};
  EXPECT_TRUE(SetEvent(made[0]));
  EXPECT_EQ(WaitForSingleObject(found[0], 0), WAIT_OBJECT_0);
  for (const HANDLE each : made) EXPECT_TRUE(CloseHandle(each));
  for (const HANDLE each : found) EXPECT_TRUE(CloseHandle(each));
  EXPECT_FAILS_WITH(ERROR_FILE_NOT_FOUND, OpenEventW(EVENT_ALL_ACCESS, FALSE, wide(L"").c_str()));
  EXPECT_FAILS_WITH(ERROR_FILE_NOT_FOUND, OpenMutexW(MUTEX_ALL_ACCESS, FALSE, wide(L"").c_str()));
  EXPECT_FAILS_WITH(ERROR_FILE_NOT_FOUND,
                    OpenSemaphoreW(SEMAPHORE_ALL_ACCESS, FALSE, wide(L"").c_str()));
  EXPECT_FAILS_WITH(ERROR_FILE_NOT_FOUND,
                    OpenFileMappingW(FILE_MAP_READ, FALSE, wide(L"").c_str()));
}

TEST_F(Names, BelongToOneKindOfObject) {
  const std::string text = name("kind");
  const HANDLE semaphore = CreateSemaphoreA(nullptr, 1, 1, text.c_str());
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, CreateEventA(nullptr, TRUE, FALSE, text.c_str()));
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, OpenMutexA(MUTEX_ALL_ACCESS, FALSE, text.c_str()));
  EXPECT_TRUE(CloseHandle(semaphore));
}

TEST_F(Names, HaveRules) {
  EXPECT_FAILS_WITH(ERROR_PATH_NOT_FOUND, CreateEventA(nullptr, TRUE, FALSE, "a\\b"));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, OpenEventA(EVENT_ALL_ACCESS, FALSE, nullptr));
  EXPECT_FAILS_WITH(ERROR_FILENAME_EXCED_RANGE,
                    CreateMutexA(nullptr, FALSE, std::string(300, 'x').c_str()));
  EXPECT_FAILS_WITH(ERROR_FILE_NOT_FOUND,
                    OpenSemaphoreA(SEMAPHORE_ALL_ACCESS, FALSE, name("absent").c_str()));
}

TEST_F(Names, AWaitHereIsEndedByAnotherProcess) {
  const std::string text = name("ping"), back = name("pong");
  const HANDLE ping = CreateEventA(nullptr, FALSE, FALSE, text.c_str());
  const HANDLE pong = CreateEventA(nullptr, FALSE, FALSE, back.c_str());
  const pid_t child = ::fork();
  if (child == 0) {
    const HANDLE in = OpenEventA(EVENT_ALL_ACCESS, FALSE, text.c_str());
    const HANDLE out = OpenEventA(EVENT_ALL_ACCESS, FALSE, back.c_str());
    for (int i = 0; i < 20; ++i) {
      if (WaitForSingleObject(in, 20'000) != WAIT_OBJECT_0) ::_exit(1);
      SetEvent(out);
    }
    ::_exit(0);
  }
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(SetEvent(ping));
    ASSERT_EQ(WaitForSingleObject(pong, 20'000), WAIT_OBJECT_0);
  }
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(CloseHandle(ping));
  EXPECT_TRUE(CloseHandle(pong));
}

TEST_F(Names, ASemaphoreCountsForAllProcesses) {
  const std::string text = name("semaphore");
  const HANDLE here = CreateSemaphoreA(nullptr, 0, 5, text.c_str());
  EXPECT_EQ(in_child([&] {
              const HANDLE there = OpenSemaphoreA(SEMAPHORE_ALL_ACCESS, FALSE, text.c_str());
              LONG before = -1;
              return ReleaseSemaphore(there, 3, &before) && before == 0 ? 0 : 1;
            }),
            0);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(WaitForSingleObject(here, 0), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForSingleObject(here, 0), WAIT_TIMEOUT);
  EXPECT_FAILS_WITH(ERROR_TOO_MANY_POSTS, ReleaseSemaphore(here, 6, nullptr));
  EXPECT_TRUE(CloseHandle(here));
}

TEST_F(Names, AMutexKeepsProcessesApartAndIsAbandonedByADeadOne) {
  const std::string text = name("mutex");
  const HANDLE here = CreateMutexA(nullptr, TRUE, text.c_str());
  EXPECT_EQ(in_child([&] {
              const HANDLE there = OpenMutexA(MUTEX_ALL_ACCESS, FALSE, text.c_str());
              return WaitForSingleObject(there, 0) == WAIT_TIMEOUT && !ReleaseMutex(there) ? 0 : 1;
            }),
            0);
  EXPECT_TRUE(ReleaseMutex(here));
  EXPECT_EQ(in_child([&] {
              const HANDLE there = OpenMutexA(MUTEX_ALL_ACCESS, FALSE, text.c_str());
              return WaitForSingleObject(there, 0) == WAIT_OBJECT_0 ? 0 : 1;  // And dies with it.
            }),
            0);
  EXPECT_EQ(WaitForSingleObject(here, INFINITE), WAIT_ABANDONED);
  EXPECT_TRUE(ReleaseMutex(here));
  EXPECT_TRUE(CloseHandle(here));
}

/// Waits for the mutex without a pause until it is had, and gives it back. \return whether it was abandoned.
int find_abandoned(const std::string& text, std::atomic<int>& ready) {
  const HANDLE there = OpenMutexA(MUTEX_ALL_ACCESS, FALSE, text.c_str());
  ++ready;
  DWORD had = WAIT_TIMEOUT;
  while (had == WAIT_TIMEOUT) had = WaitForSingleObject(there, 0);
  ReleaseMutex(there);
  CloseHandle(there);
  return had == WAIT_ABANDONED ? 1 : 0;
}

TEST_F(Names, ADeadOwnerIsToldOnce) {
  const std::string text = name("told");
  const HANDLE here = CreateMutexA(nullptr, FALSE, text.c_str());
  void* const page = ::mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(page, MAP_FAILED);
  std::atomic<int>& ready = *new (page) std::atomic<int>{0};
  for (int round = 0; round < 100; ++round) {
    ready = 0;
    const pid_t owner = ::fork();
    if (owner == 0) {
      const HANDLE there = OpenMutexA(MUTEX_ALL_ACCESS, FALSE, text.c_str());
      WaitForSingleObject(there, INFINITE);
      for (++ready; ready < 3;) ::sched_yield();
      ::_exit(0);
    }
    while (ready < 1) ::sched_yield();
    const pid_t finder = ::fork();
    if (finder == 0) ::_exit(find_abandoned(text, ready));
    const int told_here = find_abandoned(text, ready);
    int told_there = -1;
    EXPECT_EQ(::waitpid(finder, &told_there, 0), finder);
    EXPECT_EQ(::waitpid(owner, nullptr, 0), owner);
    EXPECT_EQ(told_here + WEXITSTATUS(told_there), 1) << round;
    EXPECT_EQ(WaitForSingleObject(here, INFINITE), WAIT_OBJECT_0) << round;
    EXPECT_TRUE(ReleaseMutex(here));
  }
  EXPECT_EQ(::munmap(page, sizeof(std::atomic<int>)), 0);
  EXPECT_TRUE(CloseHandle(here));
}

/// Another user's file has the place of the name's own.
TEST_F(Names, ATakenFolderIsAnError) {
  const std::string text = "wsalive-test-" + std::to_string(::getpid()) + "-taken";
  const auto folder = os::user_folder();
  ASSERT_TRUE(folder);
  const std::string taken = *folder + '/' + text;
  std::filesystem::create_directory(taken);
  std::ofstream{taken + "/other"} << "x";
  EXPECT_FAILS_WITH(ERROR_NOT_ENOUGH_MEMORY, CreateEventA(nullptr, TRUE, FALSE, text.c_str()));
  std::filesystem::remove_all(taken);
  const HANDLE made = CreateEventA(nullptr, TRUE, FALSE, text.c_str());
  EXPECT_NE(made, nullptr);
  EXPECT_TRUE(CloseHandle(made));
}

TEST_F(Names, OfADeadProcessAreFree) {
  const std::string text = name("left");
  EXPECT_EQ(in_child([&] {
              CreateEventA(nullptr, TRUE, TRUE, text.c_str());
              return ::raise(SIGKILL);
            }),
            -1);
  EXPECT_FAILS_WITH(ERROR_FILE_NOT_FOUND, OpenEventA(EVENT_ALL_ACCESS, FALSE, text.c_str()));
}

TEST_F(Names, TwoObjectsOfOneNameInOneProcessAreOneMutex) {
  const std::string text = name("twice");
  const HANDLE a = CreateMutexA(nullptr, TRUE, text.c_str());
  const HANDLE b = OpenMutexA(MUTEX_ALL_ACCESS, FALSE, text.c_str());
  EXPECT_EQ(WaitForSingleObject(b, 0), WAIT_OBJECT_0);
  EXPECT_TRUE(ReleaseMutex(a));
  EXPECT_TRUE(ReleaseMutex(b));
  EXPECT_FAILS_WITH(ERROR_NOT_OWNER, ReleaseMutex(a));
  EXPECT_TRUE(CloseHandle(a));
  EXPECT_TRUE(CloseHandle(b));
}

}  // namespace
}  // namespace wsalive::test
