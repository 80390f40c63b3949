// Completion ports: order of packets and threads, the concurrency value, and every way a wait ends.

#include "kernel/completion_port.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <thread>
#include <vector>

#include "kernel/handle_table.hpp"
#include "kernel/sync_objects.hpp"
#include "os/process/threads.hpp"

namespace wsalive::kernel {
namespace {

/// A packet that counts its releases.
struct Posted : Packet {
  explicit Posted(std::uintptr_t key) {
    entry.key = key;
    release = [](Packet& packet) noexcept { ++static_cast<Posted&>(packet).released; };
  }
  std::atomic<int> released{0};
};

struct Taken1 {
  PortResult result;
  PortEntry entry;
};

Taken1 take_one(CompletionPort& port, Deadline deadline, Alertable alertable = Alertable::no) {
  Taken1 taken;
  taken.result = port.take({&taken.entry, 1}, deadline, alertable);
  return taken;
}

/// A thread that takes packets and says what it is doing.
class Worker {
 public:
  explicit Worker(CompletionPort& port) : thread_([this, &port] { run(port); }) {}

  void until_asleep() const {
    while (!object_) std::this_thread::yield();
    while (os::thread_is_running(object_.load()->number())) std::this_thread::yield();
  }
  [[nodiscard]] int taken() const { return taken_; }
  void join() { thread_.join(); }

 private:
  void run(CompletionPort& port) {
    object_ = &current_thread();
    while (take_one(port, Deadline::never()).result.end == PortEnd::entries) ++taken_;
  }

  std::atomic<Thread*> object_{nullptr};
  std::atomic<int> taken_{0};
  std::jthread thread_;  // Last: it uses the rest.
};

/// A port with one handle in a table, as programs have it.
class Port : public testing::Test {
 protected:
  void open(std::uint32_t concurrency) {
    port_ = make<CompletionPort>(concurrency);
    handle_ = table_.insert(port_);
  }
  void close() { EXPECT_TRUE(table_.close(handle_)); }

  HandleTable table_;
  Ref<CompletionPort> port_;
  HandleValue handle_ = 0;
};

TEST_F(Port, GivesPacketsInTheirOrderAndReleasesEachOnce) {
  open(1);
  Posted a{1}, b{2};
  a.entry = {.key = 1, .overlapped = &a, .bytes = 7, .status = 64};
  port_->post(a);
  port_->post(b);
  const Taken1 first = take_one(*port_, Deadline::at_once());
  EXPECT_EQ(first.result.end, PortEnd::entries);
  EXPECT_EQ(first.result.count, 1U);
  EXPECT_EQ(first.entry.key, 1U);
  EXPECT_EQ(first.entry.overlapped, &a);
  EXPECT_EQ(first.entry.bytes, 7U);
  EXPECT_EQ(first.entry.status, 64U);
  EXPECT_EQ(a.released, 1);
  EXPECT_EQ(b.released, 0);
  EXPECT_EQ(take_one(*port_, Deadline::never()).entry.key, 2U);
  EXPECT_EQ(b.released, 1);
  close();
}

TEST_F(Port, TakesManyAtOnceAndNoMoreThanThereAre) {
  open(1);
  std::array<PortEntry, 4> out{};
  Posted a{1}, b{2}, c{3}, d{4}, e{5};
  for (Posted* packet : {&a, &b, &c, &d, &e}) port_->post(*packet);
  EXPECT_EQ(port_->take(out, Deadline::at_once()).count, 4U);
  EXPECT_EQ(out[0].key, 1U);
  EXPECT_EQ(out[3].key, 4U);
  EXPECT_EQ(port_->take(out, Deadline::at_once()).count, 1U);
  EXPECT_EQ(out[0].key, 5U);
  EXPECT_EQ(out[1].key, 2U) << "written past what was taken";
  close();
}

TEST_F(Port, ATimeOutLeavesTheOutputAlone) {
  open(1);
  PortEntry entry{.key = 99};
  const Instant before = os::monotonic_clock().now();
  EXPECT_EQ(port_->take({&entry, 1}, Deadline::at_once()).end, PortEnd::timed_out);
  EXPECT_EQ(port_->take({&entry, 1}, Deadline::after(3)).end, PortEnd::timed_out);
  EXPECT_GE(os::monotonic_clock().now() - before, std::chrono::milliseconds{3});
  EXPECT_EQ(entry.key, 99U);
  close();
}

TEST_F(Port, QueuedCallsEndAnAlertableWaitOnly) {
  open(1);
  static int ran = 0;
  Apc call;
  call.run = [](Apc&) { ++ran; };
  ASSERT_TRUE(current_thread().queue_apc(call));
  EXPECT_EQ(take_one(*port_, Deadline::after(1)).result.end, PortEnd::timed_out);
  EXPECT_EQ(ran, 0);
  EXPECT_EQ(take_one(*port_, Deadline::never(), Alertable::yes).result.end, PortEnd::apcs_ran);
  EXPECT_EQ(ran, 1);

  Ref<Thread> self{&current_thread()};
  std::jthread other{[&] { EXPECT_TRUE(self->queue_apc(call)); }};
  EXPECT_EQ(take_one(*port_, Deadline::never(), Alertable::yes).result.end, PortEnd::apcs_ran);
  EXPECT_EQ(ran, 2);
  close();
}

TEST_F(Port, ClosingSendsWaitersAwayAndReleasesWhatIsQueued) {
  open(2);
  Worker a{*port_}, b{*port_};
  a.until_asleep();
  b.until_asleep();
  close();
  a.join();
  b.join();
  Posted late{1};
  port_->post(late);
  EXPECT_EQ(late.released, 1);
  EXPECT_EQ(take_one(*port_, Deadline::never()).result.end, PortEnd::closed);

  open(1);
  Posted queued{1};
  port_->post(queued);
  close();
  EXPECT_EQ(queued.released, 1);
}

TEST_F(Port, TheLatestWaiterIsServedFirst) {
  open(4);
  Worker first{*port_};
  first.until_asleep();
  Worker latest{*port_};
  latest.until_asleep();
  for (int i = 0; i < 20; ++i) {
    Posted packet{1};
    port_->post(packet);
    while (packet.released == 0) std::this_thread::yield();
    latest.until_asleep();
  }
  EXPECT_EQ(latest.taken(), 20);
  EXPECT_EQ(first.taken(), 0);
  close();
}

/// Two workers, each of which holds its packet for as long as the test says, in the given way.
class Concurrency : public Port {
 protected:
  template <typename Hold>
  void start(Hold hold) {
    for (int i = 0; i < 2; ++i) {
      threads_.emplace_back([this, hold] {
        while (take_one(*port_, Deadline::never()).result.end == PortEnd::entries) {
          const int now = ++inside_;
          most_ = std::max(most_.load(), now);
          hold();
          --inside_;
        }
      });
    }
  }
  void post_two() {
    port_->post(one_);
    port_->post(two_);
  }
  void finish() {
    while (one_.released + two_.released != 2 || inside_ != 0) std::this_thread::yield();
    close();
    threads_.clear();
  }

