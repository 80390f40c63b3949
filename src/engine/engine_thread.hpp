// The engine's one thread: started by the first connection that needs it, gone when none is left.
//
// It blocks all signals, so that the program's handlers never run on it; its timer slack is 1 ns, and
// it is scheduled as promptly as the process may (os::run_promptly). It sleeps on a futex until the next
// instant, holds no descriptor, and lingers a moment when its work is done, so that connections that
// come and go do not make threads come and go. exec ends it, as it ends every thread.
#pragma once

#include <atomic>
#include <optional>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "os/process/wake.hpp"

namespace wsalive::engine {

class EngineThread {
 public:
  /// What the thread does.
  class Work {
   public:
    Work() = default;
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;
    virtual ~Work() = default;

    /// Does what is due. On the engine's thread.
    /// \return When there is more; nullopt if there is nothing left to do.
    virtual std::optional<Instant> run(Instant now) noexcept = 0;
    /// The thread wants to end. Where there is still nothing to do, says `retired` under the lock
    /// under which `ensure` is called, and answers true.
    virtual bool let_end() noexcept = 0;
  };

  EngineThread(Work& work, const Clock& clock) noexcept : work_(work), clock_(clock) {}
  EngineThread(const EngineThread&) = delete;
  EngineThread& operator=(const EngineThread&) = delete;
  /// Ends the thread and waits for it.
  ~EngineThread();

  /// Starts the thread if none runs. EAGAIN where the host gives none. Under the engine's lock.
  [[nodiscard]] Status ensure() noexcept;

  /// There is something to do at that instant: wakes the thread if it would sleep longer. After
  /// `ensure`.
  void wake_for(Instant due) noexcept;

  /// Until `reopen` no thread is started: `ensure` fails with EAGAIN. Under the engine's lock.
  void close() noexcept { is_closed_ = true; }
  /// Ends the thread, if one runs, and waits until the kernel has none either. Closed, and not under the engine's lock.
  void end() noexcept;
  /// Under the engine's lock.
  void reopen() noexcept { is_closed_ = is_running_ = false; }

  /// The thread ends: the next `ensure` starts another. Under the engine's lock.
  void retired() noexcept { is_running_ = false; }
  /// In the child of a fork there is no thread, whatever the parent had. Under the engine's lock.
  void lost_in_child() noexcept;
  [[nodiscard]] bool is_running() const noexcept { return is_running_; }

 private:
  static void* body(void* self) noexcept;
  void stop() noexcept;
  void loop() noexcept;

  Work& work_;
  const Clock& clock_;
  bool is_running_ = false;  ///< Guarded by the engine's lock.
  bool is_closed_ = false;   ///< So is this.
  std::atomic<bool> stop_{false};
  std::atomic<Instant> sleeps_until_{Instant::min()};  ///< min: awake.
  os::FutexWord signal_{0};
  os::FutexWord threads_{0};             ///< 1 from the start of a thread until its very last step.
  std::atomic<std::int32_t> number_{0};  ///< Of the last thread.
};

}  // namespace wsalive::engine
