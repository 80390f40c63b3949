// Objects that can be waited for, and the one lock under which they change.
//
// As in older Windows kernels, a single lock guards the state of all such objects and all waits:
// so "all of these at once" is a loop, and no wake-up is lost between a check and a sleep. The lock is held
// for tens of nanoseconds and never during a system call; the threads whose waits were satisfied are
// woken after it is released. Completion ports, the busy objects, have locks of their own.
//
// A new kind of object derives from WaitObject, implements is_signaled() and take(), and
// calls signal_waiters() under the lock whenever it may have become signaled.
#pragma once

#include <array>
#include <cstddef>
#include <mutex>

#include "base/intrusive_list.hpp"
#include "kernel/object.hpp"

namespace wsalive::kernel {

// The threads to wake once a lock is released: declared before the lock is taken, so that its destructor wakes them
// afterwards. It holds references, because a thread may be ending.

class PortPoller;
class Thread;

class WakeList {
 public:
  WakeList() noexcept;
  WakeList(const WakeList&) = delete;
  WakeList& operator=(const WakeList&) = delete;
  ~WakeList();

  void add(Thread& thread) noexcept;
  /// A poller to kick; the caller keeps it alive.
  void add(PortPoller& poller) noexcept { poller_ = &poller; }

 private:
  void wake_all() noexcept;

  std::array<Ref<Thread>, 8> threads_;
  std::size_t count_ = 0;
  PortPoller* poller_ = nullptr;
};

class WaitObject;
struct Wait;

/// Ties one wait to one of the objects it waits for.
struct WaitBlock : Link {
  Wait* wait = nullptr;
  WaitObject* object = nullptr;
};

/// Holds the dispatcher's lock. Once it is released, it wakes the threads whose waits were satisfied under it.
class DispatcherLock {
 public:
  DispatcherLock();
  ~DispatcherLock();
  DispatcherLock(const DispatcherLock&) = delete;
  DispatcherLock& operator=(const DispatcherLock&) = delete;

  void wake_later(Thread& thread) noexcept { woken_.add(thread); }

 private:
  WakeList woken_;  // Wakes in its destructor, after ~DispatcherLock has unlocked.
};

/// How taking a signaled object ended; `lost`: another process took it first.
enum class Taken : std::uint8_t { normally, abandoned, lost };

class WaitObject : public Object {
 public:
  [[nodiscard]] WaitObject* waitable() noexcept final { return this; }

  // All of the following under the dispatcher's lock.

  /// Whether the object's state satisfies a wait of `thread`.
  [[nodiscard]] virtual bool is_signaled(const Thread& thread) const noexcept = 0;
  /// Changes the state as a satisfied wait of `thread` does: resets an auto-reset event, makes `thread` a mutex' owner. Only
  /// when signaled.
  virtual Taken take(Thread& thread) noexcept = 0;
  /// Undoes a take, for a wait for several objects of which another process took one first.
  virtual void put_back(Thread& /*thread*/) noexcept {}

  /// Satisfies, oldest first, the waits that the current state satisfies.
  void signal_waiters(DispatcherLock& lock) noexcept;

  void add_waiter(WaitBlock& block) noexcept {
    const bool first = waiters_.empty();
    waiters_.push_back(block);
    if (first) waiters_came();
  }
  void remove_waiter(WaitBlock& block) noexcept {
    block.unlink();
    if (waiters_.empty()) waiters_went();
  }
  [[nodiscard]] bool has_waiters() const noexcept { return !waiters_.empty(); }
  /// Whether every change calls signal_waiters(). If not, the waiters check the object themselves now and then.
  [[nodiscard]] virtual bool is_watched() const noexcept { return true; }

 protected:
  using Object::Object;
  /// Called when the first waiter has come, and when the last has gone.
  virtual void waiters_came() noexcept {}
  virtual void waiters_went() noexcept {}

 private:
  IntrusiveList<WaitBlock> waiters_;
};

/// The lock itself, for the handlers around fork.
[[nodiscard]] std::mutex& dispatcher_mutex() noexcept;

}  // namespace wsalive::kernel
