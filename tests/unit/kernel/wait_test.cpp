// Waits: any and all, order, deadlines, and the objects' own rules (events, semaphores, mutexes).

#include "kernel/wait.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include "kernel/sync_objects.hpp"
#include "kernel/thread.hpp"
#include "os/process/threads.hpp"

namespace wsalive::kernel {
namespace {

constexpr WaitResult kTimedOut{WaitEnd::timed_out, 0};
constexpr WaitResult satisfied(std::uint32_t index) { return {WaitEnd::satisfied, index}; }

Ref<Event> event(Reset reset, bool signaled = false) { return make<Event>(reset, signaled); }

WaitResult look(WaitObject& object) { return wait(object, Deadline::at_once()); }

/// Runs until the thread sleeps in its wait.
void until_asleep(const std::atomic<Thread*>& thread) {
  while (!thread) std::this_thread::yield();
  while (os::thread_is_running(thread.load()->number())) std::this_thread::yield();
}

TEST(Wait, AManualEventLetsEveryoneThroughUntilItIsReset) {
  const auto manual = event(Reset::manual);
  EXPECT_EQ(look(*manual), kTimedOut);
  manual->set();
  EXPECT_EQ(look(*manual), satisfied(0));
  EXPECT_EQ(look(*manual), satisfied(0));
  manual->clear();
  EXPECT_EQ(look(*manual), kTimedOut);
}

TEST(Wait, AnAutoEventLetsOneThrough) {
  const auto automatic = event(Reset::automatic, true);
  EXPECT_EQ(look(*automatic), satisfied(0));
  EXPECT_EQ(look(*automatic), kTimedOut);
  automatic->set();
  automatic->set();
  EXPECT_EQ(look(*automatic), satisfied(0));
  EXPECT_EQ(look(*automatic), kTimedOut);
}

TEST(Wait, ASemaphoreLetsAsManyThroughAsItCounts) {
  const auto semaphore = make<Semaphore>(1, 3);
  EXPECT_EQ(look(*semaphore), satisfied(0));
  EXPECT_EQ(look(*semaphore), kTimedOut);
  EXPECT_EQ(semaphore->release(2), 0);
  EXPECT_EQ(semaphore->release(2), std::nullopt);  // Past its limit: unchanged.
  EXPECT_EQ(semaphore->release(1), 2);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(look(*semaphore), satisfied(0));
  EXPECT_EQ(look(*semaphore), kTimedOut);
}

TEST(Wait, ADeadlineEndsIt) {
  const auto never_set = event(Reset::manual);
  const Instant before = os::monotonic_clock().now();
  EXPECT_EQ(wait(*never_set, Deadline::after(3)), kTimedOut);
  EXPECT_GE(os::monotonic_clock().now() - before, std::chrono::milliseconds{3});
}

TEST(Wait, AnyTakesTheFirstSignaledAndTouchesNoOther) {
  const auto a = event(Reset::automatic), b = event(Reset::automatic, true),
             c = event(Reset::automatic, true);
  const std::array<WaitObject*, 3> all{a.get(), b.get(), c.get()};
  EXPECT_EQ(wait(all, WaitFor::any, Deadline::at_once()), satisfied(1));
  EXPECT_EQ(wait(all, WaitFor::any, Deadline::at_once()), satisfied(2));
  EXPECT_EQ(wait(all, WaitFor::any, Deadline::at_once()), kTimedOut);
}

TEST(Wait, AllTakesNothingUntilItCanTakeEverything) {
  const auto a = event(Reset::automatic, true), b = event(Reset::automatic);
  const std::array<WaitObject*, 2> both{a.get(), b.get()};
  EXPECT_EQ(wait(both, WaitFor::all, Deadline::after(1)), kTimedOut);
  EXPECT_EQ(look(*a), satisfied(0)) << "a was taken by the wait that failed";
  a->set();
  b->set();
  EXPECT_EQ(wait(both, WaitFor::all, Deadline::at_once()), satisfied(0));
  EXPECT_EQ(look(*a), kTimedOut);
  EXPECT_EQ(look(*b), kTimedOut);
}

TEST(Wait, WakesAThreadThatWaitsForAll) {
  const auto a = event(Reset::automatic), b = event(Reset::automatic);
  const auto semaphore = make<Semaphore>(0, 1);
  const std::array<WaitObject*, 3> all{a.get(), semaphore.get(), b.get()};
  WaitResult result;
  std::jthread waiter{[&] { result = wait(all, WaitFor::all, Deadline::never()); }};
  b->set();
  EXPECT_EQ(semaphore->release(1), 0);
  a->set();
  waiter.join();
  EXPECT_EQ(result, satisfied(0));
  EXPECT_EQ(look(*a), kTimedOut);
  EXPECT_EQ(look(*b), kTimedOut);
  EXPECT_EQ(look(*semaphore), kTimedOut);
}

TEST(Wait, TheOldestWaitIsServedFirst) {
  const auto gate = event(Reset::automatic);
  std::array<std::atomic<Thread*>, 3> threads{};
  std::atomic<int> turn{0};
  std::array<int, 3> served{};
  std::vector<std::jthread> running;
  for (std::size_t i = 0; i < threads.size(); ++i) {
    running.emplace_back([&, i] {
      threads[i] = &current_thread();
      wait(*gate, Deadline::never());
      served[i] = ++turn;
      gate->set();
    });
    until_asleep(threads[i]);
  }
  gate->set();
  running.clear();
  EXPECT_EQ(served, (std::array{1, 2, 3}));
}

TEST(Wait, EverySignalOfAnAutoEventIsSeenOnce) {  // No lost and no double wake-up.
  constexpr int kSignals = 2000;
  const auto ping = event(Reset::automatic), pong = event(Reset::automatic);
  int seen = 0;
  std::jthread other{[&] {
    for (int i = 0; i < kSignals; ++i) {
      wait(*ping, Deadline::never());
      ++seen;
      pong->set();
    }
  }};
  for (int i = 0; i < kSignals; ++i) {
    ping->set();
    ASSERT_EQ(wait(*pong, Deadline::never()), satisfied(0));
  }
  other.join();
  EXPECT_EQ(seen, kSignals);
}

TEST(Wait, ManyThreadsShareASemaphoreWithoutLoss) {
  constexpr int kThreads = 4, kEach = 500;
  const auto tickets = make<Semaphore>(0, kThreads * kEach);
  const auto other = event(Reset::manual);
  std::atomic<int> taken{0};
  std::vector<std::jthread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      const std::array<WaitObject*, 2> both{other.get(), tickets.get()};
      for (int i = 0; i < kEach;) {
        const WaitResult result = wait(both, WaitFor::any, Deadline::after(1));
        if (result.end != WaitEnd::satisfied) continue;
        ++taken;
        ++i;
      }
    });
  }
  for (int i = 0; i < kThreads * kEach; ++i) ASSERT_TRUE(tickets->release(1));
  threads.clear();
  EXPECT_EQ(taken, kThreads * kEach);
  EXPECT_EQ(look(*tickets), kTimedOut);
}

