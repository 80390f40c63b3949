// Ending a socket: closesocket, and what WSACleanup does to all of them.
#pragma once

#include "winsock/socket.hpp"

namespace wsalive::winsock {

/// Ends the calls of other threads, forgets what is kept, and closes the descriptor (K-109). False if another
/// thread is already at it.
bool close_now(Socket& socket) noexcept;

}  // namespace wsalive::winsock
