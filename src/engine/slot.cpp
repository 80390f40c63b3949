#include "engine/slot.hpp"

#include <sys/mman.h>
#include <sys/resource.h>

#include <algorithm>

namespace wsalive::engine {
namespace {

constexpr std::size_t kEach = sizeof(Slot) + sizeof(int);

std::size_t most_descriptors() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return SlotTable::kMostDescriptors;
  return std::min<std::size_t>(limit.rlim_max, SlotTable::kMostDescriptors);
}

}  // namespace

SlotTable::SlotTable() noexcept {
  constexpr std::size_t kFewest = 1024;
  // A process with little address space gets a smaller table.
  for (std::size_t size = std::max(most_descriptors(), kFewest); size >= kFewest; size /= 2) {
    void* const memory = ::mmap(nullptr, size * kEach, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) continue;
    slots_ = static_cast<Slot*>(memory);  // Zeroed pages are empty slots.
    order_ = static_cast<int*>(static_cast<void*>(slots_ + size));
    size_ = size;
    return;
  }
}

SlotTable::~SlotTable() {
  if (slots_) ::munmap(slots_, size_ * kEach);
}

}  // namespace wsalive::engine
