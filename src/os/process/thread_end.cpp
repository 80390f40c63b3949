#include "os/process/thread_end.hpp"

#include <pthread.h>

#include <array>
#include <bit>
#include <mutex>

#include "base/check.hpp"

namespace wsalive::os {
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

}  // namespace wsalive::os
