// Threads: their life and end, and the storage that is theirs alone.

#include "windows.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "support/handle_count.hpp"

namespace wsalive::test {
namespace {

class Threads : public testing::Test {
 protected:
  /// Runs a routine to its end. \return its exit code.
  static DWORD run(LPTHREAD_START_ROUTINE routine, LPVOID parameter = nullptr) {
    const HANDLE thread = CreateThread(nullptr, 0, routine, parameter, 0, nullptr);
    EXPECT_NE(thread, nullptr);
    EXPECT_EQ(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    DWORD code = 0;
    EXPECT_TRUE(GetExitCodeThread(thread, &code));
    EXPECT_TRUE(CloseHandle(thread));
    return code;
  }

  HandleCount count_;
};

TEST_F(Threads, EndWithTheirRoutinesResult) {
  int number = 35;
  EXPECT_EQ(
      run([](LPVOID p) -> DWORD { return static_cast<DWORD>(*static_cast<int*>(p)) + 7; }, &number),
      42U);
}

TEST_F(Threads, EndByExitThreadAndDestroyWhatIsOnTheirStack) {
  static bool destroyed = false;
  EXPECT_EQ(run([](LPVOID) -> DWORD {
              struct OnStack {
                ~OnStack() { destroyed = true; }
              } on_stack;
              ExitThread(9);
            }),
            9U);
  EXPECT_TRUE(destroyed);
}

TEST_F(Threads, AreActiveUntilTheyEnd) {
  const HANDLE go = CreateEvent(nullptr, TRUE, FALSE, nullptr);
  DWORD id = 0, code = 0;
  const HANDLE thread = CreateThread(
      nullptr, 256 * 1024,
      [](LPVOID event) -> DWORD {
        WaitForSingleObject(event, INFINITE);
        return GetCurrentThreadId();
      },
      go, 0, &id);
  EXPECT_TRUE(GetExitCodeThread(thread, &code));
  EXPECT_EQ(code, DWORD{STILL_ACTIVE});
  EXPECT_EQ(WaitForSingleObject(thread, 0), WAIT_TIMEOUT);
  EXPECT_EQ(GetThreadId(thread), id);
  EXPECT_NE(id, GetCurrentThreadId());
  SetEvent(go);
  EXPECT_EQ(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
  EXPECT_TRUE(GetExitCodeThread(thread, &code));
  EXPECT_EQ(code, id);
  EXPECT_EQ(QueueUserAPC([](ULONG_PTR) {}, thread, 0), 0U);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_GEN_FAILURE});
  EXPECT_TRUE(CloseHandle(thread));
  EXPECT_TRUE(CloseHandle(go));
}

TEST_F(Threads, StartedSuspendedTheyWaitForResume) {
  static bool began = false;
  const HANDLE thread = CreateThread(
      nullptr, 0,
      [](LPVOID) -> DWORD {
        began = true;
        return 1;
      },
      nullptr, CREATE_SUSPENDED, nullptr);
  EXPECT_EQ(WaitForSingleObject(thread, 2), WAIT_TIMEOUT);
  EXPECT_FALSE(began);
  EXPECT_EQ(ResumeThread(thread), 1U);
  EXPECT_EQ(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
  EXPECT_TRUE(began);
  EXPECT_EQ(ResumeThread(thread), 0U);
  EXPECT_TRUE(CloseHandle(thread));
}

TEST_F(Threads, ClosingTheHandleLetsThemRunOn) {
  const HANDLE done = CreateEvent(nullptr, TRUE, FALSE, nullptr);
  const HANDLE thread = CreateThread(
      nullptr, 0, [](LPVOID event) -> DWORD { return SetEvent(event) ? 0 : 1; }, done,
      CREATE_SUSPENDED, nullptr);
  HANDLE other = nullptr;
  EXPECT_TRUE(
      DuplicateHandle(GetCurrentProcess(), thread, GetCurrentProcess(), &other, 0, FALSE, 0));
  EXPECT_TRUE(CloseHandle(thread));
  EXPECT_EQ(ResumeThread(other), 1U);
  EXPECT_TRUE(CloseHandle(other));
  EXPECT_EQ(WaitForSingleObject(done, INFINITE), WAIT_OBJECT_0);
  EXPECT_TRUE(CloseHandle(done));
}

TEST_F(Threads, BadArgumentsStartNothing) {
  const LPTHREAD_START_ROUTINE routine = [](LPVOID) -> DWORD { return 0; };
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER,
                    CreateThread(nullptr, 0, nullptr, nullptr, 0, nullptr));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER,
                    CreateThread(nullptr, 0, routine, nullptr, 0x8000, nullptr));
  DWORD code = 77;
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, GetExitCodeThread(nullptr, &code));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, GetExitCodeThread(GetCurrentThread(), nullptr));
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, GetThreadId(nullptr));
  EXPECT_EQ(code, 77U);
  EXPECT_EQ(ResumeThread(nullptr), ~DWORD{0});
}

