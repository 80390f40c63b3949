// How exported functions return: each ends in one of these, which store the code for
// WSAGetLastError.
#pragma once

#include <new>

#include "base/wsa_error.hpp"
#include "kernel/last_error.hpp"
#include "os/memory/program_memory.hpp"
#include "winsock/runtime.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

inline constexpr int kSocketError = -1;

inline void store_last_error(WsaError code) noexcept {
  kernel::set_last_error(static_cast<std::uint32_t>(code));
}

/// 0 or SOCKET_ERROR. A success leaves the last error alone (K-14).
[[nodiscard]] inline int finish(WsaError code) noexcept {
  if (code == WsaError::none) return 0;
  store_last_error(code);
  return kSocketError;
}

/// TRUE or FALSE. A success leaves the last error alone.
[[nodiscard]] inline int finish_flag(WsaError code) noexcept {
  if (code == WsaError::none) return 1;
  store_last_error(code);
  return 0;
}

/// The same of a body that may run out of memory.
template <typename Body>
[[nodiscard]] int guarded_flag(Body body) noexcept {
  try {
    return finish_flag(body());
  } catch (const std::bad_alloc&) {
    return finish_flag(WsaError::not_enough_memory);
  }
}

/// A count, or SOCKET_ERROR.
template <typename Expected>
[[nodiscard]] int finish_count(const Expected& count) noexcept {
  if (count) [[likely]]
    return static_cast<int>(*count);
  store_last_error(count.error());
  return kSocketError;
}

/// The same of a body that may run out of memory.
template <typename Body>
[[nodiscard]] int guarded_count(Body body) noexcept {
  try {
    return finish_count(body());
  } catch (const std::bad_alloc&) {
    return finish(WsaError::no_buffers);
  }
}

/// The handle of a new socket, or INVALID_SOCKET.
template <typename Expected>
[[nodiscard]] Handle finish_handle(const Expected& socket) noexcept {
  if (socket) return *socket;
  store_last_error(socket.error());
  return kInvalidHandle;
}

/// Whether a program's memory can take a value. A call asks before it does anything.
template <typename T>
[[nodiscard]] bool can_store(T* at) noexcept {
  return os::is_on_stack(at, sizeof *at) || os::is_writable(at, sizeof *at);
}

/// As `finish`, for getsockopt, setsockopt, WSAIoctl, bind and shutdown, whose success clears the last error
/// from Windows 7 on (K-14).
[[nodiscard]] inline int finish_and_clear(WsaError code) noexcept {
  if (code != WsaError::none) return finish(code);
  if (runtime().release().last_error == policy::LastErrorRule::cleared) {
    store_last_error(WsaError::none);
  }
  return 0;
}

/// Runs `body`, which returns a WsaError. No exception crosses an exported function: if memory runs out, this returns a code.
template <typename Body>
[[nodiscard]] WsaError guarded(Body body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return WsaError::no_buffers;
  }
}

}  // namespace wsalive::winsock
