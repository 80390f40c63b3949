// Pointers that a program handed us, never trusted (K-26): every copy from and to them is made by the
// kernel, which answers EFAULT where a plain access would crash. Where the kernel call that the program
// asked for takes the pointer itself, that call is the check and nothing here is needed.
//
// Any thread; no allocation. What another thread unmaps meanwhile is the program's own affair.
#pragma once

#include <cstddef>
#include <cstring>

namespace wsalive::os {

/// Copies `size` bytes from a program's memory. \return false, with `to` unspecified, if any of them
/// cannot be read.
[[nodiscard]] bool read_program(const void* from, void* to, std::size_t size) noexcept;

/// Copies `size` bytes, 64 KiB at most, into a program's memory. \return false, with nothing
/// changed, if any of them cannot be written.
[[nodiscard]] bool write_program(void* to, const void* from, std::size_t size) noexcept;

/// Whether `size` bytes, 64 KiB at most, can be written. Leaves them as they are.
[[nodiscard]] bool is_writable(void* at, std::size_t size) noexcept;

/// Whether the bytes lie in the part of the calling thread's stack that is in use: certainly readable
/// and writable, without asking the kernel. False says nothing. This is how an `int` on the caller's
/// stack, the usual place of an option's length, is read at no cost.
[[nodiscard]] bool is_on_stack(const void* at, std::size_t size) noexcept;

/// Reads a value by the cheapest safe way.
template <typename T>
[[nodiscard]] bool load_program(const T* from, T& to) noexcept {
  if (is_on_stack(from, sizeof(T))) {
    std::memcpy(&to, from, sizeof(T));  // May be unaligned.
    return true;
  }
  return read_program(from, &to, sizeof(T));
}

/// Writes a value by the cheapest safe way.
template <typename T>
[[nodiscard]] bool store_program(T* to, const T& value) noexcept {
  if (is_on_stack(to, sizeof(T))) {
    std::memcpy(to, &value, sizeof(T));
    return true;
  }
  return write_program(to, &value, sizeof(T));
}

}  // namespace wsalive::os
