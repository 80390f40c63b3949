// A thread as Windows' kernel sees it: an object to wait for until the thread ends, with a wake token, a
// queue of APCs, the mutexes it owns and the completion port it works for.
//
// Every thread has such an object: one that start_thread() started from its beginning, any other from the first call that
// needs it. When a thread ends, for whatever reason, it abandons its mutexes, discards its APCs and signals
// its object, after the destructors of its thread-local objects have run.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "base/clock.hpp"
#include "base/intrusive_list.hpp"
#include "kernel/dispatcher.hpp"
#include "os/process/wake.hpp"

namespace wsalive::kernel {

// Asynchronous procedure calls: work queued to a thread, which runs it in its next alertable wait.
//
// They exist for the completion routines of overlapped operations. An Apc is embedded in the operation it
// belongs to, so queueing allocates nothing and fails only for a thread that has ended.

/// One queued call. Exactly one of `run` and `discard` is called. The object that derives from this or embeds it owns the
/// memory until then, and may free it there.
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

  [[nodiscard]] bool pending() const noexcept { return pending_.load(); }

  /// Runs calls until none is left, including those queued meanwhile, as an alertable wait does.
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

/// Lets one thread sleep until another wakes it: wait() sleeps until the token is set and takes it. A token that is set early
/// is not lost, and setting it twice changes nothing, so the waking thread need not know whether the other sleeps
/// yet. The price is that wait() may return for a reason that no longer holds: every caller checks again.
class WakeToken {
 public:
  /// Sleeps until the token is set, and takes it. Only the owning thread waits.
  /// \return false if the deadline passed first.
  bool wait(Instant deadline) noexcept {
    if (take_token()) return true;
    std::uint32_t empty = kEmpty;
    if (!word_.compare_exchange_strong(empty, kSleeping, std::memory_order_acq_rel)) {
      return take_token();
    }
    while (os::futex_wait(word_, kSleeping, deadline) != os::FutexWait::timed_out) {
      if (take_token()) return true;
    }
    return word_.exchange(kEmpty, std::memory_order_acq_rel) == kToken;
  }

  /// Sets the token; everything done before is visible to the thread that takes it. Any thread.
  void set() noexcept {
    if (word_.exchange(kToken, std::memory_order_acq_rel) == kSleeping) os::futex_wake(&word_, 1);
  }

 private:
  static constexpr std::uint32_t kEmpty = 0, kToken = 1, kSleeping = 2;

  bool take_token() noexcept {
    std::uint32_t token = kToken;
    return word_.compare_exchange_strong(token, kEmpty, std::memory_order_acq_rel);
  }

  os::FutexWord word_{kEmpty};
};

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

  void wake() noexcept { token_.set(); }

  // The thread itself only.
  [[nodiscard]] bool has_apcs() const noexcept { return apcs_.pending(); }
  bool run_apcs() { return apcs_.run_all(); }
  bool sleep_until_woken(Instant deadline) noexcept { return token_.wait(deadline); }
  /// Before a wait for descriptors: until end_descriptor_wait() a queued call makes one more descriptor readable.
  /// \return its number; -1 where the host gives none: then the thread must check for calls itself.
  [[nodiscard]] int begin_descriptor_wait() noexcept;
  void end_descriptor_wait() noexcept;
  /// After a wait that the descriptor has ended.
  void clear_descriptor_wait() noexcept { wake_.clear(); }
  /// What the thread's end will report.
  void set_exit_code(std::uint32_t code) noexcept { coming_exit_code_ = code; }

  /// Makes the calling thread, which has no object yet, this one. It holds a reference until its end.
  void attach_caller();

  /// Starts the body of a thread that was created suspended. Any thread, any number of times.
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

  WakeToken token_;
  ApcQueue apcs_;
  os::WakeEvent wake_;
  std::uint32_t wake_generation_ =
      0;  ///< The fork_generation() that made it: a child makes its own.
  std::atomic<bool> waits_for_descriptors_{false};
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

/// Starts a thread, for which `thread` is the new object. Its number is known when this returns.
///
/// \return false where the host gives no more threads. Throws std::bad_alloc.
[[nodiscard]] bool start_thread(const Ref<Thread>& thread, const NewThread& what);

/// The calling thread's object if it has one yet.
[[nodiscard]] inline Thread* attached_thread() noexcept { return detail::current_thread; }

/// The calling thread's object, made if need be. Throws std::bad_alloc then.
[[nodiscard]] Thread& current_thread();

// Fork: the child has one thread, which keeps its handles, objects and mutexes as they were. The waits of other threads are
// gone, and what those threads owned can no longer be released. Waits and packets of a port belong to the parent: a port that
// other threads use at the moment of the fork does not work in the child.

/// Differs in each child of a fork: threads that were started in another generation do not exist.
[[nodiscard]] std::uint32_t fork_generation() noexcept;

/// Called once, when the library is loaded.
void install_fork_handlers() noexcept;

}  // namespace wsalive::kernel
