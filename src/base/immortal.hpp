// A process-wide object that is made at compile time and never destroyed: threads that run on while
// the process ends may still use it.
#pragma once

#include <cstddef>
#include <new>

namespace wsalive {

template <typename T>
union Immortal {
  constexpr Immortal() noexcept : value() {}
  constexpr ~Immortal() {}  // NOLINT(modernize-use-equals-default): `value` lives on.
  Immortal(const Immortal&) = delete;
  Immortal& operator=(const Immortal&) = delete;

  T value;
};

/// The process's one T: made by the first call, never destroyed, and not from the heap, so that a process without memory
/// has it all the same. T's constructor takes no memory.
template <typename T>
[[nodiscard]] T& the_only() noexcept {
  alignas(
      T) static std::byte room[sizeof(T)];  // NOLINT(modernize-avoid-c-arrays): no header for it.
  static T& made = *new (&room) T;
  return made;
}

}  // namespace wsalive
