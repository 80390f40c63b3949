#include "os/process/threads.hpp"

#include <fcntl.h>
#include <linux/membarrier.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX's signals.
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <mutex>
#include <string_view>

#include "base/check.hpp"
#include "base/owned.hpp"

namespace wsalive::os {
namespace {

/// The letter behind the name in /proc/self/task/N/stat: "N (name) S ..."; '\0' if it is not there.
char state_letter(std::string_view stat) noexcept {
  const std::size_t end = stat.rfind(") ");
  return end == std::string_view::npos || end + 2 >= stat.size() ? '\0' : stat[end + 2];
}

/// The kernel's struct sched_attr, first version.
struct SchedulerValues {
  std::uint32_t size;
  std::uint32_t policy;
  std::uint64_t flags;
  std::int32_t nice;
  std::uint32_t priority;
  std::uint64_t runtime;
  std::uint64_t deadline;
  std::uint64_t period;
};

/// Room below which a thread of the library could not even report its errors.
constexpr std::size_t kLeastStack = 65'536;

}  // namespace

std::int32_t thread_number() noexcept { return static_cast<std::int32_t>(::syscall(SYS_gettid)); }

bool thread_exists(std::int32_t number) noexcept {
  return ::syscall(SYS_tgkill, ::getpid(), number, 0) == 0;
}

bool thread_is_running(std::int32_t number) noexcept {
  std::array<char, 64> path{};
  std::snprintf(path.data(), path.size(), "/proc/self/task/%d/stat", number);
  const Fd file{::open(path.data(), O_RDONLY | O_CLOEXEC)};
  if (!file) return errno != ENOENT || ::access("/proc/self/task", F_OK) != 0;
  std::array<char, 128> text{};
  const ssize_t length = ::read(file.get(), text.data(), text.size());
  if (length <= 0) return length < 0 && errno != ESRCH;
  return state_letter({text.data(), static_cast<std::size_t>(length)}) == 'R';
}

namespace {

/// A process that has ended keeps its number until its parent reaps it.
bool has_ended(std::int32_t process) noexcept {
  const Fd held{static_cast<int>(::syscall(SYS_pidfd_open, process, 0U))};
  pollfd state{held.get(), POLLIN, 0};
  return held && ::poll(&state, 1, 0) == 1;
}

}  // namespace

bool thread_lives(std::int32_t process, std::int32_t thread) noexcept {
  if (::syscall(SYS_tgkill, process, thread, 0) != 0 && errno == ESRCH) return false;
  return thread != process || !has_ended(process);
}

Status start_thread(std::size_t stack_bytes, void* (*body)(void*), void* argument) {
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  int refused = 0;
  if (stack_bytes != 0) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const auto least = std::max(kLeastStack, static_cast<std::size_t>(PTHREAD_STACK_MIN));
    const std::size_t rounded = (std::max(stack_bytes, least) + page - 1) / page * page;
    refused = ::pthread_attr_setstacksize(&attributes, rounded);
  }
  pthread_t thread{};
  if (refused == 0) refused = ::pthread_create(&thread, &attributes, body, argument);
  ::pthread_attr_destroy(&attributes);
  if (refused != 0) return failure(refused, "pthread_create");
  return {};
}

void run_promptly() noexcept {
  constexpr std::uint64_t kShortTurn = 100'000;  // Nanoseconds; the scheduler's least.
  constexpr std::uint64_t kResetOnFork = 1;
  if (::prctl(PR_GET_SECCOMP) > 0) return;
  const int kept = errno;
  SchedulerValues values{};
  values.size = sizeof values;
  const bool ordinary = ::syscall(SYS_sched_getattr, 0, &values, sizeof values, 0) == 0 &&
                        values.policy == SCHED_OTHER;
  if (ordinary) {
    SchedulerValues real_time{};
    real_time.size = sizeof real_time;
    real_time.policy = SCHED_FIFO;
    real_time.flags = kResetOnFork;
    real_time.priority = 1;
    values.size = sizeof values;
    values.runtime = kShortTurn;
    if (::syscall(SYS_sched_setattr, 0, &real_time, 0) != 0) {
      ::syscall(SYS_sched_setattr, 0, &values, 0);
    }
  }
  errno = kept;
}

void end_thread() { ::pthread_exit(nullptr); }

void yield_processor() noexcept { ::sched_yield(); }

namespace {

constinit std::mutex g_works_mutex;
constinit std::array<const ThreadEndWork*, 32> g_works{};
constinit unsigned g_work_count = 0;

/// Made when the library is loaded: the C library has room in each thread for the values of the first 32 keys, and takes
/// memory for the others.
constinit pthread_key_t g_end_key = 0;
constinit bool g_has_end_key = false;

constinit thread_local std::uint32_t t_noted = 0;

void run_noted(void* /*marker*/) {
  while (t_noted != 0) {
    const auto first = static_cast<std::size_t>(std::countr_zero(t_noted));
    t_noted &= t_noted - 1;
    g_works[first]->run();
  }
}

[[gnu::constructor]] void make_end_key_at_load() {
  g_has_end_key = ::pthread_key_create(&g_end_key, run_noted) == 0;
}

std::uint32_t give_bit(ThreadEndWork& work) noexcept {
  const std::lock_guard lock{g_works_mutex};
  std::uint32_t bit = work.bit.load(std::memory_order_relaxed);
  if (bit != 0) return bit;
  WSALIVE_CHECK(g_work_count < g_works.size());
  g_works[g_work_count] = &work;
  bit = 1U << g_work_count++;
  work.bit.store(bit, std::memory_order_release);
  return bit;
}

}  // namespace

bool run_at_thread_end(ThreadEndWork& work) noexcept {
  std::uint32_t bit = work.bit.load(std::memory_order_acquire);
  if (bit != 0 && (t_noted & bit) != 0) return true;
  if (bit == 0) bit = give_bit(work);
  // Any value but none: what there is to do is in t_noted.
  if (!g_has_end_key || ::pthread_setspecific(g_end_key, &g_works) != 0) return false;
  t_noted |= bit;
  return true;
}

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
