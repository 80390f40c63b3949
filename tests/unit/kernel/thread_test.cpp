// Threads as objects: their end, their APCs, and what a fork leaves.

#include "kernel/thread.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "kernel/sync_objects.hpp"
#include "kernel/wait.hpp"
#include "os/process/threads.hpp"

namespace wsalive::kernel {
namespace {

struct Call : Apc {
  explicit Call(std::vector<int>& log, int number) : log_(log), number_(number) {
    run = [](Apc& apc) { static_cast<Call&>(apc).note(1); };
    discard = [](Apc& apc) { static_cast<Call&>(apc).note(-1); };
  }
  void note(int sign) { log_.push_back(sign * number_); }

  std::vector<int>& log_;
  int number_;
};

TEST(ThreadObject, IsSignaledWhenTheThreadHasEnded) {
  Ref<Thread> object;
  std::thread([&] {
    object = Ref<Thread>{&current_thread()};
    EXPECT_EQ(wait(*object, Deadline::at_once()).end, WaitEnd::timed_out);
    EXPECT_EQ(object->exit_code(), kStillActive);
    current_thread().set_exit_code(7);
  }).join();
  EXPECT_EQ(wait(*object, Deadline::never()).end, WaitEnd::satisfied);
  EXPECT_EQ(object->exit_code(), 7U);
}

TEST(Apcs, RunInOrderAndOnlyInAlertableWaits) {
  std::vector<int> log;
  Call first{log, 1}, second{log, 2};
  const auto never_set = make<Event>(Reset::manual, false);
  ASSERT_TRUE(current_thread().queue_apc(first));
  ASSERT_TRUE(current_thread().queue_apc(second));
  EXPECT_EQ(wait(*never_set, Deadline::after(1)).end, WaitEnd::timed_out);
  EXPECT_FALSE(sleep(Deadline::at_once()));
  EXPECT_TRUE(log.empty());
  EXPECT_EQ(wait(*never_set, Deadline::never(), Alertable::yes).end, WaitEnd::apcs_ran);
  EXPECT_EQ(log, (std::vector{1, 2}));
  EXPECT_FALSE(sleep(Deadline::at_once(), Alertable::yes));
}

TEST(Apcs, ASignaledObjectWinsOverThem) {
  std::vector<int> log;
  Call call{log, 1};
  const auto set = make<Event>(Reset::manual, true);
  ASSERT_TRUE(current_thread().queue_apc(call));
  EXPECT_EQ(wait(*set, Deadline::never(), Alertable::yes).end, WaitEnd::satisfied);
  EXPECT_TRUE(log.empty());
  EXPECT_TRUE(sleep(Deadline::at_once(), Alertable::yes));
}

TEST(Apcs, OneQueuedByAnotherThreadEndsASleep) {
  std::vector<int> log;
  Call call{log, 1};
  Ref<Thread> sleeper{&current_thread()};
  std::jthread other{[&] { EXPECT_TRUE(sleeper->queue_apc(call)); }};
  EXPECT_TRUE(sleep(Deadline::never(), Alertable::yes));
  EXPECT_EQ(log, (std::vector{1}));
}

TEST(Apcs, AreDiscardedByTheThreadsEndAndRefusedAfterIt) {
  std::vector<int> log;
  Call queued{log, 1}, late{log, 2};
  Ref<Thread> object;
  std::thread([&] {
    object = Ref<Thread>{&current_thread()};
    EXPECT_TRUE(object->queue_apc(queued));
  }).join();
  wait(*object, Deadline::never());
  EXPECT_EQ(log, (std::vector{-1}));
  EXPECT_FALSE(object->queue_apc(late));
}

TEST(Apcs, NoneIsLostBetweenThreads) {
  constexpr int kCalls = 1000;
  std::vector<int> log;
  std::vector<std::unique_ptr<Call>> calls;
  for (int i = 0; i < kCalls; ++i) calls.push_back(std::make_unique<Call>(log, i));
  Ref<Thread> target{&current_thread()};
  std::jthread other{[&] {
    for (auto& call : calls) EXPECT_TRUE(target->queue_apc(*call));
  }};
  while (log.size() < kCalls) EXPECT_TRUE(sleep(Deadline::never(), Alertable::yes));
  for (int i = 0; i < kCalls; ++i) ASSERT_EQ(log[static_cast<std::size_t>(i)], i);
}

TEST(Fork, TheChildWaitsAndSignalsOnItsOwn) {
  const auto event = make<Event>(Reset::automatic, false);
  std::atomic<Thread*> waiting{nullptr};
  std::jthread waiter{[&] {
    waiting = &current_thread();
    wait(*event, Deadline::never());
  }};
  while (!waiting) std::this_thread::yield();
  while (os::thread_is_running(waiting.load()->number())) std::this_thread::yield();

  const pid_t child = ::fork();
  if (child == 0) {
    event->set();  // No thread waits here: the child must take the signal.
    const bool taken = wait(*event, Deadline::at_once()).end == WaitEnd::satisfied;
    const bool renumbered = current_thread().number() == ::getpid();
    ::_exit(taken && renumbered ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  event->set();
}

}  // namespace
}  // namespace wsalive::kernel
