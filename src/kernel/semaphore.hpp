// Semaphores: a count that each wait takes one from, with a limit. Any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "kernel/dispatcher.hpp"

namespace wsalive::kernel {

class Semaphore : public WaitObject {
 public:
  static constexpr Kind kKind = Kind::semaphore;

  /// \param count  0 to `most`.  \param most  1 or more.
  Semaphore(std::int32_t count, std::int32_t most) noexcept
      : WaitObject(Kind::semaphore), count_(count), most_(most) {}

  /// Adds to the count.
  /// \return the count before; nullopt, and nothing changed, if it would pass the limit.
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

}  // namespace wsalive::kernel
