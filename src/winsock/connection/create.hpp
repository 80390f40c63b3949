// How a descriptor becomes a socket of the table.
#pragma once

#include <cstdint>
#include <tl/expected.hpp>

#include "base/wsa_error.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

using NewSocket = tl::expected<Handle, WsaError>;

/// Makes the entry of a new descriptor, or closes it and answers WSAEMFILE.
[[nodiscard]] NewSocket enter_table(int fd, const Traits& traits) noexcept;

// SO_OPENTYPE: what kind of sockets the calling thread's socket() makes. An option of the thread, which
// getsockopt and setsockopt take on any handle (K-23).

/// 0: sockets for overlapped calls; else SO_SYNCHRONOUS_ALERT or SO_SYNCHRONOUS_NONALERT.
[[nodiscard]] std::uint32_t thread_open_type() noexcept;

void set_thread_open_type(std::uint32_t type) noexcept;

// Descriptors that become sockets.

/// Makes a descriptor a socket of the same number, in the state in which it is; errors as of wsalive_adopt.
[[nodiscard]] NewSocket adopt_descriptor(int fd);

}  // namespace wsalive::winsock
