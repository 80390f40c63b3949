// Waiting for objects: any of them or all of them, with a deadline, alertably or not.
//
// Waits are satisfied in the order in which they began. "Any" takes the first signaled object of the
// list and touches no other; "all" takes none until it can take every one in one step. An alertable
// wait ends early if calls are queued to the thread: it runs them and reports that. Objects that are
// signaled already go before queued calls.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "base/clock.hpp"
#include "kernel/dispatcher.hpp"
#include "kernel/handle_table.hpp"
#include "os/clock.hpp"

namespace wsalive::kernel {

// Until when a call waits. A call converts Windows' count of milliseconds to an instant once, at its
// start, so that a wait that is woken early and continues does not start its time again.

class Deadline {
 public:
  static constexpr std::uint32_t kInfinite = 0xffff'ffff;

  [[nodiscard]] static Deadline never() noexcept { return Deadline{Instant::max()}; }
  /// Already past: look once, do not sleep.
  [[nodiscard]] static Deadline at_once() noexcept { return Deadline{Instant::min()}; }
  /// A program's time-out: 0 looks once, kInfinite has no end, anything else is milliseconds from now.
  [[nodiscard]] static Deadline after(std::uint32_t milliseconds) noexcept {
    if (milliseconds == 0) return at_once();
    if (milliseconds == kInfinite) return never();
    return Deadline{os::monotonic_clock().now() + std::chrono::milliseconds{milliseconds}};
  }

  [[nodiscard]] bool looks_once() const noexcept { return instant_ == Instant::min(); }
  [[nodiscard]] Instant instant() const noexcept { return instant_; }

 private:
  explicit Deadline(Instant instant) noexcept : instant_(instant) {}
  Instant instant_;
};

/// MAXIMUM_WAIT_OBJECTS.
inline constexpr std::size_t kMostWaitObjects = 64;

enum class WaitFor : std::uint8_t { any, all };
enum class Alertable : std::uint8_t { no, yes };

enum class WaitEnd : std::uint8_t {
  satisfied,  ///< WAIT_OBJECT_0 + index
  abandoned,  ///< WAIT_ABANDONED_0 + index: a mutex was taken whose owner had ended
  timed_out,  ///< WAIT_TIMEOUT
  apcs_ran,   ///< WAIT_IO_COMPLETION
};

struct WaitResult {
  WaitEnd end = WaitEnd::timed_out;
  std::uint32_t index = 0;  ///< Of the object, for `any`; 0 for `all`.

  friend constexpr bool operator==(const WaitResult&, const WaitResult&) = default;
};

/// Waits in the calling thread.
///
/// \param objects  0 to kMostWaitObjects, kept alive by the caller; with none it only sleeps. For `all`, no object
///                 twice.
/// Throws std::bad_alloc if it is the thread's first call into the kernel and memory is short.
WaitResult wait(std::span<WaitObject* const> objects, WaitFor mode, Deadline deadline,
                Alertable alertable = Alertable::no);

inline WaitResult wait(WaitObject& object, Deadline deadline, Alertable alertable = Alertable::no) {
  WaitObject* const one[] = {&object};
  return wait(one, WaitFor::any, deadline, alertable);
}

/// Sleep and SleepEx. \return whether queued calls ended it.
bool sleep(Deadline deadline, Alertable alertable = Alertable::no);

// A wait in progress, as the dispatcher sees it. It lives on the waiting thread's stack; the thread that
// satisfies it does so under the dispatcher's lock and does not touch it afterwards.

struct Wait : Link {
  Thread* thread = nullptr;
  WaitFor mode = WaitFor::any;
  std::span<WaitBlock> blocks;
  WaitResult result;  ///< Written before `done`.
  std::atomic<bool> done{false};
  bool looks = false;  ///< An object is not watched, so the waiting thread checks it itself.

  /// Takes the objects if their state satisfies the wait. Under the lock.
  bool try_satisfy() noexcept;
  /// Puts the wait into its objects' queues, and takes it out. Under the lock.
  void enqueue() noexcept;
  void dequeue() noexcept;

 private:
  bool try_any() noexcept;
  bool try_all() noexcept;
};

/// Forgets all waits: in the child of a fork their threads do not exist. Under the lock.
void forget_waits() noexcept;

// The objects of one wait, found by their handles and kept alive while it lasts.

class WaitObjects {
 public:
  /// At most kMostWaitObjects times. \return false if the handle does not lead to an object that can be waited for.
  [[nodiscard]] bool add(HandleValue handle) noexcept {
    Pinned<WaitObject> pin = handles().find_waitable(handle);
    if (!pin) return false;
    objects_[count_] = pin.get();
    pins_[count_++] = std::move(pin);
    return true;
  }
  /// One that the caller keeps alive.
  void add(WaitObject& object) noexcept { objects_[count_++] = &object; }

  [[nodiscard]] std::span<WaitObject* const> all() const noexcept {
    return std::span{objects_}.first(count_);
  }
  [[nodiscard]] bool has_one_twice() const noexcept {
    const auto set = all();
    for (auto each = set.begin(); each != set.end(); ++each) {
      if (std::find(set.begin(), each, *each) != each) return true;
    }
    return false;
  }

 private:
  std::array<Pinned<WaitObject>, kMostWaitObjects> pins_;
  std::array<WaitObject*, kMostWaitObjects> objects_{};
  std::size_t count_ = 0;
};

}  // namespace wsalive::kernel
