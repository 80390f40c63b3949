// A thread of the library: it starts when it is first needed, runs none of the program's signal handlers, and never ends.
#pragma once

#include <atomic>
#include <mutex>

namespace wsalive::winsock {

class ServiceThread {
 public:
  /// Starts the thread unless it runs. \return false where the host gives no more threads.
  [[nodiscard]] bool ensure(void* (*body)(void*), void* argument) noexcept {
    return runs_.load(std::memory_order_acquire) || start(body, argument);
  }

  /// For the child of a fork, which does not have the thread.
  void begin_anew_in_child() noexcept;

 private:
  [[nodiscard]] bool start(void* (*body)(void*), void* argument) noexcept;

  std::atomic<bool> runs_{false};
  /// Taken with a socket's locks held, so never by the thread, which takes those.
  std::mutex mutex_;
};

/// Whether there is any: then another thread than the program's one may consume a socket's error.
[[nodiscard]] bool service_threads_run() noexcept;

}  // namespace wsalive::winsock
