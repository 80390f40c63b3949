// Critical sections, slim locks, condition variables, one-time initialisation, interlocked operations.

#include "windows.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace wsalive::test {
namespace {

constexpr int kThreads = 4, kRounds = 1000;

template <typename Body>
void in_threads(Body body) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(body);
}

template <typename Body>
auto elsewhere(Body body) {
  decltype(body()) result{};
  std::thread([&] { result = body(); }).join();
  return result;
}

TEST(CriticalSection, KeepsThreadsApartAndCountsItsOwners) {
  for (const DWORD spins : {0U, 400U}) {
    CRITICAL_SECTION section;
    ASSERT_TRUE(InitializeCriticalSectionAndSpinCount(&section, spins));
    int plain = 0;
    in_threads([&] {
      for (int i = 0; i < kRounds; ++i) {
        EnterCriticalSection(&section);
        EnterCriticalSection(&section);
        ++plain;
        LeaveCriticalSection(&section);
        LeaveCriticalSection(&section);
      }
    });
    EXPECT_EQ(plain, kThreads * kRounds);
    DeleteCriticalSection(&section);
  }
}

TEST(CriticalSection, IsInitializedInThreeWays) {
  CRITICAL_SECTION section;
  EXPECT_TRUE(InitializeCriticalSectionAndSpinCount(&section, 4000));
  EXPECT_TRUE(TryEnterCriticalSection(&section));
  LeaveCriticalSection(&section);
  DeleteCriticalSection(&section);
  EXPECT_TRUE(InitializeCriticalSectionEx(&section, 4000, 0));
  EnterCriticalSection(&section);
  LeaveCriticalSection(&section);
  DeleteCriticalSection(&section);
}

TEST(CriticalSection, TryEnterSucceedsForTheOwnerOnly) {
  CRITICAL_SECTION section;
  InitializeCriticalSection(&section);
  EXPECT_TRUE(TryEnterCriticalSection(&section));
  EXPECT_TRUE(TryEnterCriticalSection(&section));
  EXPECT_FALSE(elsewhere([&] { return TryEnterCriticalSection(&section); }));
  LeaveCriticalSection(&section);
  EXPECT_FALSE(elsewhere([&] { return TryEnterCriticalSection(&section); }));
  LeaveCriticalSection(&section);
  EXPECT_TRUE(elsewhere([&] {
    const BOOL entered = TryEnterCriticalSection(&section);
    LeaveCriticalSection(&section);
    return entered;
  }));
  EXPECT_EQ(SetCriticalSectionSpinCount(&section, 8), 0U);
  EXPECT_EQ(SetCriticalSectionSpinCount(&section, 0), 8U);
  DeleteCriticalSection(&section);
}

TEST(SlimLock, HasOneWriterOrManyReaders) {
  SRWLOCK lock = SRWLOCK_INIT;
  AcquireSRWLockShared(&lock);
  EXPECT_TRUE(TryAcquireSRWLockShared(&lock));
  EXPECT_FALSE(TryAcquireSRWLockExclusive(&lock));
  ReleaseSRWLockShared(&lock);
  ReleaseSRWLockShared(&lock);
  EXPECT_TRUE(TryAcquireSRWLockExclusive(&lock));
  EXPECT_FALSE(TryAcquireSRWLockExclusive(&lock));
  EXPECT_FALSE(TryAcquireSRWLockShared(&lock));
  ReleaseSRWLockExclusive(&lock);
  InitializeSRWLock(&lock);
  AcquireSRWLockExclusive(&lock);
  ReleaseSRWLockExclusive(&lock);
}