  Posted one_{1}, two_{2};
  std::atomic<int> inside_{0}, most_{0};
  std::vector<std::jthread> threads_;
};

TEST_F(Concurrency, OneRunningThreadKeepsTheOtherWaiting) {
  open(1);
  start([] {
    const Instant end = os::monotonic_clock().now() + std::chrono::milliseconds{15};
    while (os::monotonic_clock().now() < end) {
    }
  });
  post_two();
  finish();
  EXPECT_EQ(most_, 1);
}

TEST_F(Concurrency, TwoMayRunWhereTheValueIsTwo) {
  open(2);
  start([this] {
    while (most_ < 2) std::this_thread::yield();
  });
  post_two();
  finish();
  EXPECT_EQ(most_, 2);
}

TEST_F(Concurrency, AThreadThatWaitsMakesRoomAtOnce) {
  open(1);
  const auto both_inside = make<Event>(Reset::manual, false);
  start([&] {
    if (inside_ == 2) both_inside->set();
    wait(*both_inside, Deadline::never());
  });
  post_two();
  finish();
  EXPECT_EQ(most_, 2);
}

TEST_F(Concurrency, AThreadAsleepWhereWeCannotSeeItMakesRoomToo) {
  open(1);
  std::mutex mutex;
  std::condition_variable changed;
  start([&] {
    std::unique_lock lock{mutex};
    changed.notify_all();
    changed.wait(lock, [&] { return most_ == 2; });
  });
  post_two();
  finish();
  EXPECT_EQ(most_, 2);
}

TEST_F(Port, NothingIsLostAmongManyPostersAndTakers) {
  constexpr int kPosters = 3, kTakers = 3, kEach = 1000;
  open(2);
  std::vector<std::unique_ptr<Posted>> packets;
  for (int i = 0; i < kPosters * kEach; ++i) packets.push_back(std::make_unique<Posted>(1));
  std::atomic<int> taken{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kTakers; ++t) {
      threads.emplace_back([&, t] {
        std::array<PortEntry, 5> out{};
        while (taken < kPosters * kEach) {
          const auto some = std::span{out}.first(t == 0 ? 5 : 1);
          const PortResult result = port_->take(some, Deadline::after(1), Alertable::yes);
          if (result.end == PortEnd::entries) taken += static_cast<int>(result.count);
        }
      });
    }
    for (int p = 0; p < kPosters; ++p) {
      threads.emplace_back([&, p] {
        for (int i = 0; i < kEach; ++i) {
          port_->post(*packets[static_cast<std::size_t>(p * kEach + i)]);
        }
      });
    }
  }
  EXPECT_EQ(taken, kPosters * kEach);
  for (const auto& packet : packets) ASSERT_EQ(packet->released, 1);
  EXPECT_EQ(port_->queued(), 0U);
  close();
}

}  // namespace
}  // namespace wsalive::kernel
