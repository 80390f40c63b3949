// How one thread wakes another: a futex, on which threads sleep while a word has a value, and a wake event, which ends a wait
// for descriptors.
//
// Every wait of src/kernel ends in a futex. Deadlines are instants of CLOCK_MONOTONIC, so a step of
// the wall clock moves no timeout. Raw system calls: a signal or a stray wake-up ends a sleep early,
// and the caller checks again.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.hpp"
#include "base/owned.hpp"

namespace wsalive::os {

using FutexWord = std::atomic<std::uint32_t>;

enum class FutexWait : std::uint8_t { woken_or_changed, timed_out };

/// Who may sleep on a word: this process, or all that map its page.
enum class FutexReach : std::uint8_t { process, machine };

/// Sleeps until woken, but only if `word` still holds `expected`.
///
/// \param deadline  Instant::max() sleeps without end.
[[nodiscard]] FutexWait futex_wait(const FutexWord& word, std::uint32_t expected, Instant deadline,
                                   FutexReach reach = FutexReach::process) noexcept;

/// Wakes up to `count` threads that sleep on `word`. The word need not live any more: its address is
/// never read.
void futex_wake(const FutexWord* word, int count, FutexReach reach = FutexReach::process) noexcept;

/// A descriptor that another thread makes readable.
class WakeEvent {
 public:
  /// Makes the descriptor. The owner only. \return false where the host gives none.
  [[nodiscard]] bool make() noexcept;

  /// -1 before make().
  [[nodiscard]] int descriptor() const noexcept { return event_.get(); }

  /// Makes it readable. Any thread, once it is made.
  void set() const noexcept;

  /// Makes it unreadable again.
  void clear() const noexcept;

 private:
  Fd event_;
};

}  // namespace wsalive::os
