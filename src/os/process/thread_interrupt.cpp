#include "os/process/thread_interrupt.hpp"

#include <linux/membarrier.h>
#include <pthread.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX's signals.
#include <sys/syscall.h>
#include <unistd.h>

#include <mutex>

namespace wsalive::os {

// True until the kernel has been asked.
constinit std::atomic<bool> detail::light_is_fence{true};
constinit std::atomic<int> detail::fence_word{0};

namespace {

constinit std::atomic<int> g_signal{0};
constinit std::mutex g_choosing;

void do_nothing(int /*signal*/) {}

bool is_ours(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == do_nothing;
}

bool install(int signal) {
  struct sigaction action {};
  action.sa_handler = do_nothing;
  action.sa_flags = SA_ONSTACK;
  ::sigemptyset(&action.sa_mask);
  return ::sigaction(signal, &action, nullptr) == 0;
}

bool is_free(int signal) {
  struct sigaction present {};
  return ::sigaction(signal, nullptr, &present) == 0 && (present.sa_flags & SA_SIGINFO) == 0 &&
         present.sa_handler == SIG_DFL;
}

/// From the top, where programs look last.
int choose_signal() {
  for (int signal = SIGRTMAX - 1; signal >= SIGRTMIN; --signal) {
    if (is_free(signal) && install(signal)) return signal;
  }
  return 0;
}

int interrupt_signal() {
  if (const int chosen = g_signal.load(std::memory_order_acquire); chosen != 0) return chosen;
  const std::lock_guard lock{g_choosing};
  if (g_signal.load(std::memory_order_relaxed) == 0) {
    g_signal.store(choose_signal(), std::memory_order_release);
  }
  return g_signal.load(std::memory_order_relaxed);
}

/// Whether the handler is still in place: a program may have taken the number for itself.
bool still_ours(int signal) {
  struct sigaction present {};
  return ::sigaction(signal, nullptr, &present) == 0 && is_ours(present);
}

long membarrier(int command) { return ::syscall(SYS_membarrier, command, 0, 0); }

}  // namespace

int own_thread() noexcept { return static_cast<int>(::syscall(SYS_gettid)); }

void allow_interrupts() noexcept {
  const int signal = interrupt_signal();
  if (signal == 0) return;
  sigset_t mask;
  ::sigemptyset(&mask);
  ::sigaddset(&mask, signal);
  ::pthread_sigmask(SIG_UNBLOCK, &mask, nullptr);
}

void interrupt_thread(int thread) noexcept {
  const int signal = interrupt_signal();
  if (signal == 0 || !still_ours(signal)) return;
  ::syscall(SYS_tgkill, ::getpid(), thread, signal);
}

void prepare_barriers() noexcept {
  const bool ready = membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0 &&
                     membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) == 0;
  detail::light_is_fence.store(!ready, std::memory_order_relaxed);
}

void heavy_barrier() noexcept {
  detail::fence();
  if (!detail::light_is_fence.load(std::memory_order_relaxed)) {
    membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
  }
}

}  // namespace wsalive::os
