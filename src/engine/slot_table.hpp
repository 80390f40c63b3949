// What the engine keeps for each descriptor: one slot, found by the descriptor's number.
//
// The table is one anonymous mapping without reserved memory: a page comes into being with the first
// slot in it, nothing is ever allocated, and finding a slot is one addition. The words that the data
// path reads are atomic; everything else about a slot belongs to whoever holds the engine's lock.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "engine/in_force.hpp"
#include "policy/keepalive.hpp"

namespace wsalive::engine {

/// The part of a slot that says what was asked for and how it is done: one word, so that it changes
/// in one step.
struct Course {
  std::uint8_t probes = 0;
  std::uint8_t sources = 0;  ///< Two bits each: idle, interval, probes.
  DriverKind driver = DriverKind::off;
  bool written = false;  ///< The kernel has this timing's values, whether keep-alive is on or off.

  friend constexpr bool operator==(const Course&, const Course&) = default;
};
static_assert(sizeof(Course) == 4);

struct Times {
  std::uint32_t idle = 0;
  std::uint32_t interval = 0;

  friend constexpr bool operator==(const Times&, const Times&) = default;
};

struct Slot {
  std::atomic<std::uint64_t> cookie;  ///< 0: nothing is known of the descriptor.
  std::atomic<Times> times;
  std::atomic<Course> course;
};
static_assert(std::atomic<Times>::is_always_lock_free);
static_assert(std::atomic<Course>::is_always_lock_free);

constexpr std::uint8_t pack_sources(const policy::SourcedTiming& timing) noexcept {
  const auto bits = [](policy::Source from) { return static_cast<unsigned>(from); };
  return static_cast<std::uint8_t>(bits(timing.idle_from) | bits(timing.interval_from) << 2U |
                                   bits(timing.probes_from) << 4U);
}

constexpr policy::SourcedTiming unpack(Times times, Course course) noexcept {
  const auto from = [&](unsigned shift) {
    return static_cast<policy::Source>(course.sources >> shift & 3U);
  };
  return {{policy::DwordMillis{times.idle}, policy::DwordMillis{times.interval}, course.probes},
          from(0),
          from(2),
          from(4)};
}

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

  static constexpr std::size_t kMostDescriptors = std::size_t{1} << 22U;

 private:
  Slot* slots_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace wsalive::engine
