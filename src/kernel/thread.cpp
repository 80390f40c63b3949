#include "kernel/thread.hpp"

#include <pthread.h>

#include <new>

#include "base/check.hpp"
#include "kernel/completion_port.hpp"
#include "kernel/fork.hpp"
#include "kernel/mutex.hpp"
#include "os/process/threads.hpp"

namespace wsalive::kernel {

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
  unpark();
  return true;
}

void Thread::renumber() noexcept { number_ = os::thread_number(); }

}  // namespace wsalive::kernel
