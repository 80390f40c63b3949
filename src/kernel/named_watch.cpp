#include "kernel/named_watch.hpp"

#include <chrono>

#include "kernel/thread.hpp"
#include "os/clock.hpp"
#include "os/process/futex.hpp"
#include "os/process/threads.hpp"

namespace wsalive::kernel {
namespace {

constexpr int kEveryone = 0x7fffffff;
/// How soon the end of a mutex' owner in a process that was killed is noticed.
constexpr std::chrono::milliseconds kLook{50};

}  // namespace

void announce(SharedState& state) noexcept {
  state.changes.fetch_add(1, std::memory_order_release);
  os::futex_wake(&state.changes, kEveryone, os::FutexReach::machine);
}

void NamedWatch::waiters_came() noexcept {
  const std::uint32_t now = fork_generation();
  if (running_ && generation_ == now) return;
  // The thread's; that of one that a fork has lost is this one's now.
  if (!running_) object_.add_reference();
  generation_ = now;
  running_ = os::start_thread(os::kSmallStack, &NamedWatch::run, this).has_value();
  if (!running_) object_.drop_reference();
}

void* NamedWatch::run(void* watch) {
  auto& self = *static_cast<NamedWatch*>(watch);
  std::uint32_t seen = 0;
  while (self.look(seen)) {
    const Instant next = os::monotonic_clock().now() + kLook;
    const Instant until = self.state_.kind == Kind::mutex ? next : Instant::max();
    static_cast<void>(os::futex_wait(self.state_.changes, seen, until, os::FutexReach::machine));
  }
  self.object_.drop_reference();
  return nullptr;
}

/// Signals the waiters that the current state satisfies. \return false when no waiter is left.
bool NamedWatch::look(std::uint32_t& seen) noexcept {
  DispatcherLock lock;
  seen = state_.changes.load(std::memory_order_acquire);
  object_.signal_waiters(lock);
  running_ = object_.has_waiters();
  return running_;
}

}  // namespace wsalive::kernel
