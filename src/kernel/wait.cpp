#include "kernel/wait.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "base/immortal.hpp"
#include "kernel/completion_port.hpp"
#include "kernel/thread.hpp"
#include "os/clock.hpp"

namespace wsalive::kernel {
namespace {

/// Waits in progress; under the dispatcher's lock.
constinit Immortal<IntrusiveList<Wait>> the_waits;

/// How often a wait checks an object that is not watched.
constexpr std::chrono::milliseconds kOwnLook{50};

Instant next_look(const Wait& wait, Instant end) noexcept {
  return wait.looks ? std::min(end, os::monotonic_clock().now() + kOwnLook) : end;
}

/// Sleeps until the queued wait is satisfied, its time is up, or (alertable) calls are queued.
void sleep_until_done(Wait& wait, Deadline deadline, Alertable alertable) noexcept {
  const BlockedScope blocked;
  for (;;) {
    const Instant until = next_look(wait, deadline.instant());
    const bool in_time = wait.thread->sleep_until_woken(until);
    if (wait.done.load(std::memory_order_acquire)) return;
    const bool called = alertable == Alertable::yes && wait.thread->has_apcs();
    if (in_time && !called) continue;  // Woken for a reason that no longer holds.

    const DispatcherLock lock;
    if (wait.done.load(std::memory_order_relaxed)) return;
    const bool found = wait.looks && wait.try_satisfy();
    if (!found && !called && until < deadline.instant()) continue;
    wait.dequeue();
    if (!found) wait.result = {called ? WaitEnd::apcs_ran : WaitEnd::timed_out};
    return;
  }
}

/// \return false if the wait was decided without sleeping.
bool begin_wait(Wait& wait, Deadline deadline, Alertable alertable) noexcept {
  const DispatcherLock lock;
  if (wait.try_satisfy()) return false;
  if (alertable == Alertable::yes && wait.thread->has_apcs()) {
    wait.result = {WaitEnd::apcs_ran};
    return false;
  }
  if (deadline.looks_once()) return false;
  wait.enqueue();
  return true;
}

}  // namespace

bool Wait::try_satisfy() noexcept { return mode == WaitFor::any ? try_any() : try_all(); }

bool Wait::try_any() noexcept {
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    WaitObject& object = *blocks[i].object;
    if (!object.is_signaled(*thread)) continue;
    const Taken taken = object.take(*thread);
    if (taken == Taken::lost) continue;
    const bool abandoned = taken == Taken::abandoned;
    result = {abandoned ? WaitEnd::abandoned : WaitEnd::satisfied, static_cast<std::uint32_t>(i)};
    return true;
  }
  return false;
}

bool Wait::try_all() noexcept {
  if (blocks.empty()) return false;
  const auto ready = [this](const WaitBlock& block) { return block.object->is_signaled(*thread); };
  if (!std::ranges::all_of(blocks, ready)) return false;
  bool abandoned = false;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const Taken taken = blocks[i].object->take(*thread);
    if (taken == Taken::lost) {
      for (std::size_t back = 0; back < i; ++back) blocks[back].object->put_back(*thread);
      return false;
    }
    abandoned |= taken == Taken::abandoned;
  }
  result = {abandoned ? WaitEnd::abandoned : WaitEnd::satisfied};
  return true;
}

void Wait::enqueue() noexcept {
  for (WaitBlock& block : blocks) {
    block.object->add_waiter(block);
    looks |= !block.object->is_watched();
  }
  the_waits.value.push_back(*this);
}

void Wait::dequeue() noexcept {
  for (WaitBlock& block : blocks) block.object->remove_waiter(block);
  unlink();
}

void forget_waits() noexcept {
  while (Wait* const wait = the_waits.value.front()) wait->dequeue();
}

WaitResult wait(std::span<WaitObject* const> objects, WaitFor mode, Deadline deadline,
                Alertable alertable) {
  Thread& thread = current_thread();
  std::array<WaitBlock, kMostWaitObjects> blocks;
  Wait wait;
  wait.thread = &thread;
  wait.mode = mode;
  wait.blocks = std::span{blocks}.first(objects.size());
  for (std::size_t i = 0; i < objects.size(); ++i) {
    blocks[i].wait = &wait;
    blocks[i].object = objects[i];
  }
  if (begin_wait(wait, deadline, alertable)) sleep_until_done(wait, deadline, alertable);
  if (wait.result.end == WaitEnd::apcs_ran) thread.run_apcs();
  return wait.result;
}

bool sleep(Deadline deadline, Alertable alertable) {
  return wait({}, WaitFor::any, deadline, alertable).end == WaitEnd::apcs_ran;
}

}  // namespace wsalive::kernel
