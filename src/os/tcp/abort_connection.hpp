// Ending a connection with a reset: one's own, as a server does that rejects it, or any other by SOCK_DESTROY.
#pragma once

#include <cstdint>

#include "base/owned.hpp"
#include "base/result.hpp"

namespace wsalive::os {

void abort_connection(Fd connection) noexcept;

/// Ends the connection of this descriptor by SOCK_DESTROY, if its socket still has this cookie: a reset goes out, and
/// the program's calls answer ECONNABORTED once. The calling thread must be in the socket's network
/// namespace.
///
/// Errors  EPERM without CAP_NET_ADMIN, EOPNOTSUPP where the kernel was built without it, ENOENT where
///         the connection is not found here (another namespace, or gone).
[[nodiscard]] Status destroy_connection(int fd, std::uint64_t cookie) noexcept;

/// Prepares for destroy_connection. The kernel may need a module for it, and loading that takes tens of milliseconds, once
/// after boot. A thread that ends at once has it loaded now, so that neither the caller nor the first end waits for it. The
/// second call of a process does nothing. Any thread.
void expect_destroy() noexcept;

}  // namespace wsalive::os
