// Expected failures are values: Result<T> carries a T, or the errno of the system call that failed
// together with what was attempted.
#pragma once

#include <tl/expected.hpp>

namespace wsalive {

/// A refused system call: its errno, and a literal that names the attempt ("setsockopt TCP_KEEPIDLE").
struct SysError {
  int code = 0;
  const char* attempt = "";

  friend constexpr bool operator==(const SysError& a, const SysError& b) {
    return a.code == b.code;
  }
};

template <typename T>
using Result = tl::expected<T, SysError>;

using Status = Result<void>;

[[nodiscard]] inline tl::unexpected<SysError> failure(int code, const char* attempt) {
  return tl::unexpected<SysError>(SysError{code, attempt});
}

}  // namespace wsalive
