// Asynchronous procedure calls: work queued to a thread, which runs it in its next alertable wait.
//
// Completion routines of overlapped operations are the reason. An Apc is embedded in whatever it
// belongs to, so queueing allocates nothing and cannot fail but for a thread that has ended.
#pragma once

#include <atomic>
#include <mutex>

namespace wsalive::kernel {

/// One queued call. Whoever derives from or embeds it owns its memory until `run` or `discard` is
/// called, of which exactly one is, and may free it there.
struct Apc {
  /// Runs in the target thread, without locks; may queue, wait, and run others by waiting alertably.
  void (*run)(Apc&) = nullptr;
  /// The target thread ended first. Runs in that thread, without locks.
  void (*discard)(Apc&) = nullptr;
  Apc* next = nullptr;
};

/// A thread's calls, oldest first. Any thread pushes; the owner runs and closes.
class ApcQueue {
 public:
  /// \return false if the queue was closed; the call then stays the caller's.
  [[nodiscard]] bool push(Apc& apc) noexcept;

  [[nodiscard]] bool pending() const noexcept { return pending_.load(std::memory_order_acquire); }

  /// Runs calls until none is left, those queued meanwhile included, as an alertable wait does.
  /// \return false if there was none.
  bool run_all();

  /// Takes no more calls and discards what is queued.
  void close() noexcept;

 private:
  [[nodiscard]] Apc* pop() noexcept;

  std::atomic<bool> pending_{false};
  std::mutex mutex_;  // Guards what follows.
  bool closed_ = false;
  Apc* first_ = nullptr;
  Apc* last_ = nullptr;
};

}  // namespace wsalive::kernel
