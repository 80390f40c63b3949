// Ending a connection with a reset, as a server does that rejects it.
#pragma once

#include <cstdint>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace wsalive::os {

void abort_connection(Fd connection) noexcept;

// SOCK_DESTROY: ends a connection with a reset, from the outside of its socket.

/// Ends the connection of this descriptor, if its socket still has this cookie: a reset goes out, and
/// the program's calls answer ECONNABORTED once. The calling thread must stand in the socket's network
/// namespace.
///
/// Errors  EPERM without CAP_NET_ADMIN, EOPNOTSUPP where the kernel was built without it, ENOENT where
///         the connection is not found here (another namespace, or gone).
[[nodiscard]] Status destroy_connection(int fd, std::uint64_t cookie) noexcept;

/// Says that a connection will be ended some time. The kernel may have what that takes in a module, and loading it takes
/// tens of milliseconds, once after boot: it is asked for now, by a thread that ends at once, so that neither the caller
/// nor the first end waits for it. The second call of a process does nothing. Any thread.
void expect_destroy() noexcept;

}  // namespace wsalive::os
