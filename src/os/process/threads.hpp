// Threads as Linux has them: their numbers, whether one runs, and starting a detached one.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/result.hpp"

namespace wsalive::os {

/// The number of the calling thread, as in /proc/self/task.
[[nodiscard]] std::int32_t thread_number() noexcept;

/// Whether a thread of this process is running or ready to run, rather than asleep in the kernel.
/// \return true where it cannot be told (no /proc), false for a thread that is gone.
[[nodiscard]] bool thread_is_running(std::int32_t number) noexcept;

/// Whether this process still has a thread of that number.
[[nodiscard]] bool thread_exists(std::int32_t number) noexcept;

/// Enough for a thread that waits and tells.
inline constexpr std::size_t kSmallStack = 65'536;

/// Starts a detached thread.
///
/// \param stack_bytes  0 takes the default; anything else is rounded up to what Linux allows.
/// \return EAGAIN or ENOMEM where the host gives no more.
[[nodiscard]] Status start_thread(std::size_t stack_bytes, void* (*body)(void*), void* argument);

/// Ends the calling thread: objects on its stack and thread-local ones are destroyed first.
[[noreturn]] void end_thread();

/// Lets another thread that is ready run.
void yield_processor() noexcept;

/// Asks the scheduler to run the calling thread soon after it wakes up, for threads that do little and
/// must do it in time: real-time (SCHED_FIFO, lowest priority, not handed down by fork) where the
/// process may, else short turns (Linux 6.12 and later). A thread that is not scheduled in the ordinary
/// way, or that a seccomp filter watches, stays as it is: a filter may kill who asks.
void run_promptly() noexcept;

// Work for the end of a thread, without an allocation, and with four bytes of a thread's own storage for all of it. A
// thread-local object with a destructor takes memory when a thread first comes to it, and the C library ends the process
// where there is none.

/// One kind of work; in static storage, constant-initialised. There may be 32.
struct ThreadEndWork {
  void (*run)() noexcept;
  std::atomic<std::uint32_t> bit{0};  ///< Given by the first call.
};

/// Has `work.run` called on the calling thread when it ends, once; after the destructors of its C++ objects. Again for
/// work that is noted while it ends.
/// \return false if the host has no room for it; then nothing has happened.
[[nodiscard]] bool run_at_thread_end(ThreadEndWork& work) noexcept;

}  // namespace wsalive::os
