// A process-wide object that is made at compile time and never destroyed: threads that run on while
// the process ends may still use it.
#pragma once

namespace wsalive {

template <typename T>
union Immortal {
  constexpr Immortal() noexcept : value() {}
  constexpr ~Immortal() {}  // NOLINT(modernize-use-equals-default): `value` lives on.
  Immortal(const Immortal&) = delete;
  Immortal& operator=(const Immortal&) = delete;

  T value;
};

}  // namespace wsalive
