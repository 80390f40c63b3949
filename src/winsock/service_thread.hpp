// A thread of the library's own: it starts with the first need of it, runs no handler of the program's, and stays.
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

  /// A forked child does not have it.
  void begin_anew_in_child() noexcept;

 private:
  [[nodiscard]] bool start(void* (*body)(void*), void* argument) noexcept;

  std::atomic<bool> runs_{false};
  /// Taken with a socket's locks held, so never by the thread, which takes those.
  std::mutex mutex_;
};

/// Whether there is any: then a socket's error may be met by another thread than the program's one.
[[nodiscard]] bool service_threads_run() noexcept;

}  // namespace wsalive::winsock
