// SO_OPENTYPE: what kind of sockets the calling thread's socket() makes. An option of the thread, which
// getsockopt and setsockopt take on any handle (K-23).
#pragma once

#include <cstdint>

namespace wsalive::winsock {

/// 0: sockets for overlapped calls; else SO_SYNCHRONOUS_ALERT or SO_SYNCHRONOUS_NONALERT.
[[nodiscard]] std::uint32_t thread_open_type() noexcept;

void set_thread_open_type(std::uint32_t type) noexcept;

}  // namespace wsalive::winsock
