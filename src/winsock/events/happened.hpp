// What has happened on a socket in the sense of WSAEventSelect, asked of the kernel now.
#pragma once

#include "winsock/events/selection.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

/// The events whose condition holds, FD_CLOSE and FD_CONNECT with their codes (K-93). Settles a request that has
/// ended, unless the call that made it still waits for it; uses nothing up.
[[nodiscard]] NetworkRecord happened_on(Socket& socket) noexcept;

}  // namespace wsalive::winsock
