// The slots of all descriptors, found by the descriptor's number, and room for the order in which
// they are due (due_heap.hpp).
//
// Both lie in one anonymous mapping without reserved memory: a page comes into being with the first
// slot in it, nothing is ever allocated, and finding a slot is one addition.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/slot.hpp"

namespace wsalive::engine {

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
