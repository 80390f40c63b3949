// Why a connection ended. The kernel says it once; the socket's entry keeps it from the first sight on,
// and every later call is answered from there (K-28, K-90 to K-92).
#pragma once

#include "winsock/socket.hpp"

namespace wsalive::winsock {

/// Keeps the cause that `error`, an errno which the kernel has just given for this socket, tells of.
/// An errno that tells of no end changes nothing. \return the cause kept, the first one if two threads
/// see the end at once.
Cause note_death(Socket& socket, int error) noexcept;

/// The cause of an end that may not have been seen yet: the one kept, else the kernel's pending error,
/// which this uses up and keeps. `none` while the connection lives. SO_ERROR's own value is kept too
/// (K-106); it stays 0 where keep-alive found the peer dead (K-90).
[[nodiscard]] Cause settle_cause(Socket& socket) noexcept;

}  // namespace wsalive::winsock
