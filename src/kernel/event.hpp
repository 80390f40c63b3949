// Events: a flag that threads wait for. A manual-reset event lets everyone through until it is reset;
// an auto-reset event lets one wait through and is reset by that. Any thread.
#pragma once

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

}  // namespace wsalive::kernel
