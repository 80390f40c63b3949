// What an accepted socket gets from its listener.
#pragma once

#include "winsock/connection/create.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

/// The cells of an accepted socket; the kernel has handed its own options down at the handshake.
void inherit(const Socket& listener, Socket& accepted);

/// Makes an accepted connection a socket that has inherited its listener's cells (K-41, K-112).
[[nodiscard]] NewSocket adopt_accepted(const Socket& listener, int fd) noexcept;

}  // namespace wsalive::winsock
