// Who is due when: a heap of descriptors, ordered by their slots' `due`, then by number.
//
// Four children a node, so that ten thousand connections are seven steps deep. It lives behind the
// slots and never allocates. Each slot knows its place, so that any of them can be
// moved or taken out. Not thread-safe: the engine's lock guards it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "engine/slot.hpp"

namespace wsalive::engine {

class DueHeap {
 public:
  explicit DueHeap(SlotTable& slots) noexcept : slots_(slots), fds_(slots.order()) {}

  /// Puts the descriptor in, or moves it, to be due at that instant.
  void schedule(int fd, Instant due) noexcept;
  /// Takes it out; nothing happens if it is not in.
  void remove(int fd) noexcept;

  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  /// The descriptor that is due first; nullopt if none is in.
  [[nodiscard]] std::optional<int> first() const noexcept;
  /// When that is; the heap must not be empty.
  [[nodiscard]] Instant first_due() const noexcept;
  /// The descriptor at a position from 0, in no useful order: for walking over all.
  [[nodiscard]] int at(std::size_t position) const noexcept { return fds_[position]; }

 private:
  [[nodiscard]] bool before(int a, int b) const noexcept;
  void put(std::size_t position, int fd) noexcept;
  void rise(std::size_t position, int fd) noexcept;
  void sink(std::size_t position, int fd) noexcept;

  SlotTable& slots_;
  int* fds_;
  std::size_t count_ = 0;
};

}  // namespace wsalive::engine
