#include "kernel/thread.hpp"

#include <pthread.h>

#include <cstdint>
#include <memory>
#include <new>

#include "base/check.hpp"
#include "kernel/completion_port.hpp"
#include "kernel/dispatcher.hpp"
#include "kernel/handle_table.hpp"
#include "kernel/sync_objects.hpp"
#include "kernel/wait.hpp"
#include "os/memory/named_memory.hpp"
#include "os/process/threads.hpp"

namespace wsalive::kernel {

bool ApcQueue::push(Apc& apc) noexcept {
  const std::lock_guard lock{mutex_};
  if (closed_) return false;
  apc.next = nullptr;
  (last_ ? last_->next : first_) = &apc;
  last_ = &apc;
  pending_.store(true);
  return true;
}

Apc* ApcQueue::pop() noexcept {
  const std::lock_guard lock{mutex_};
  Apc* const apc = first_;
  if (!apc) return nullptr;
  first_ = apc->next;
  if (!first_) {
    last_ = nullptr;
    pending_.store(false, std::memory_order_release);
  }
  return apc;
}

bool ApcQueue::run_all() {
  bool any = false;
  while (Apc* const apc = pop()) {
    any = true;
    apc->run(*apc);
  }
  return any;
}

void ApcQueue::close() noexcept {
  {
    const std::lock_guard lock{mutex_};
    closed_ = true;
  }
  while (Apc* const apc = pop()) apc->discard(*apc);
}

namespace detail {
constinit thread_local Thread* current_thread = nullptr;
}

namespace {

[[gnu::constructor]] void at_load() { install_fork_handlers(); }

/// A key rather than a thread-local object: its destructor runs after those of all thread-local
/// objects, and again if one of the other keys' destructors waits once more.
pthread_key_t make_end_key(void (*at_end)(void*)) noexcept {
  pthread_key_t key{};
  WSALIVE_CHECK(::pthread_key_create(&key, at_end) == 0);
  return key;
}

}  // namespace

Thread::Thread() noexcept : WaitObject(Kind::thread) {}

Thread::~Thread() = default;

Thread& current_thread() {
  if (Thread* const thread = attached_thread()) return *thread;
  Ref<Thread> fresh = make<Thread>();
  fresh->attach_caller();
  return *detail::current_thread;
}

void Thread::attach_caller() {
  static const pthread_key_t key = make_end_key(&Thread::at_thread_end);
  number_ = os::thread_number();
  if (::pthread_setspecific(key, this) != 0) throw std::bad_alloc{};
  add_reference();
  detail::current_thread = this;
}

void Thread::at_thread_end(void* thread) noexcept {
  auto* const self = static_cast<Thread*>(thread);
  self->end();
  detail::current_thread = nullptr;
  self->drop_reference();
}

void Thread::end() noexcept {
  apcs_.close();
  if (port_) port_->leave(*this);
  exit_code_ = coming_exit_code_;
  DispatcherLock lock;
  while (Mutex* const mutex = owned_mutexes_.front()) mutex->abandon(lock);
  ended_ = true;
  signal_waiters(lock);
}

bool Thread::queue_apc(Apc& apc) noexcept {
  if (!apcs_.push(apc)) return false;
  wake();
  // Either this sees that the thread waits, or the thread sees the call before it waits.
  if (waits_for_descriptors_.load()) wake_.set();
  return true;
}

int Thread::begin_descriptor_wait() noexcept {
  const bool is_own = wake_.descriptor() >= 0 && wake_generation_ == fork_generation();
  if (!is_own) {
    if (!wake_.make()) return -1;
    wake_generation_ = fork_generation();
  }
  waits_for_descriptors_.store(true);
  return wake_.descriptor();
}

void Thread::end_descriptor_wait() noexcept { waits_for_descriptors_.store(false); }

void Thread::renumber() noexcept { number_ = os::thread_number(); }

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

namespace {

/// How many forks lie between the first process and this one. The child has one thread when it is changed.
constinit std::uint32_t g_forks = 0;

void before_fork() {
  dispatcher_mutex().lock();
  handles().fork_lock().lock();
  os::NamedMemory::before_fork();
}

void in_parent() {
  os::NamedMemory::in_parent();
  handles().fork_lock().unlock();
  dispatcher_mutex().unlock();
}

void in_child() {
  os::NamedMemory::in_child();
  ++g_forks;
  handles().fork_lock().unlock();
  forget_waits();
  if (Thread* const thread = attached_thread()) thread->renumber();
  dispatcher_mutex().unlock();
}

}  // namespace

std::uint32_t fork_generation() noexcept { return g_forks; }

void install_fork_handlers() noexcept {
  WSALIVE_CHECK(::pthread_atfork(before_fork, in_parent, in_child) == 0);
}

}  // namespace wsalive::kernel

namespace wsalive::kernel::detail {

constinit thread_local std::uint32_t last_error_cell = 0;

}  // namespace wsalive::kernel::detail
