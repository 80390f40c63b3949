// Objects that can be waited for, and the one lock under which they change.
//
// As in Windows' own kernel of old, a single lock guards the state of all such objects and all waits:
// "all of these at once" is then a loop, and no wake-up can fall between a look and a sleep. It is held
// for tens of nanoseconds and never during a system call; threads that were satisfied meanwhile are
// woken after it. Completion ports, the busy ones, have locks of their own.
//
// A new kind of object derives from WaitObject, says when it is signaled and what taking it does, and
// calls signal_waiters() under the lock whenever it may have become signaled.
#pragma once

#include <array>
#include <cstddef>
#include <mutex>

#include "base/intrusive_list.hpp"
#include "kernel/object.hpp"

namespace wsalive::kernel {

// Threads to be woken once a lock is released: declared before the lock is taken, it wakes when it
// goes. It keeps the threads, which may be on their way to their end.

class PortPoller;
class Thread;

class WakeList {
 public:
  WakeList() noexcept;
  WakeList(const WakeList&) = delete;
  WakeList& operator=(const WakeList&) = delete;
  ~WakeList();

  void add(Thread& thread) noexcept;
  /// To be kicked rather than woken; the port keeps it.
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

/// Holds the dispatcher's lock; wakes the threads that were satisfied under it once it is released.
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

/// How taking a signaled object ended; `lost` is another process that was faster.
enum class Taken : std::uint8_t { normally, abandoned, lost };

class WaitObject : public Object {
 public:
  [[nodiscard]] WaitObject* waitable() noexcept final { return this; }

  // All of the following under the dispatcher's lock.

  /// Whether `thread` could go on now.
  [[nodiscard]] virtual bool is_signaled(const Thread& thread) const noexcept = 0;
  /// Lets `thread` go on; only when signaled. An auto-reset event is reset here, a mutex gets its owner.
  virtual Taken take(Thread& thread) noexcept = 0;
  /// Undoes a take: the wait wanted others too, and lost one of them to another process.
  virtual void put_back(Thread& /*thread*/) noexcept {}

  /// Satisfies, oldest first, every wait that this object's new state lets go on.
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
  /// Whether somebody tells the waiters of every change. If not, they look themselves now and then.
  [[nodiscard]] virtual bool is_watched() const noexcept { return true; }

 protected:
  using Object::Object;
  /// The first waiter has come, and the last has gone.
  virtual void waiters_came() noexcept {}
  virtual void waiters_went() noexcept {}

 private:
  IntrusiveList<WaitBlock> waiters_;
};

/// The lock itself, for the handlers around fork.
[[nodiscard]] std::mutex& dispatcher_mutex() noexcept;

}  // namespace wsalive::kernel
