#include "kernel/sync_objects.hpp"

#include "kernel/thread.hpp"

namespace wsalive::kernel {

Mutex::~Mutex() {
  const DispatcherLock lock;
  if (linked()) unlink();  // Owned to the last: off its owner's list.
}

void Mutex::own_from_birth() {
  Thread& thread = current_thread();
  const DispatcherLock lock;
  take(thread);
}

bool Mutex::release() noexcept {
  DispatcherLock lock;
  if (!owner_ || owner_ != attached_thread()) return false;
  if (--depth_ == 0) free(lock);
  return true;
}

Taken Mutex::take(Thread& thread) noexcept {
  if (!owner_) {
    owner_ = &thread;
    thread.owned_mutexes().push_back(*this);
  }
  ++depth_;
  return std::exchange(abandoned_, false) ? Taken::abandoned : Taken::normally;
}

void Mutex::put_back(Thread& /*thread*/) noexcept {
  if (--depth_ != 0) return;
  unlink();
  owner_ = nullptr;
}

void Mutex::abandon(DispatcherLock& lock) noexcept {
  abandoned_ = true;
  free(lock);
}

void Mutex::free(DispatcherLock& lock) noexcept {
  unlink();
  owner_ = nullptr;
  depth_ = 0;
  signal_waiters(lock);
}

}  // namespace wsalive::kernel
