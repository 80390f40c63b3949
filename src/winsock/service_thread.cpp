#include "winsock/service_thread.hpp"

#include <cstddef>
#include <new>

#include "os/process/signals.hpp"
#include "os/process/threads.hpp"

namespace wsalive::winsock {
namespace {

constexpr std::size_t kStackBytes = std::size_t{256} * 1024;

constinit std::atomic<bool> g_any{false};

}  // namespace

bool ServiceThread::start(void* (*body)(void*), void* argument) noexcept {
  const std::lock_guard lock{mutex_};
  if (runs_.load(std::memory_order_relaxed)) return true;
  const os::AllSignalsBlocked quiet;
  if (!os::start_thread(kStackBytes, body, argument)) return false;
  g_any.store(true, std::memory_order_release);
  runs_.store(true, std::memory_order_release);
  return true;
}

void ServiceThread::begin_anew_in_child() noexcept {
  new (&mutex_) std::mutex;
  runs_.store(false);
}

bool service_threads_run() noexcept { return g_any.load(std::memory_order_acquire); }

}  // namespace wsalive::winsock
