// Process-wide objects that are never destroyed, because threads that still run while the process ends may use them.
#pragma once

#include <cstddef>
#include <new>

namespace wsalive {

/// An object that is constant-initialised and never destroyed.
template <typename T>
union Immortal {
  constexpr Immortal() noexcept : value() {}
  constexpr ~Immortal() {}  // NOLINT(modernize-use-equals-default): `value` lives on.
  Immortal(const Immortal&) = delete;
  Immortal& operator=(const Immortal&) = delete;

  T value;
};

/// The process's one T: made by the first call and never destroyed. It takes no memory from the heap, so that it exists even
/// in a process that has none left. T's constructor must not allocate.
template <typename T>
[[nodiscard]] T& the_only() noexcept {
  alignas(
      T) static std::byte room[sizeof(T)];  // NOLINT(modernize-avoid-c-arrays): no header for it.
  static T& made = *new (&room) T;
  return made;
}

}  // namespace wsalive
