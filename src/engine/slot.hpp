// What the engine keeps for one descriptor, in 40 bytes.
//
// The first three words are atomic, because the data path compares them without a lock, and may turn the driver
// off and on there; all other changes need the engine's lock, and so does every access to the rest. All zero is
// an empty slot. With its place in the heap and its published record a driven connection costs 60
// bytes.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"
#include "policy/driver_choice.hpp"
#include "policy/timing_in_force.hpp"

namespace wsalive::engine {

using policy::Driver;
using policy::DriverKind;

/// What was asked for besides the times, and how it is done: one word, changed in one step.
struct Course {
  std::uint32_t probes : 8 = 0;
  std::uint32_t sources : 6 = 0;    ///< Two bits each: idle, interval, probes.
  std::uint32_t kind : 3 = 0;       ///< A DriverKind: how it reads; off where the switch is off.
  std::uint32_t driver : 2 = 0;     ///< A Driver: who makes the probes at present.
  std::uint32_t written : 1 = 0;    ///< The kernel itself has T, I and N as they are, on or off.
  std::uint32_t connected : 1 = 0;  ///< Has been seen connected: state CLOSE is then its end.
  std::uint32_t standby : 1 = 0;    ///< Another process of the family drives (fork_family.hpp).
  std::uint32_t shared : 1 = 0;     ///< A child was forked that has this connection too.
  std::uint32_t lowered : 1 = 0;  ///< TCP_KEEPCNT stands low for a give-up, or higher for a moment.
  std::uint32_t resting : 1 = 0;  ///< The kernel's switch is off between instants (long times).
  std::uint32_t triggered : 1 = 0;  ///< The kernel was told to probe; not yet confirmed.
  std::uint32_t given_up : 1 = 0;   ///< The engine itself ended the connection.
  std::uint32_t kept : 1 = 0;       ///< The times changed in mid-silence: its probes still count.
  std::uint32_t family : 4 = 0;     ///< Whose lock file decides who drives.

  friend constexpr bool operator==(const Course&, const Course&) = default;
};
static_assert(sizeof(Course) == 4);

/// Aligned as the word that it is: else clang reads it by a call into libatomic, which is not linked.
struct alignas(8) Times {
  std::uint32_t idle = 0;
  std::uint32_t interval = 0;

  friend constexpr bool operator==(const Times&, const Times&) = default;
};

/// As wide as a table of SlotTable::kMostDescriptors needs.
inline constexpr unsigned kPlaceBits = 23;

struct Slot {
  std::atomic<std::uint64_t> cookie;  ///< 0: nothing is in force by the engine (is_in_force).
  std::atomic<Times> times;
  std::atomic<Course> course;
  std::uint32_t place
      : kPlaceBits;  ///< Position in the heap of what is due, from 1; 0: not driven.
  std::uint32_t notes : 32 - kPlaceBits;  ///< repair: the upper part of its notes.
  Instant due;
  std::uint32_t mark;  ///< rearm: lateness kept, ms. repair: from `due` to the instant, ms.
  std::uint16_t backstop_idle : 15;  ///< TCP_KEEPIDLE as the engine left it, seconds.
  std::uint16_t precision : 1;       ///< A policy::Precision.
  std::uint8_t base_probes;  ///< rearm: the kernel's count when the silence began. repair: notes.
  std::uint8_t last_probes;  ///< rearm: the kernel's count at the trigger. repair: notes.
};
static_assert(sizeof(Slot) == 40);
static_assert(std::atomic<Times>::is_always_lock_free);
static_assert(std::atomic<Course>::is_always_lock_free);

constexpr std::uint32_t pack_sources(const policy::SourcedTiming& timing) noexcept {
  const auto bits = [](policy::Source from) { return static_cast<std::uint32_t>(from); };
  return bits(timing.idle_from) | bits(timing.interval_from) << 2U | bits(timing.probes_from) << 4U;
}

/// Without the lock: the driver says how exact it is.
constexpr policy::SourcedTiming unpack(Times times, Course course) noexcept {
  const std::uint32_t sources = course.sources;
  const auto from = [&](unsigned shift) {
    return static_cast<policy::Source>(sources >> shift & 3U);
  };
  return {{policy::DwordMillis{times.idle}, policy::DwordMillis{times.interval},
           static_cast<std::uint8_t>(course.probes)},
          from(0),
          from(2),
          from(4),
          static_cast<Driver>(course.driver) == Driver::kernel ? policy::Precision::kernel
                                                               : policy::Precision::exact};
}

inline policy::SourcedTiming wanted_of(const Slot& slot) noexcept {
  policy::SourcedTiming wanted = unpack(slot.times.load(std::memory_order_relaxed),
                                        slot.course.load(std::memory_order_relaxed));
  wanted.precision = static_cast<policy::Precision>(slot.precision);
  return wanted;
}

/// Changes some fields of the course: `change(slot, [](Course& c) { c.shared = 1; })`. Under the lock. What is
/// turned off or on without it meanwhile stays so.
template <typename Edit>
void change(Slot& slot, Edit&& edit) noexcept {
  Course present = slot.course.load(std::memory_order_relaxed);
  Course next;
  do {
    next = present;
    edit(next);
  } while (!slot.course.compare_exchange_weak(present, next, std::memory_order_acq_rel));
}

inline void set_wanted(Slot& slot, const policy::SourcedTiming& wanted) noexcept {
  slot.times.store({wanted.timing.idle.count(), wanted.timing.interval.count()},
                   std::memory_order_relaxed);
  slot.precision = static_cast<std::uint16_t>(wanted.precision) & 1U;
  change(slot, [&](Course& course) {
    course.probes = wanted.timing.probes;
    course.sources = pack_sources(wanted) & 0x3FU;
  });
}

inline Course course_of(const Slot& slot) noexcept {
  return slot.course.load(std::memory_order_acquire);
}

/// Whether the engine has done anything to the socket: else the slot says at most what was asked, for later.
inline bool is_in_force(const Slot& slot) noexcept {
  return slot.cookie.load(std::memory_order_relaxed) != 0;
}

inline Driver driver_of(Course course) noexcept { return static_cast<Driver>(course.driver); }
inline policy::DriverKind kind_of(Course course) noexcept {
  return static_cast<policy::DriverKind>(course.kind);
}

// The slots of all descriptors, found by the descriptor's number, and room for the order in which
// they are due (due_heap.hpp).
//
// Both lie in one anonymous mapping without reserved memory: a page comes into being with the first
// slot in it, nothing is ever allocated, and finding a slot is one addition.

class SlotTable {
 public:
  /// Maps the table for as many descriptors as the process may ever open, kMostDescriptors at most.
  SlotTable() noexcept;
  SlotTable(const SlotTable&) = delete;
  SlotTable& operator=(const SlotTable&) = delete;
  ~SlotTable();

  /// nullptr for a number out of range.
  [[nodiscard]] Slot* find(int fd) const noexcept {
    return fd >= 0 && static_cast<std::size_t>(fd) < size_ ? slots_ + fd : nullptr;
  }
  /// The slot of a descriptor that is known to be in range.
  [[nodiscard]] Slot& at(int fd) const noexcept { return slots_[fd]; }
  /// As many numbers as there are slots.
  [[nodiscard]] int* order() const noexcept { return order_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  static constexpr std::size_t kMostDescriptors = std::size_t{1} << 22U;

 private:
  Slot* slots_ = nullptr;
  int* order_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace wsalive::engine
