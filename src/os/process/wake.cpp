#include "os/process/wake.hpp"

#include <linux/futex.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <ctime>

namespace wsalive::os {
namespace {

timespec to_timespec(Instant instant) noexcept {
  const auto since = instant.time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since);
  return {.tv_sec = seconds.count(), .tv_nsec = (since - seconds).count()};
}

int operation(int what, FutexReach reach) noexcept {
  return reach == FutexReach::process ? what | FUTEX_PRIVATE_FLAG : what;
}

}  // namespace

FutexWait futex_wait(const FutexWord& word, std::uint32_t expected, Instant deadline,
                     FutexReach reach) noexcept {
  const timespec until = to_timespec(deadline);
  const timespec* const limit = deadline == Instant::max() ? nullptr : &until;
  const int kept = errno;
  // FUTEX_WAIT_BITSET takes an absolute time of CLOCK_MONOTONIC.
  const auto result = ::syscall(SYS_futex, &word, operation(FUTEX_WAIT_BITSET, reach), expected,
                                limit, nullptr, FUTEX_BITSET_MATCH_ANY);
  const bool late = result != 0 && errno == ETIMEDOUT;
  errno = kept;
  return late ? FutexWait::timed_out : FutexWait::woken_or_changed;
}

void futex_wake(const FutexWord* word, int count, FutexReach reach) noexcept {
  const int kept = errno;
  ::syscall(SYS_futex, word, operation(FUTEX_WAKE, reach), count, nullptr, nullptr, 0);
  errno = kept;
}

bool WakeEvent::make() noexcept {
  event_ = Fd{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  return static_cast<bool>(event_);
}

void WakeEvent::set() const noexcept {
  // A counter that is full is readable already.
  static_cast<void>(::eventfd_write(event_.get(), 1));
}

void WakeEvent::clear() const noexcept {
  eventfd_t count = 0;
  static_cast<void>(::eventfd_read(event_.get(), &count));
}

}  // namespace wsalive::os