TEST_F(Threads, ThePseudoHandleMeansWhoeverUsesIt) {
  EXPECT_EQ(GetThreadId(GetCurrentThread()), GetCurrentThreadId());
  HANDLE real = nullptr;
  const HANDLE self = GetCurrentProcess();
  EXPECT_TRUE(DuplicateHandle(self, GetCurrentThread(), self, &real, 0, FALSE, 0));
  EXPECT_EQ(run([](LPVOID main) -> DWORD { return GetThreadId(main); }, real),
            GetCurrentThreadId());
  EXPECT_TRUE(CloseHandle(real));
  EXPECT_TRUE(CloseHandle(GetCurrentThread()));
  EXPECT_TRUE(CloseHandle(GetCurrentProcess()));
}

TEST_F(Threads, AThreadOfTheCxxLibraryIsOneToo) {
  HANDLE real = nullptr;
  const HANDLE self = GetCurrentProcess();
  std::thread([&] {
    EXPECT_TRUE(DuplicateHandle(self, GetCurrentThread(), self, &real, 0, FALSE, 0));
  }).join();
  EXPECT_EQ(WaitForSingleObject(real, INFINITE), WAIT_OBJECT_0);
  EXPECT_TRUE(CloseHandle(real));
}

TEST_F(Threads, TlsSlotsHoldOneValuePerThread) {
  static DWORD slot;
  slot = TlsAlloc();
  ASSERT_NE(slot, TLS_OUT_OF_INDEXES);
  SetLastError(5);
  EXPECT_EQ(TlsGetValue(slot), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_SUCCESS});
  EXPECT_TRUE(TlsSetValue(slot, &slot));
  EXPECT_EQ(run([](LPVOID) -> DWORD {
              const bool empty = TlsGetValue(slot) == nullptr;
              TlsSetValue(slot, nullptr);
              return empty;
            }),
            1U);
  EXPECT_EQ(TlsGetValue(slot), &slot);
  EXPECT_TRUE(TlsFree(slot));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, TlsGetValue(slot));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, TlsSetValue(slot, nullptr));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, TlsFree(slot));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, TlsGetValue(TLS_OUT_OF_INDEXES));
  const DWORD again = TlsAlloc();
  EXPECT_EQ(again, slot);
  EXPECT_EQ(TlsGetValue(again), nullptr) << "a value of the slot's former life";
  EXPECT_TRUE(TlsFree(again));
}

TEST_F(Threads, TlsRunsOutAfterWindowsNumberOfSlots) {
  std::array<DWORD, 1088> slots{};
  for (DWORD& slot : slots) {
    slot = TlsAlloc();
    ASSERT_NE(slot, TLS_OUT_OF_INDEXES);
  }
  EXPECT_EQ(TlsAlloc(), TLS_OUT_OF_INDEXES);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NO_MORE_ITEMS});
  for (const DWORD slot : slots) EXPECT_TRUE(TlsFree(slot));
}

}  // namespace
}  // namespace wsalive::test
