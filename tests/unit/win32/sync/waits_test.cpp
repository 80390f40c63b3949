// The wait functions and the objects they wait for: documented answers, bad handles, wrong kinds.

#include "windows.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/handle_count.hpp"

namespace wsalive::test {
namespace {

constexpr DWORD kShort = 1;

class Waits : public testing::Test {
 protected:
  HandleCount count_;
};

HANDLE not_a_handle() { return reinterpret_cast<HANDLE>(0x1234); }

/// A handle that was closed.
HANDLE stale() {
  const HANDLE handle = CreateEvent(nullptr, TRUE, TRUE, nullptr);
  EXPECT_TRUE(CloseHandle(handle));
  return handle;
}

TEST_F(Waits, AnswerForEventsAsDocumented) {
  const HANDLE manual = CreateEventA(nullptr, TRUE, FALSE, nullptr);
  const HANDLE automatic = CreateEventW(nullptr, FALSE, TRUE, nullptr);
  EXPECT_EQ(WaitForSingleObject(manual, 0), WAIT_TIMEOUT);
  EXPECT_EQ(WaitForSingleObject(manual, kShort), WAIT_TIMEOUT);
  EXPECT_TRUE(SetEvent(manual));
  EXPECT_EQ(WaitForSingleObject(manual, INFINITE), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForSingleObject(manual, 0), WAIT_OBJECT_0);
  EXPECT_TRUE(ResetEvent(manual));
  EXPECT_EQ(WaitForSingleObject(manual, 0), WAIT_TIMEOUT);
  EXPECT_EQ(WaitForSingleObject(automatic, 0), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForSingleObject(automatic, 0), WAIT_TIMEOUT);
  EXPECT_TRUE(CloseHandle(manual));
  EXPECT_TRUE(CloseHandle(automatic));
}

TEST_F(Waits, CreateEventExTakesFlags) {
  const HANDLE event = CreateEventEx(
      nullptr, nullptr, CREATE_EVENT_MANUAL_RESET | CREATE_EVENT_INITIAL_SET, EVENT_ALL_ACCESS);
  EXPECT_EQ(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
  EXPECT_TRUE(CloseHandle(event));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, CreateEventExA(nullptr, nullptr, 4, 0));
}

TEST_F(Waits, SemaphoresCountAndRefuseToPassTheirLimit) {
  const HANDLE semaphore = CreateSemaphore(nullptr, 1, 2, nullptr);
  LONG before = -1;
  EXPECT_TRUE(ReleaseSemaphore(semaphore, 1, &before));
  EXPECT_EQ(before, 1);
  before = 77;
  EXPECT_FAILS_WITH(ERROR_TOO_MANY_POSTS, ReleaseSemaphore(semaphore, 1, &before));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, ReleaseSemaphore(semaphore, 0, &before));
  EXPECT_EQ(before, 77);
  EXPECT_EQ(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForSingleObject(semaphore, 0), WAIT_TIMEOUT);
  EXPECT_TRUE(CloseHandle(semaphore));
}

TEST_F(Waits, ASemaphoreMustHaveRoom) {
  struct Counts {
    LONG first, most;
  };
  for (const Counts bad : {Counts{0, 0}, Counts{-1, 1}, Counts{2, 1}, Counts{0, -1}}) {
    EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER,
                      CreateSemaphoreA(nullptr, bad.first, bad.most, nullptr));
  }
}

