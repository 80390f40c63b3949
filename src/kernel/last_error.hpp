// The calling thread's last error: one cell for GetLastError and WSAGetLastError alike, as on Windows,
// where WSAGetLastError is GetLastError by another name.
//
// Every exported function ends in a store here, so the cell is a plain thread-local word of the
// initial-exec model: one instruction, no call, nothing made at a thread's start or torn down at its
// end. A shared library may use a few such words even when it is loaded by dlopen. A forked child
// keeps the value of the thread that forked.
#pragma once

#include <cstdint>

namespace wsalive::kernel {

namespace detail {
[[gnu::tls_model("initial-exec")]] extern constinit thread_local std::uint32_t last_error_cell;
}

/// The code that the calling thread stored last; 0 in a new thread.
[[nodiscard]] inline std::uint32_t last_error() noexcept { return detail::last_error_cell; }

/// Stores any 32-bit code for the calling thread.
inline void set_last_error(std::uint32_t code) noexcept { detail::last_error_cell = code; }

/// FALSE, with the code stored.
inline int fail(std::uint32_t code) noexcept {
  set_last_error(code);
  return 0;
}

/// Any other answer that means failure, with the code stored.
template <typename T>
T fail(std::uint32_t code, T answer) noexcept {
  set_last_error(code);
  return answer;
}

/// TRUE, or FALSE with the code stored. A success leaves the last error alone.
inline int succeed_if(bool success, std::uint32_t code_otherwise) noexcept {
  return success ? 1 : fail(code_otherwise);
}

}  // namespace wsalive::kernel