TEST(SlimLock, KeepsWritersApartFromEveryone) {
  SRWLOCK lock = SRWLOCK_INIT;
  int one = 0, two = 0;
  in_threads([&] {
    for (int i = 0; i < kRounds; ++i) {
      AcquireSRWLockExclusive(&lock);
      ++one;
      ++two;
      ReleaseSRWLockExclusive(&lock);
      AcquireSRWLockShared(&lock);
      EXPECT_EQ(one, two);
      ReleaseSRWLockShared(&lock);
    }
  });
  EXPECT_EQ(one, kThreads * kRounds);
}

TEST(ConditionVariable, HandsOverWithACriticalSection) {
  CRITICAL_SECTION section;
  InitializeCriticalSection(&section);
  CONDITION_VARIABLE changed;
  InitializeConditionVariable(&changed);
  int turn = 0;
  const auto play = [&](int me) {
    for (int i = 0; i < 200; ++i) {
      EnterCriticalSection(&section);
      while (turn % 2 != me) EXPECT_TRUE(SleepConditionVariableCS(&changed, &section, INFINITE));
      ++turn;
      LeaveCriticalSection(&section);
      WakeConditionVariable(&changed);
    }
  };
  std::jthread other{[&] { play(1); }};
  play(0);
  other.join();
  EXPECT_EQ(turn, 400);
  DeleteCriticalSection(&section);
}

TEST(ConditionVariable, WakesAllReadersOfASlimLock) {
  SRWLOCK lock = SRWLOCK_INIT;
  CONDITION_VARIABLE changed = CONDITION_VARIABLE_INIT;
  bool open = false;
  LONG inside = 0;
  {
    std::vector<std::jthread> readers;
    for (int i = 0; i < kThreads; ++i) {
      readers.emplace_back([&] {
        AcquireSRWLockShared(&lock);
        while (!open) {
          SleepConditionVariableSRW(&changed, &lock, INFINITE, CONDITION_VARIABLE_LOCKMODE_SHARED);
        }
        ReleaseSRWLockShared(&lock);
        InterlockedIncrement(&inside);
      });
    }
    AcquireSRWLockExclusive(&lock);
    open = true;
    ReleaseSRWLockExclusive(&lock);
    WakeAllConditionVariable(&changed);
  }
  EXPECT_EQ(inside, kThreads);
}

TEST(ConditionVariable, TimesOutWithTheLockHeldAgain) {
  SRWLOCK lock = SRWLOCK_INIT;
  CONDITION_VARIABLE never = CONDITION_VARIABLE_INIT;
  AcquireSRWLockExclusive(&lock);
  for (const DWORD time : {0U, 1U}) {
    SetLastError(0);
    EXPECT_FALSE(SleepConditionVariableSRW(&never, &lock, time, 0));
    EXPECT_EQ(GetLastError(), DWORD{ERROR_TIMEOUT});
    EXPECT_FALSE(TryAcquireSRWLockShared(&lock));
  }
  EXPECT_FALSE(SleepConditionVariableSRW(&never, &lock, 0, 2));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  ReleaseSRWLockExclusive(&lock);
}

TEST(InitOnce, RunsOnceThoughManyAsk) {
  static LONG runs = 0;
  static int made = 0;
  INIT_ONCE once = INIT_ONCE_STATIC_INIT;
  in_threads([&] {
    PVOID context = nullptr;
    EXPECT_TRUE(InitOnceExecuteOnce(
        &once,
        [](PINIT_ONCE, PVOID, PVOID* result) -> BOOL {
          SwitchToThread();
          ++made;
          InterlockedIncrement(&runs);
          *result = &made;
          return TRUE;
        },
        nullptr, &context));
    EXPECT_EQ(context, &made);
    EXPECT_EQ(made, 1);
  });
  EXPECT_EQ(runs, 1);
}

