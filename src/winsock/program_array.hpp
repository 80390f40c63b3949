// Arrays in a program's memory, both read and written: checked (K-26) once for all items, then used in place.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "os/program_memory.hpp"

namespace wsalive::winsock {

/// Calls `visit(item)` for each item. \return false, before any visit, if they cannot all be written to.
template <typename T, typename Visit>
[[nodiscard]] bool for_each_of_program(T* array, std::size_t count, Visit visit) {
  if (count > PTRDIFF_MAX / sizeof(T)) return false;
  const std::size_t size = count * sizeof(T);
  if (!os::is_on_stack(array, size) && !os::is_writable(array, size)) return false;
  std::for_each(array, array + count, visit);
  return true;
}

/// Writes items one behind the other, where `for_each_of_program` has found the room writable.
template <typename T>
class ProgramWriter {
 public:
  explicit ProgramWriter(T* array) noexcept : array_(array) {}

  void put(const T& item) noexcept { array_[count_++] = item; }
  [[nodiscard]] std::uint32_t count() const noexcept { return count_; }

 private:
  T* array_;
  std::uint32_t count_ = 0;
};

}  // namespace wsalive::winsock
