// Waiting for objects: any of them or all of them, with a deadline, alertably or not.
//
// A wait is satisfied in the order in which waits began. "Any" takes the first signaled object of the
// list and touches no other; "all" takes none until it can take every one in one step. An alertable
// wait ends early if calls are queued to the thread: it runs them and says so. Objects that are
// signaled already win over queued calls.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "kernel/deadline.hpp"
#include "kernel/dispatcher.hpp"

namespace wsalive::kernel {

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
/// \param objects  0 to kMostWaitObjects, kept alive by the caller; none sleeps. For `all`, no object
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

}  // namespace wsalive::kernel