TEST_F(Waits, MutexesBelongToTheirTaker) {
  const HANDLE mutex = CreateMutex(nullptr, TRUE, nullptr);
  EXPECT_EQ(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
  EXPECT_TRUE(ReleaseMutex(mutex));
  EXPECT_TRUE(ReleaseMutex(mutex));
  EXPECT_FAILS_WITH(ERROR_NOT_OWNER, ReleaseMutex(mutex));
  EXPECT_TRUE(CloseHandle(mutex));
}

TEST_F(Waits, AMutexOfAnEndedThreadIsAbandoned) {
  const HANDLE mutex = CreateMutex(nullptr, FALSE, nullptr);
  const HANDLE never = CreateEvent(nullptr, TRUE, FALSE, nullptr);
  const HANDLE thread = CreateThread(
      nullptr, 0,
      [](LPVOID handle) -> DWORD { return WaitForSingleObject(static_cast<HANDLE>(handle), 0); },
      mutex, 0, nullptr);
  EXPECT_EQ(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
  const HANDLE both[] = {never, mutex};
  EXPECT_EQ(WaitForMultipleObjects(2, both, FALSE, INFINITE), WAIT_ABANDONED_0 + 1);
  EXPECT_TRUE(ReleaseMutex(mutex));
  for (const HANDLE handle : {mutex, never, thread}) EXPECT_TRUE(CloseHandle(handle));
}

TEST_F(Waits, AnyAndAllOfSeveral) {
  const HANDLE events[] = {CreateEvent(nullptr, FALSE, FALSE, nullptr),
                           CreateEvent(nullptr, FALSE, TRUE, nullptr),
                           CreateEvent(nullptr, FALSE, TRUE, nullptr)};
  EXPECT_EQ(WaitForMultipleObjects(3, events, TRUE, 0), WAIT_TIMEOUT);
  EXPECT_EQ(WaitForMultipleObjects(3, events, FALSE, 0), WAIT_OBJECT_0 + 1);
  EXPECT_EQ(WaitForMultipleObjects(3, events, FALSE, 0), WAIT_OBJECT_0 + 2);
  EXPECT_EQ(WaitForMultipleObjects(3, events, FALSE, kShort), WAIT_TIMEOUT);
  for (const HANDLE event : events) EXPECT_TRUE(SetEvent(event));
  EXPECT_EQ(WaitForMultipleObjects(3, events, TRUE, INFINITE), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForMultipleObjects(3, events, FALSE, 0), WAIT_TIMEOUT);
  for (const HANDLE event : events) EXPECT_TRUE(CloseHandle(event));
}

TEST_F(Waits, SixtyFourAreAllowedAndNoneOrMoreAreNot) {
  const HANDLE set = CreateEvent(nullptr, TRUE, TRUE, nullptr);
  const std::vector<HANDLE> many(MAXIMUM_WAIT_OBJECTS + 1, set);
  EXPECT_EQ(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, many.data(), FALSE, 0), WAIT_OBJECT_0);
  struct Bad {
    DWORD count;
    const HANDLE* handles;
    BOOL all;
  };
  for (const Bad& bad :
       {Bad{0, many.data(), FALSE}, Bad{MAXIMUM_WAIT_OBJECTS + 1, many.data(), FALSE},
        Bad{1, nullptr, FALSE}, Bad{2, many.data(), TRUE /* one twice */}}) {
    SetLastError(0);
    EXPECT_EQ(WaitForMultipleObjects(bad.count, bad.handles, bad.all, 0), WAIT_FAILED);
    EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  }
  EXPECT_TRUE(CloseHandle(set));
}

TEST_F(Waits, BadHandlesAreRefusedEverywhere) {
  const HANDLE event = CreateEvent(nullptr, TRUE, TRUE, nullptr);
  const HANDLE heap = HeapCreate(0, 0, 0);  // Not a thing to wait for.
  for (const HANDLE bad :
       {static_cast<HANDLE>(nullptr), INVALID_HANDLE_VALUE, not_a_handle(), stale(), heap}) {
    SetLastError(0);
    EXPECT_EQ(WaitForSingleObject(bad, 0), WAIT_FAILED);
    EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
    const HANDLE both[] = {event, bad};
    SetLastError(0);
    EXPECT_EQ(WaitForMultipleObjects(2, both, FALSE, 0), WAIT_FAILED);
    EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
    EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, SetEvent(bad));
    EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, ResetEvent(bad));
    EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, ReleaseMutex(bad));
    EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, ReleaseSemaphore(bad, 1, nullptr));
  }
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, ReleaseMutex(event));  // An event is no mutex.
  EXPECT_TRUE(HeapDestroy(heap));
  EXPECT_TRUE(CloseHandle(event));
}

