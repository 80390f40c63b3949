#include "kernel/wake_list.hpp"

#include <utility>

#include "kernel/port_poller.hpp"
#include "kernel/thread.hpp"

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
    thread->unpark();
  }
}

}  // namespace wsalive::kernel
