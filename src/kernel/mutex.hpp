// Mutexes: owned by one thread, which may take it again and must release it as often. If the owner
// ends, the next taker gets the mutex and is told that it was abandoned.
#pragma once

#include <cstdint>

#include "kernel/dispatcher.hpp"

namespace wsalive::kernel {

class Mutex : public WaitObject, public Link {
 public:
  static constexpr Kind kKind = Kind::mutex;

  Mutex() noexcept : WaitObject(Kind::mutex) {}

  /// Makes the calling thread the owner of a mutex that nobody has seen yet. May throw bad_alloc.
  void own_from_birth();

  /// Gives up one taking of the calling thread's.
  /// \return false, and nothing changed, if another thread or none is the owner.
  [[nodiscard]] virtual bool release() noexcept;

  [[nodiscard]] bool is_signaled(const Thread& thread) const noexcept override {
    return !owner_ || owner_ == &thread;
  }
  Taken take(Thread& thread) noexcept override;
  void put_back(Thread& thread) noexcept override;

  /// The owner has ended. Under the lock.
  virtual void abandon(DispatcherLock& lock) noexcept;

 protected:
  ~Mutex() override;

 private:
  void free(DispatcherLock& lock) noexcept;

  Thread* owner_ = nullptr;
  std::uint32_t depth_ = 0;
  bool abandoned_ = false;
};

}  // namespace wsalive::kernel