TEST_F(Waits, QueuedCallsRunInAlertableOnes) {
  static std::vector<ULONG_PTR> ran;
  const HANDLE event = CreateEvent(nullptr, TRUE, FALSE, nullptr);
  const PAPCFUNC note = [](ULONG_PTR data) { ran.push_back(data); };
  EXPECT_TRUE(QueueUserAPC(note, GetCurrentThread(), 1));
  EXPECT_TRUE(QueueUserAPC(note, GetCurrentThread(), 2));
  EXPECT_EQ(WaitForSingleObjectEx(event, 0, FALSE), WAIT_TIMEOUT);
  EXPECT_TRUE(ran.empty());
  EXPECT_EQ(WaitForSingleObjectEx(event, INFINITE, TRUE), WAIT_IO_COMPLETION);
  EXPECT_EQ(ran, (std::vector<ULONG_PTR>{1, 2}));
  EXPECT_TRUE(QueueUserAPC(note, GetCurrentThread(), 3));
  EXPECT_EQ(SleepEx(0, FALSE), 0U);
  EXPECT_EQ(SleepEx(INFINITE, TRUE), WAIT_IO_COMPLETION);
  EXPECT_EQ(SleepEx(kShort, TRUE), 0U);
  EXPECT_EQ(ran.size(), 3U);
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, QueueUserAPC(note, event, 0));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, QueueUserAPC(nullptr, GetCurrentThread(), 0));
  EXPECT_TRUE(CloseHandle(event));
}

TEST_F(Waits, SeveralObjectsAlertably) {
  const HANDLE events[] = {CreateEvent(nullptr, TRUE, FALSE, nullptr),
                           CreateEvent(nullptr, TRUE, FALSE, nullptr)};
  static int calls;
  calls = 0;
  const auto call = [](ULONG_PTR) { ++calls; };
  ASSERT_EQ(QueueUserAPC(call, GetCurrentThread(), 0), 1U);
  EXPECT_EQ(WaitForMultipleObjectsEx(2, events, FALSE, 0, FALSE), WAIT_TIMEOUT);
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(WaitForMultipleObjectsEx(2, events, TRUE, INFINITE, TRUE), DWORD{WAIT_IO_COMPLETION});
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(SetEvent(events[1]));
  EXPECT_EQ(WaitForMultipleObjectsEx(2, events, FALSE, INFINITE, TRUE), WAIT_OBJECT_0 + 1);
  EXPECT_TRUE(SetEvent(events[0]));
  EXPECT_EQ(WaitForMultipleObjectsEx(2, events, TRUE, INFINITE, TRUE), WAIT_OBJECT_0);
  for (const HANDLE each : events) EXPECT_TRUE(CloseHandle(each));
}

TEST_F(Waits, SignalObjectAndWaitDoesBothOrNothing) {
  const HANDLE a = CreateEvent(nullptr, TRUE, FALSE, nullptr);
  const HANDLE b = CreateEvent(nullptr, TRUE, FALSE, nullptr);
  SetLastError(0);
  EXPECT_EQ(SignalObjectAndWait(a, not_a_handle(), 0, FALSE), WAIT_FAILED);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  EXPECT_EQ(WaitForSingleObject(a, 0), WAIT_TIMEOUT);
  EXPECT_EQ(SignalObjectAndWait(a, b, 0, FALSE), WAIT_TIMEOUT);
  EXPECT_EQ(WaitForSingleObject(a, 0), WAIT_OBJECT_0);
  EXPECT_TRUE(CloseHandle(a));
  EXPECT_TRUE(CloseHandle(b));
}

TEST_F(Waits, HandlesCanBeDuplicatedAndMarked) {
  const HANDLE self = GetCurrentProcess();
  const HANDLE event = CreateEvent(nullptr, TRUE, FALSE, nullptr);
  HANDLE copy = nullptr;
  EXPECT_TRUE(DuplicateHandle(self, event, self, &copy, 0, TRUE, DUPLICATE_SAME_ACCESS));
  EXPECT_NE(copy, event);
  EXPECT_TRUE(SetEvent(copy));
  EXPECT_EQ(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
  DWORD flags = 99;
  EXPECT_TRUE(GetHandleInformation(event, &flags));
  EXPECT_EQ(flags, 0U);
  EXPECT_TRUE(GetHandleInformation(copy, &flags));
  EXPECT_EQ(flags, DWORD{HANDLE_FLAG_INHERIT});
  EXPECT_TRUE(
      SetHandleInformation(event, HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE));
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, CloseHandle(event));
  EXPECT_TRUE(SetHandleInformation(event, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0));
  EXPECT_TRUE(DuplicateHandle(self, event, self, nullptr, 0, FALSE, DUPLICATE_CLOSE_SOURCE));
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, CloseHandle(event));
  EXPECT_EQ(WaitForSingleObject(copy, 0), WAIT_OBJECT_0);
  EXPECT_TRUE(CloseHandle(copy));
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, DuplicateHandle(self, stale(), self, &copy, 0, FALSE, 0));
}

}  // namespace
}  // namespace wsalive::test
