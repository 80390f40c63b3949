// Arrays in a program's memory, both read and written: checked (K-26) once for all items, then used in place.
#pragma once

#include <cstddef>
#include <cstdint>

#include "os/memory/program_memory.hpp"

namespace wsalive::winsock {

/// Whether all items can be read and written.
template <typename T>
[[nodiscard]] bool is_good_array(T* array, std::size_t count) noexcept {
  if (count > PTRDIFF_MAX / sizeof(T)) return false;
  const std::size_t size = count * sizeof(T);
  return os::is_on_stack(array, size) || os::is_writable(array, size);
}

}  // namespace wsalive::winsock
