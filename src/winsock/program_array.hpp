// Arrays in a program's memory, read and written with checks (K-26) but not item by item: in place where
// they lie on the caller's stack, else through a copy of a few hundred bytes at a time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "os/program_memory.hpp"

namespace wsalive::winsock {

inline constexpr std::size_t kArrayBlock = 64;

/// What the call will do with the array later; a writing call is refused before it does anything.
enum class Access : std::uint8_t { read, write };

/// Calls `visit(item)` for each item. \return false at the first block that is not in memory.
template <typename T, typename Visit>
[[nodiscard]] bool for_each_of_program(T* array, std::size_t count, Access access, Visit visit) {
  if (count > PTRDIFF_MAX / sizeof(T)) return false;
  if (os::is_on_stack(array, count * sizeof(T))) {
    std::for_each(array, array + count, visit);
    return true;
  }
  std::array<T, kArrayBlock> block;  // Not cleared.
  for (std::size_t done = 0; done < count; done += kArrayBlock) {
    const std::size_t part = std::min(kArrayBlock, count - done);
    if (!os::read_program(array + done, block.data(), part * sizeof(T))) return false;
    if (access == Access::write && !os::is_writable(array + done, part * sizeof(T))) return false;
    std::for_each(block.begin(), block.begin() + static_cast<std::ptrdiff_t>(part), visit);
  }
  return true;
}

/// Writes items one behind the other. Before the first, `for_each_of_program` has found the room writable.
template <typename T>
class ProgramWriter {
 public:
  explicit ProgramWriter(T* array) noexcept : array_(array) {}

  [[nodiscard]] bool put(const T& item) noexcept {
    block_[filled_++] = item;
    ++count_;
    return filled_ < kArrayBlock || flush();
  }
  /// Call after the last.
  [[nodiscard]] bool flush() noexcept {
    const std::size_t size = filled_ * sizeof(T);
    T* const to = array_ + (count_ - filled_);
    filled_ = 0;
    if (size == 0) return true;
    if (!os::is_on_stack(to, size)) return os::write_program(to, block_.data(), size);
    std::copy_n(block_.begin(), size / sizeof(T), to);
    return true;
  }
  [[nodiscard]] std::uint32_t count() const noexcept { return count_; }

 private:
  T* array_;
  std::array<T, kArrayBlock> block_;  // Not cleared.
  std::size_t filled_ = 0;
  std::uint32_t count_ = 0;
};

}  // namespace wsalive::winsock
