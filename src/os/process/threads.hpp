// Threads as Linux has them: their numbers and states, starting and ending one, and interrupting one in a system call.
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

/// Whether a thread of any process lives. The threads of a process that has ended do not, even before its parent reaps it.
[[nodiscard]] bool thread_lives(std::int32_t process, std::int32_t thread) noexcept;

/// Enough for a thread that only waits and reports.
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
/// must do it in time: real-time (SCHED_FIFO, lowest priority, not inherited by fork) where the
/// process may, else short turns (Linux 6.12 and later). Does nothing in a thread whose scheduling was changed already, and
/// under a seccomp filter, which might kill the process for the call.
void run_promptly() noexcept;

// Work for the end of a thread, without an allocation: all of it takes four bytes of the thread's own storage. A thread-local
// object with a destructor would allocate at a thread's first use, and the C library ends the process if that fails.

/// One kind of work; in static storage, constant-initialised. There may be 32.
struct ThreadEndWork {
  void (*run)() noexcept;
  std::atomic<std::uint32_t> bit{0};  ///< Given by the first call.
};

/// Calls `work.run` once when the calling thread ends, after the destructors of its C++ objects. Work that is noted
/// meanwhile runs, too.
/// \return false, with nothing changed, if the host has no room for it.
[[nodiscard]] bool run_at_thread_end(ThreadEndWork& work) noexcept;

// Interrupting a thread that is blocked in a system call, and ordering two threads' stores so that the thread that
// blocks pays nothing.
//
// A real-time signal with an empty handler and without SA_RESTART ends the thread's call with EINTR. The library chooses that
// signal once, among those without a handler. A signal that arrives before the call begins is lost, so the interrupting thread
// repeats it until it sees that the other has left the call.

/// Unblocks that signal in the calling thread. Once per thread.
void allow_interrupts() noexcept;

/// Ends the blocking system call of a thread of this process, if it is in one.
void interrupt_thread(int thread) noexcept;

/// Chooses how the two barriers below work. Call it before the first of them, and again in a forked child; it is
/// cheapest while the process has one thread.
void prepare_barriers() noexcept;

/// The pair: one thread stores A, light_barrier(), loads B; another stores B, heavy_barrier(), loads A;
/// then at least one of them sees the other's store. The light barrier costs nothing where the kernel
/// has membarrier, and a fence elsewhere.
void heavy_barrier() noexcept;

namespace detail {
extern std::atomic<bool> light_is_fence;
extern std::atomic<int> fence_word;
/// A fence that sanitizers understand: the second thread sees all that the first one stored before.
inline void fence() noexcept { fence_word.fetch_add(0, std::memory_order_seq_cst); }
}  // namespace detail

inline void light_barrier() noexcept {
  std::atomic_signal_fence(std::memory_order_seq_cst);
  if (detail::light_is_fence.load(std::memory_order_relaxed)) [[unlikely]] {
    detail::fence();
  }
}

}  // namespace wsalive::os
