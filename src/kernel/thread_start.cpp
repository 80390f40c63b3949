#include <memory>

#include "kernel/thread.hpp"
#include "os/process/threads.hpp"

namespace wsalive::kernel {

/// What a new thread is handed; it frees it.
class ThreadStart {
 public:
  ThreadStart(Ref<Thread> thread, const NewThread& what) noexcept
      : thread_(std::move(thread)), what_(what) {
    thread_->suspended_ = what.suspended ? 1 : 0;
  }

  static void* run(void* start) {
    const std::unique_ptr<ThreadStart> self{static_cast<ThreadStart*>(start)};
    const NewThread what = self->what_;
    Thread* const thread = self->thread_.get();
    thread->attach_caller();
    thread->number_.notify_all();
    thread->suspended_.wait(1);
    thread->set_exit_code(what.body(what.argument));
    return nullptr;
  }

  static void await_number(const Thread& thread) noexcept { thread.number_.wait(0); }

 private:
  Ref<Thread> thread_;
  NewThread what_;
};

bool Thread::resume() noexcept {
  const bool was_suspended = suspended_.exchange(0) != 0;
  if (was_suspended) suspended_.notify_all();
  return was_suspended;
}

bool start_thread(const Ref<Thread>& thread, const NewThread& what) {
  auto start = std::make_unique<ThreadStart>(thread, what);
  if (!os::start_thread(what.stack_bytes, &ThreadStart::run, start.get())) return false;
  static_cast<void>(start.release());  // The thread's now.
  ThreadStart::await_number(*thread);
  return true;
}

}  // namespace wsalive::kernel