TEST(MutexObject, ItsOwnerTakesItAgainAndReleasesAsOften) {
  const auto mutex = make<Mutex>();
  EXPECT_FALSE(mutex->release());
  EXPECT_EQ(look(*mutex), satisfied(0));
  EXPECT_EQ(look(*mutex), satisfied(0));
  WaitResult elsewhere;
  bool released_elsewhere = true;
  const auto ask = [&] {
    std::thread([&] {
      released_elsewhere = mutex->release();
      elsewhere = look(*mutex);
      if (elsewhere.end == WaitEnd::satisfied) {
        EXPECT_TRUE(mutex->release());
      }
    }).join();
  };
  EXPECT_TRUE(mutex->release());
  ask();
  EXPECT_FALSE(released_elsewhere);
  EXPECT_EQ(elsewhere, kTimedOut);
  EXPECT_TRUE(mutex->release());
  ask();
  EXPECT_EQ(elsewhere, satisfied(0));
  EXPECT_FALSE(mutex->release());
}

TEST(MutexObject, AnEndedOwnerAbandonsItToTheNextTaker) {
  const auto mutex = make<Mutex>();
  std::thread([&] { look(*mutex); }).join();
  // The owner's end is signaled after join() may have returned: wait, do not look.
  EXPECT_EQ(wait(*mutex, Deadline::never()), (WaitResult{WaitEnd::abandoned, 0}));
  EXPECT_TRUE(mutex->release());
  EXPECT_EQ(look(*mutex), satisfied(0));
  EXPECT_TRUE(mutex->release());
}

TEST(MutexObject, CanBeOwnedFromBirthAndDroppedOwned) {
  const auto mutex = make<Mutex>();
  mutex->own_from_birth();
  EXPECT_TRUE(mutex->release());
  mutex->own_from_birth();
}

TEST(MutexObject, KeepsThreadsApart) {
  const auto mutex = make<Mutex>();
  int plain = 0;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        wait(*mutex, Deadline::never());
        ++plain;
        EXPECT_TRUE(mutex->release());
      }
    });
  }
  threads.clear();
  EXPECT_EQ(plain, 2000);
}

}  // namespace
}  // namespace wsalive::kernel
