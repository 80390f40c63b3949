// Locks in a 32-bit word of the program's own structures (CRITICAL_SECTION, SRWLOCK,
// CONDITION_VARIABLE, INIT_ONCE). All are zero when free, as Windows' static initialisers require.
//
// Uncontended they are one atomic instruction; contended they sleep on the word.
#pragma once

#include <cstdint>

#include "kernel/completion_port.hpp"
#include "os/process/wake.hpp"

namespace wsalive::win32 {

using Word = os::FutexWord;

/// The word at the start of a program's field.
template <typename Field>
[[nodiscard]] Word& word_in(Field& field) noexcept {
  static_assert(sizeof(Field) >= sizeof(Word) && alignof(Field) >= alignof(Word));
  return *reinterpret_cast<Word*>(&field);
}

/// Sleeps while the word has a value. Meanwhile the thread does not count as running at its completion port.
inline os::FutexWait sleep_on(const Word& word, std::uint32_t expected,
                              kernel::Deadline deadline = kernel::Deadline::never()) noexcept {
  const kernel::BlockedScope blocked;
  return os::futex_wait(word, expected, deadline.instant());
}

inline constexpr int kEveryone = 0x7fffffff;

inline void pause_processor() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

/// One holder. 0: free; 1: held; 2: held, and threads may sleep.
struct ExclusiveWord {
  Word& word;

  [[nodiscard]] bool try_lock() const noexcept {
    std::uint32_t free = 0;
    return word.compare_exchange_strong(free, 1, std::memory_order_acquire);
  }
  void lock(std::uint32_t spins) const noexcept {
    do {
      if (try_lock()) return;
      pause_processor();
    } while (spins-- != 0);
    while (word.exchange(2, std::memory_order_acquire) != 0) {
      static_cast<void>(sleep_on(word, 2));
    }
  }
  void unlock() const noexcept {
    if (word.exchange(0, std::memory_order_release) == 2) os::futex_wake(&word, 1);
  }
};

/// One writer or many readers. Readers that come while a thread sleeps wait behind it.
struct SharedWord {
  static constexpr std::uint32_t kSleepers = 1U << 31;
  static constexpr std::uint32_t kWriter = 1U << 30;

  Word& word;

  [[nodiscard]] bool try_exclusive() const noexcept { return try_enter(kWriter, ~kSleepers); }
  [[nodiscard]] bool try_shared() const noexcept { return try_enter(1, kWriter | kSleepers); }
  void lock_exclusive() const noexcept {
    while (!try_exclusive()) sleep_while(~kSleepers);
  }
  void lock_shared() const noexcept {
    while (!try_shared()) sleep_while(kWriter | kSleepers);
  }
  void unlock_exclusive() const noexcept { leave(kWriter); }
  void unlock_shared() const noexcept { leave(1); }

 private:
  bool try_enter(std::uint32_t add, std::uint32_t hindrance) const noexcept {
    std::uint32_t seen = word.load(std::memory_order_relaxed);
    while (!(seen & hindrance)) {
      if (word.compare_exchange_weak(seen, seen + add, std::memory_order_acquire)) return true;
    }
    return false;
  }
  void sleep_while(std::uint32_t hindrance) const noexcept {
    std::uint32_t seen = word.load(std::memory_order_relaxed);
    if (!(seen & hindrance)) return;
    if (!(seen & kSleepers) && !word.compare_exchange_strong(seen, seen | kSleepers)) return;
    static_cast<void>(sleep_on(word, seen | kSleepers));
  }
  /// The last holder wakes all sleeping threads, which try again.
  void leave(std::uint32_t share) const noexcept {
    const std::uint32_t left = word.fetch_sub(share, std::memory_order_acq_rel) - share;
    if (left != kSleepers) return;
    std::uint32_t alone = kSleepers;
    if (word.compare_exchange_strong(alone, 0)) os::futex_wake(&word, kEveryone);
  }
};

}  // namespace wsalive::win32
