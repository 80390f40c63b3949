// Waking a thread that is blocked in a system call, and ordering two threads' stores so that the one that
// blocks pays nothing.
//
// A blocked thread is woken by a real-time signal of its own with an empty handler and without
// SA_RESTART: its call ends with EINTR. The signal is chosen once, among those without a handler.
// A signal that arrives before the call begins is lost, so the waker repeats it until it sees that the
// thread has left.
#pragma once

#include <atomic>

namespace wsalive::os {

/// The calling thread's number, for `interrupt_thread`.
[[nodiscard]] int own_thread() noexcept;

/// Lets the calling thread be interrupted: takes the signal out of its mask. Once per thread.
void allow_interrupts() noexcept;

/// Ends the blocking system call of a thread of this process, if it is in one.
void interrupt_thread(int thread) noexcept;

/// Chooses how the two barriers below work; before the first of them, and again in a forked child.
/// Cheapest while the process has one thread.
void prepare_barriers() noexcept;

/// The pair: one thread stores A, light_barrier(), loads B; another stores B, heavy_barrier(), loads A;
/// then at least one of them sees the other's store. The light one costs nothing where the kernel
/// has membarrier, else a fence.
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
