#include "kernel/apc.hpp"

namespace wsalive::kernel {

bool ApcQueue::push(Apc& apc) noexcept {
  const std::lock_guard lock{mutex_};
  if (closed_) return false;
  apc.next = nullptr;
  (last_ ? last_->next : first_) = &apc;
  last_ = &apc;
  pending_.store(true, std::memory_order_release);
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

}  // namespace wsalive::kernel
