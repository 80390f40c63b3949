// Pointers that a program handed us, never trusted (K-26): every copy from and to them is made by the
// kernel, which answers EFAULT where a plain access would crash. Where the kernel call that the program
// asked for takes the pointer itself, that call is the check and nothing here is needed.
//
// Any thread; no allocation. A program that unmaps the memory meanwhile, in another thread, is on its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace wsalive::os {

namespace detail {
/// The calling thread's stack. Top 0: not asked for yet. Where the system does not tell it, a place that no process has.
struct Stack {
  std::uintptr_t bottom = 0;
  std::uintptr_t top = 0;
};
// One load where it is known: this model spares the call that a thread-local of a shared library otherwise takes.
[[gnu::tls_model("initial-exec")]] extern constinit thread_local Stack own_stack;
void learn_own_stack() noexcept;
}  // namespace detail

/// Copies `size` bytes from a program's memory. \return false, with `to` unspecified, if any of them
/// cannot be read.
[[nodiscard]] bool read_program(const void* from, void* to, std::size_t size) noexcept;

/// Copies `size` bytes, 64 KiB at most, into a program's memory. \return false, with nothing
/// changed, if any of them cannot be written.
[[nodiscard]] bool write_program(void* to, const void* from, std::size_t size) noexcept;

/// Whether `size` bytes, 64 KiB at most, can be written. Leaves them as they are.
[[nodiscard]] bool is_writable(void* at, std::size_t size) noexcept;

/// Whether `size` bytes can be read; one cheap question for each page.
[[nodiscard]] bool is_readable(const void* at, std::size_t size) noexcept;

/// Whether an aligned word that no other thread uses at the moment can be written: several times cheaper than is_writable.
/// Leaves it as it is.
[[nodiscard]] bool is_own_word_writable(std::uint64_t* word) noexcept;

/// Whether the bytes lie in the page of a word: if the word can be written, so can they.
[[nodiscard]] inline bool is_in_page_of(const void* word, const void* at,
                                        std::size_t size) noexcept {
  constexpr std::uintptr_t kPageSize = 4096;
  const auto page = reinterpret_cast<std::uintptr_t>(word) / kPageSize;
  const auto from = reinterpret_cast<std::uintptr_t>(at);
  return from / kPageSize == page && size <= kPageSize - from % kPageSize;
}

/// Whether two pieces can be written; one question where they lie close together, as parts of one structure do.
[[nodiscard]] bool are_writable(void* one, std::size_t one_size, void* other,
                                std::size_t other_size) noexcept;

/// Whether the bytes lie in the part of the calling thread's stack that is in use: certainly readable
/// and writable, without asking the kernel. False says nothing. This is how an `int` on the caller's
/// stack, the usual place of an option's length, is read at no cost.
[[nodiscard]] inline bool is_on_stack(const void* at, std::size_t size) noexcept {
  const auto from = reinterpret_cast<std::uintptr_t>(at);
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  if (detail::own_stack.top == 0) [[unlikely]]
    detail::learn_own_stack();
  const detail::Stack& stack = detail::own_stack;
  // A signal handler's or a coroutine's stack lies elsewhere: then nothing is known.
  return here >= stack.bottom && from >= here && from + size > from && from + size <= stack.top;
}

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
