#include "engine/engine_thread.hpp"

#include <sys/prctl.h>

#include <cerrno>

#include "os/process/signals.hpp"
#include "os/process/threads.hpp"

namespace wsalive::engine {
namespace {

constexpr std::chrono::milliseconds kLinger{200};
constexpr std::size_t kStackBytes = std::size_t{256} * 1024;

}  // namespace

EngineThread::~EngineThread() { stop(); }

void EngineThread::stop() noexcept {
  stop_.store(true);
  signal_.fetch_add(1);
  os::futex_wake(&signal_, 1);
  while (threads_.load() != 0) (void)os::futex_wait(threads_, 1, Instant::max());
}

void EngineThread::end() noexcept {
  stop();
  const std::int32_t last = number_.exchange(0);
  const Instant patience = clock_.now() + kLinger;
  while (last != 0 && os::thread_exists(last) && clock_.now() < patience) os::yield_processor();
  stop_.store(false);
}

Status EngineThread::ensure() noexcept {
  if (is_closed_) return failure(EAGAIN, "the engine's thread");
  if (is_running_) return {};
  // A predecessor that has retired may be at its last step.
  while (threads_.load() != 0) (void)os::futex_wait(threads_, 1, Instant::max());
  threads_.store(1);
  const os::AllSignalsBlocked quiet;
  Status started = os::start_thread(kStackBytes, body, this);
  if (!started) threads_.store(0);
  is_running_ = started.has_value();
  return started;
}

void EngineThread::wake_for(Instant due) noexcept {
  signal_.fetch_add(1);  // A thread that is about to sleep does not.
  const Instant until = sleeps_until_.load();
  if (until != Instant::min() && due < until) os::futex_wake(&signal_, 1);
}

void EngineThread::lost_in_child() noexcept {
  is_running_ = false;
  threads_.store(0);
  number_.store(0);
  sleeps_until_.store(Instant::min());
}

void* EngineThread::body(void* self) noexcept {
  static_cast<EngineThread*>(self)->loop();
  return nullptr;
}

void EngineThread::loop() noexcept {
  number_.store(os::thread_number());
  ::prctl(PR_SET_NAME, "wsalive-engine");
  ::prctl(PR_SET_TIMERSLACK, 1UL);
  os::run_promptly();
  while (!stop_.load()) {
    const std::uint32_t seen = signal_.load();
    const Instant now = clock_.now();
    const std::optional<Instant> next = work_.run(now);
    const Instant until = next.value_or(now + kLinger);
    sleeps_until_.store(until);
    const os::FutexWait slept = os::futex_wait(signal_, seen, until);
    sleeps_until_.store(Instant::min());
    if (!next && slept == os::FutexWait::timed_out && work_.let_end()) break;
  }
  os::FutexWord* const word = &threads_;
  word->store(0);
  os::futex_wake(word, 1);  // Not a look at the object: it may be gone.
}

}  // namespace wsalive::engine
