// Ending operations early: by the program, and with the thread that started them.
#pragma once

#include "winsock2.h"

#include <cstddef>

#include "winsock/socket.hpp"

namespace wsalive::winsock {

/// Ends the pending operations of a socket that the calling thread has started.
void cancel_own(Socket& socket) noexcept;

/// Ends the pending operation of that OVERLAPPED, or all of the socket; any thread's. \return how many.
[[nodiscard]] std::size_t cancel_any(Socket& socket, const OVERLAPPED* overlapped) noexcept;

/// Ends the AcceptEx that was to make this socket, which closes, a connection.
void cancel_accepts_into(const Socket& accepting) noexcept;

/// Lets the operations without a port that this thread has started end with it. \return false if the host has no room.
[[nodiscard]] bool end_with_thread() noexcept;

}  // namespace wsalive::winsock
