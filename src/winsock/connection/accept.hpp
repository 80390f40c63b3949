// What an accepted socket gets from its listener.
#pragma once

#include <optional>

#include "base/fd.hpp"
#include "winsock/connection/create.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

/// The cells of an accepted socket; the kernel has handed its own options down at the handshake.
void inherit(const Socket& listener, Socket& accepted);

/// Makes an accepted connection a socket that has inherited its listener's cells (K-41, K-112).
[[nodiscard]] NewSocket adopt_accepted(const Socket& listener, int fd) noexcept;

// Connections that a condition function has deferred (CF_DEFER): taken from the kernel's queue already,
// they wait here for the listener's next accept.

/// Puts a connection back, ahead of all others of its listener. \return false, and the connection is reset,
/// where memory is short.
[[nodiscard]] bool defer(const Socket& listener, Fd connection) noexcept;

/// The listener's deferred connection. Costs one load where no listener has any.
[[nodiscard]] Fd take_deferred(const Socket& listener) noexcept;

/// Whether the listener has one: it is readable then.
[[nodiscard]] bool has_deferred(const Socket& listener) noexcept;

/// Whether any listener has some.
[[nodiscard]] bool any_deferred() noexcept;

/// Closes what a listener that ends has left.
void drop_deferred(const Socket& listener) noexcept;

}  // namespace wsalive::winsock
