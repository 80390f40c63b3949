// A thread as Windows' kernel sees it: something to wait for until it ends, with a place to sleep, a
// queue of APCs, the mutexes it owns and the completion port it works for.
//
// Every thread has one: those started by start_thread() from birth, any other from the first call that
// needs it. A thread's end, however it comes about, abandons its mutexes, discards its APCs and signals
// its object; that happens after the destructors of its thread-local objects have run.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/intrusive_list.hpp"
#include "kernel/apc.hpp"
#include "kernel/dispatcher.hpp"
#include "kernel/parker.hpp"

namespace wsalive::kernel {

class CompletionPort;
class Mutex;

/// GetExitCodeThread's and GetExitCodeProcess' answer while it runs.
inline constexpr std::uint32_t kStillActive = 259;

class Thread final : public WaitObject, public Link {
 public:
  static constexpr Kind kKind = Kind::thread;

  Thread() noexcept;

  /// Linux's number of the thread; 0 before it has begun.
  [[nodiscard]] std::int32_t number() const noexcept { return number_.load(); }
  /// kStillActive until the thread has ended.
  [[nodiscard]] std::uint32_t exit_code() const noexcept { return exit_code_.load(); }

  [[nodiscard]] bool is_signaled(const Thread& /*waiter*/) const noexcept override {
    return ended_;
  }
  Taken take(Thread& /*waiter*/) noexcept override { return Taken::normally; }

  /// Queues a call and wakes the thread if it sleeps. Any thread.
  /// \return false if the thread has ended; the call then stays the caller's.
  [[nodiscard]] bool queue_apc(Apc& apc) noexcept;

  void unpark() noexcept { parker_.unpark(); }

  // The thread itself only.
  [[nodiscard]] bool has_apcs() const noexcept { return apcs_.pending(); }
  bool run_apcs() { return apcs_.run_all(); }
  bool park(Instant deadline) noexcept { return parker_.park(deadline); }
  /// What the thread's end will report.
  void set_exit_code(std::uint32_t code) noexcept { coming_exit_code_ = code; }

  /// Makes the calling thread, which has no object yet, this one. It holds a reference until its end.
  void attach_caller();

  /// Lets a thread that was started suspended begin. Any thread, any number of times.
  /// \return whether it was still suspended.
  bool resume() noexcept;

  /// Mutexes that the thread owns; under the dispatcher's lock.
  IntrusiveList<Mutex>& owned_mutexes() noexcept { return owned_mutexes_; }

  /// The port whose packets the thread handles; the thread itself only. While it counts as running
  /// there, it is linked into the port's list.
  Ref<CompletionPort>& port() noexcept { return port_; }

  /// For the child of a fork, whose one thread has a new number.
  void renumber() noexcept;

 private:
  friend class ThreadStart;
  ~Thread() override;
  static void at_thread_end(void* thread) noexcept;
  void end() noexcept;

  Parker parker_;
  ApcQueue apcs_;
  std::atomic<std::int32_t> number_{0};
  std::atomic<std::uint32_t> exit_code_{kStillActive};
  std::atomic<std::uint32_t> suspended_{0};
  std::uint32_t coming_exit_code_ = 0;
  bool ended_ = false;
  IntrusiveList<Mutex> owned_mutexes_;
  Ref<CompletionPort> port_;
};

namespace detail {
[[gnu::tls_model("initial-exec")]] extern constinit thread_local Thread* current_thread;
}

/// What start_thread() begins with.
struct NewThread {
  std::uint32_t (*body)(void*) = nullptr;  ///< Its result is the thread's exit code.
  void* argument = nullptr;
  std::size_t stack_bytes = 0;  ///< 0 takes the default.
  bool suspended = false;       ///< Waits for Thread::resume() first.
};

/// Starts a thread that `thread`, a new object, stands for. Its number is known when this returns.
///
/// \return false where the host gives no more threads. Throws std::bad_alloc.
[[nodiscard]] bool start_thread(const Ref<Thread>& thread, const NewThread& what);

/// The calling thread's object if it has one yet.
[[nodiscard]] inline Thread* attached_thread() noexcept { return detail::current_thread; }

/// The calling thread's object, made if need be. Throws std::bad_alloc then.
[[nodiscard]] Thread& current_thread();

}  // namespace wsalive::kernel
