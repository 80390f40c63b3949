#include "engine/due_heap.hpp"

#include <algorithm>

namespace wsalive::engine {
namespace {

constexpr std::size_t kChildren = 4;

}  // namespace

void DueHeap::schedule(int fd, Instant due) noexcept {
  Slot& slot = slots_.at(fd);
  slot.due = due;
  const std::size_t position = slot.place != 0 ? std::size_t{slot.place} - 1 : count_++;
  rise(position, fd);
  sink(std::size_t{slot.place} - 1, fd);
}

void DueHeap::remove(int fd) noexcept {
  Slot& slot = slots_.at(fd);
  if (slot.place == 0) return;
  const std::size_t hole = std::size_t{slot.place} - 1;
  slot.place = 0;
  const int last = fds_[--count_];
  if (last == fd) return;
  rise(hole, last);
  sink(std::size_t{slots_.at(last).place} - 1, last);
}

std::optional<int> DueHeap::first() const noexcept {
  if (count_ == 0) return std::nullopt;
  return fds_[0];
}

Instant DueHeap::first_due() const noexcept { return slots_.at(fds_[0]).due; }

bool DueHeap::before(int a, int b) const noexcept {
  const Instant left = slots_.at(a).due;
  const Instant right = slots_.at(b).due;
  return left != right ? left < right : a < b;
}

void DueHeap::put(std::size_t position, int fd) noexcept {
  fds_[position] = fd;
  constexpr std::size_t kMask = (std::size_t{1} << kPlaceBits) - 1;
  static_assert(SlotTable::kMostDescriptors <= kMask);
  slots_.at(fd).place = static_cast<std::uint32_t>((position + 1) & kMask);
}

void DueHeap::rise(std::size_t position, int fd) noexcept {
  while (position > 0) {
    const std::size_t parent = (position - 1) / kChildren;
    if (!before(fd, fds_[parent])) break;
    put(position, fds_[parent]);
    position = parent;
  }
  put(position, fd);
}

void DueHeap::sink(std::size_t position, int fd) noexcept {
  for (;;) {
    const std::size_t begin = position * kChildren + 1;
    if (begin >= count_) break;
    const std::size_t end = std::min(begin + kChildren, count_);
    std::size_t least = begin;
    for (std::size_t child = begin + 1; child < end; ++child) {
      if (before(fds_[child], fds_[least])) least = child;
    }
    if (!before(fds_[least], fd)) break;
    put(position, fds_[least]);
    position = least;
  }
  put(position, fd);
}

}  // namespace wsalive::engine
