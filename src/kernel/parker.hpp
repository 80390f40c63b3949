// Where one thread sleeps: park() waits for a token, unpark() leaves one. A token left early is not
// lost, and a second one changes nothing, so a waker never needs to know whether the thread sleeps
// yet. The price is that park() may return for a reason that is gone: every caller looks again.
#pragma once

#include "base/clock.hpp"
#include "os/process/futex.hpp"

namespace wsalive::kernel {

class Parker {
 public:
  /// Sleeps until a token is there and takes it. Only the owning thread parks.
  /// \return false if the deadline passed without one.
  bool park(Instant deadline) noexcept {
    if (take_token()) return true;
    std::uint32_t empty = kEmpty;
    if (!word_.compare_exchange_strong(empty, kSleeping, std::memory_order_acq_rel)) {
      return take_token();
    }
    while (os::futex_wait(word_, kSleeping, deadline) != os::FutexWait::timed_out) {
      if (take_token()) return true;
    }
    return word_.exchange(kEmpty, std::memory_order_acq_rel) == kToken;
  }

  /// Leaves a token; everything done before is visible to the thread that takes it. Any thread.
  void unpark() noexcept {
    if (word_.exchange(kToken, std::memory_order_acq_rel) == kSleeping) os::futex_wake(&word_, 1);
  }

 private:
  static constexpr std::uint32_t kEmpty = 0, kToken = 1, kSleeping = 2;

  bool take_token() noexcept {
    std::uint32_t token = kToken;
    return word_.compare_exchange_strong(token, kEmpty, std::memory_order_acq_rel);
  }

  os::FutexWord word_{kEmpty};
};

}  // namespace wsalive::kernel
