// Events, semaphores and mutexes. Any thread.
//
// An event is a flag that threads wait for. A manual-reset event satisfies all waits until it is reset;
// an auto-reset event satisfies one wait, which resets it.
#pragma once

#include <cstdint>
#include <optional>

#include "kernel/dispatcher.hpp"

namespace wsalive::kernel {

enum class Reset : std::uint8_t { manual, automatic };

class Event : public WaitObject {
 public:
  static constexpr Kind kKind = Kind::event;

  Event(Reset reset, bool signaled) noexcept
      : WaitObject(Kind::event), reset_(reset), signaled_(signaled) {}

  virtual void set() noexcept {
    DispatcherLock lock;
    signaled_ = true;
    signal_waiters(lock);
  }
  virtual void clear() noexcept {
    const DispatcherLock lock;
    signaled_ = false;
  }

  [[nodiscard]] bool is_signaled(const Thread& /*thread*/) const noexcept override {
    return signaled_;
  }
  Taken take(Thread& /*thread*/) noexcept override {
    if (reset_ == Reset::automatic) signaled_ = false;
    return Taken::normally;
  }
  void put_back(Thread& /*thread*/) noexcept override { signaled_ = true; }

 private:
  const Reset reset_;
  bool signaled_;
};

// A semaphore is a count with a limit; each wait takes one.

class Semaphore : public WaitObject {
 public:
  static constexpr Kind kKind = Kind::semaphore;

  /// \param count  0 to `most`.  \param most  1 or more.
  Semaphore(std::int32_t count, std::int32_t most) noexcept
      : WaitObject(Kind::semaphore), count_(count), most_(most) {}

  /// Adds to the count.
  /// \return the count before; nullopt, with nothing changed, if it would pass the limit.
  [[nodiscard]] virtual std::optional<std::int32_t> release(std::int32_t more) noexcept {
    DispatcherLock lock;
    if (more > most_ - count_) return std::nullopt;
    const std::int32_t before = count_;
    count_ += more;
    signal_waiters(lock);
    return before;
  }

  [[nodiscard]] bool is_signaled(const Thread& /*thread*/) const noexcept override {
    return count_ > 0;
  }
  Taken take(Thread& /*thread*/) noexcept override {
    --count_;
    return Taken::normally;
  }
  void put_back(Thread& /*thread*/) noexcept override { ++count_; }

 private:
  std::int32_t count_;
  const std::int32_t most_;
};

// A mutex is owned by one thread, which may take it again and must release it as often. If the owner
// ends, the next wait gets the mutex and reports that it was abandoned.

class Mutex : public WaitObject, public Link {
 public:
  static constexpr Kind kKind = Kind::mutex;

  Mutex() noexcept : WaitObject(Kind::mutex) {}

  /// Makes the calling thread the owner of a mutex that no other thread has seen yet. May throw bad_alloc.
  void own_from_birth();

  /// Undoes one take of the calling thread.
  /// \return false, with nothing changed, if the calling thread is not the owner.
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