TEST(InitOnce, AFailedRunIsTriedAgain) {
  INIT_ONCE once;
  InitOnceInitialize(&once);
  int fail_first = 1;
  const PINIT_ONCE_FN routine = [](PINIT_ONCE, PVOID fail, PVOID*) -> BOOL {
    return (*static_cast<int*>(fail))-- == 0;
  };
  EXPECT_FALSE(InitOnceExecuteOnce(&once, routine, &fail_first, nullptr));
  EXPECT_TRUE(InitOnceExecuteOnce(&once, routine, &fail_first, nullptr));
  EXPECT_TRUE(InitOnceExecuteOnce(&once, routine, &fail_first, nullptr));
  EXPECT_EQ(fail_first, -1);
}

TEST(Interlocked, AnswersTheOldOrTheNewValueAsDocumented) {
  LONG volatile value = 5;
  EXPECT_EQ(InterlockedIncrement(&value), 6);
  EXPECT_EQ(InterlockedDecrement(&value), 5);
  EXPECT_EQ(InterlockedExchange(&value, 8), 5);
  EXPECT_EQ(InterlockedExchangeAdd(&value, 2), 8);
  EXPECT_EQ(InterlockedAdd(&value, 2), 12);
  EXPECT_EQ(InterlockedCompareExchange(&value, 1, 11), 12);
  EXPECT_EQ(InterlockedCompareExchange(&value, 1, 12), 12);
  EXPECT_EQ(InterlockedOr(&value, 6), 1);
  EXPECT_EQ(InterlockedAnd(&value, 5), 7);
  EXPECT_EQ(InterlockedXor(&value, 1), 5);
  EXPECT_EQ(value, 4);
  LONG64 volatile wide = LONG64{1} << 40;
  EXPECT_EQ(InterlockedIncrement64(&wide), (LONG64{1} << 40) + 1);
  EXPECT_EQ(InterlockedAdd64(&wide, -1), LONG64{1} << 40);
  PVOID volatile pointer = nullptr;
  int there = 0;
  EXPECT_EQ(InterlockedExchangePointer(&pointer, &there), nullptr);
  EXPECT_EQ(InterlockedCompareExchangePointer(&pointer, nullptr, nullptr), &there);
  EXPECT_EQ(InterlockedCompareExchangePointer(&pointer, nullptr, &there), &there);
  EXPECT_EQ(pointer, nullptr);
}

TEST(Interlocked, HasEveryWidth) {
  SHORT volatile narrow = 5;
  EXPECT_EQ(InterlockedIncrement16(&narrow), 6);
  EXPECT_EQ(InterlockedCompareExchange16(&narrow, 1, 6), 6);
  EXPECT_EQ(InterlockedOr16(&narrow, 2), 1);
  EXPECT_EQ(narrow, 3);
  CHAR volatile octet = 5;
  EXPECT_EQ(InterlockedExchange8(&octet, 7), 5);
  EXPECT_EQ(InterlockedAnd8(&octet, 3), 7);
  EXPECT_EQ(octet, 3);
  constexpr LONG64 kWide = LONG64{1} << 40;
  LONG64 volatile wide = kWide;
  EXPECT_EQ(InterlockedDecrement64(&wide), kWide - 1);
  EXPECT_EQ(InterlockedExchangeAdd64(&wide, 1), kWide - 1);
  EXPECT_EQ(InterlockedCompareExchange64(&wide, 5, kWide), kWide);
  EXPECT_EQ(InterlockedExchange64(&wide, kWide | 1), 5);
  EXPECT_EQ(InterlockedXor64(&wide, 1), kWide | 1);
  EXPECT_EQ(InterlockedOr64(&wide, 6), kWide);
  EXPECT_EQ(InterlockedAnd64(&wide, 2), kWide | 6);
  EXPECT_EQ(wide, 2);
}

TEST(Interlocked, LosesNothingAmongThreads) {
  LONG volatile count = 0;
  in_threads([&] {
    for (int i = 0; i < kRounds; ++i) InterlockedIncrement(&count);
  });
  MemoryBarrier();
  YieldProcessor();
  EXPECT_EQ(count, kThreads * kRounds);
}

}  // namespace
}  // namespace wsalive::test
