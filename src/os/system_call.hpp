// A raw system call that answers as the kernel does, a result or an errno below 0, and leaves errno alone. It spares the
// hot paths libc's wrapper (a cancellation point) and the saving of errno around it.
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <type_traits>

namespace wsalive::os {

namespace detail {

template <typename T>
[[nodiscard]] inline long as_word([[maybe_unused]] T argument) noexcept {
  if constexpr (std::is_null_pointer_v<T>) {
    return 0;
  } else if constexpr (std::is_pointer_v<T>) {
    return reinterpret_cast<long>(argument);
  } else {
    return static_cast<long>(argument);
  }
}

#if defined(__x86_64__)
[[nodiscard]] inline long call_kernel(long number, long a, long b, long c, long d, long e,
                                      long f) noexcept {
  long result = 0;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
}
#else
[[nodiscard]] inline long call_kernel(long number, long a, long b, long c, long d, long e,
                                      long f) noexcept {
  const int kept = errno;
  const long result = ::syscall(number, a, b, c, d, e, f);
  if (result >= 0) return result;
  const long error = -errno;
  errno = kept;
  return error;
}
#endif

}  // namespace detail

/// Pointers and numbers alike; at most six.
template <typename... Arguments>
[[nodiscard]] inline long system_call(long number, Arguments... arguments) noexcept {
  static_assert(sizeof...(Arguments) <= 6);
  const long words[7] = {detail::as_word(arguments)...};
  return detail::call_kernel(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

}  // namespace wsalive::os
