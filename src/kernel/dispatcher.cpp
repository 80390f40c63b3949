#include "kernel/dispatcher.hpp"

#include <utility>

#include "kernel/completion_port.hpp"
#include "kernel/thread.hpp"
#include "kernel/wait.hpp"

namespace wsalive::kernel {

WakeList::WakeList() noexcept = default;

WakeList::~WakeList() {
  wake_all();
  if (poller_) poller_->kick();
}

void WakeList::add(Thread& thread) noexcept {
  if (count_ == threads_.size()) wake_all();  // Under the lock, but only every eighth time.
  threads_[count_++] = Ref<Thread>{&thread};
}

void WakeList::wake_all() noexcept {
  while (count_ != 0) {
    const Ref<Thread> thread = std::move(threads_[--count_]);
    thread->wake();
  }
}

namespace {

constinit std::mutex the_mutex;

}  // namespace

std::mutex& dispatcher_mutex() noexcept { return the_mutex; }

DispatcherLock::DispatcherLock() { the_mutex.lock(); }

DispatcherLock::~DispatcherLock() { the_mutex.unlock(); }

void WaitObject::signal_waiters(DispatcherLock& lock) noexcept {
  WaitBlock* block = waiters_.front();
  while (block && is_signaled(*block->wait->thread)) {
    Wait& wait = *block->wait;
    if (!wait.try_satisfy()) {  // It waits for other objects, too.
      block = waiters_.after(*block);
      continue;
    }
    wait.dequeue();
    lock.wake_later(*wait.thread);
    wait.done.store(true, std::memory_order_release);  // From here on the wait may be gone.
    block = waiters_.front();
  }
}

}  // namespace wsalive::kernel
