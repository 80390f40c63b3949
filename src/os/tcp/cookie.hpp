// The kernel's own name of a socket, unique until the next boot: tells whether a descriptor still
// means the socket that it meant before.
#pragma once

#include <cstdint>

#include "base/result.hpp"

namespace wsalive::os {

/// SO_COOKIE; never 0. ENOTSOCK or EBADF where the descriptor is no socket. Any thread.
[[nodiscard]] Result<std::uint64_t> socket_cookie(int fd) noexcept;

}  // namespace wsalive::os
