// A socket's life, from socket() to closesocket(), as the other rooms need it: creating, connecting, accepting, closing.
#pragma once

#include <cstdint>
#include <optional>
#include <tl/expected.hpp>

#include "base/owned.hpp"
#include "base/wsa_error.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

// Creating: how a descriptor becomes a socket of the table.

using NewSocket = tl::expected<Handle, WsaError>;

/// Makes the entry of a new descriptor, or closes it and answers WSAEMFILE.
[[nodiscard]] NewSocket enter_table(int fd, const Traits& traits) noexcept;

// SO_OPENTYPE: what kind of sockets the calling thread's socket() makes. An option of the thread, which
// getsockopt and setsockopt take on any handle (K-23).

/// 0: socket() makes sockets for overlapped calls; else SO_SYNCHRONOUS_ALERT or SO_SYNCHRONOUS_NONALERT.
[[nodiscard]] std::uint32_t thread_open_type() noexcept;

void set_thread_open_type(std::uint32_t type) noexcept;

/// Makes a descriptor a socket of the same number, in its present state; errors as of wsalive_adopt.
[[nodiscard]] NewSocket adopt_descriptor(int fd);

// The connection request. The kernel completes a request without a notice; a call that needs the outcome asks for it
// (K-31).

/// Updates the phase by the kernel's state: a request that has ended makes the socket connected, or fresh
/// again with its error kept for SO_ERROR (K-101, K-106).
Phase settle_phase(Socket& socket) noexcept;

/// Reserves a fresh socket for a connection request that the caller makes now. Until the caller clears
/// `request_awaited` no other thread reports that the request has failed.
/// \return false, with nothing changed, if the socket is not fresh, or an AcceptEx waits to use it.
[[nodiscard]] bool begin_request(Socket& socket) noexcept;

/// Whether an AcceptEx waits to make the socket a connection: until then it can make no other one (K-133).
[[nodiscard]] inline bool waits_for_accept(const Socket& socket) noexcept {
  return (socket.options.bits.load() & kAcceptPending) != 0;
}

/// Notes that the socket is connected: sets its phase and its time (K-106), and puts keep-alive in force, since a driver may
/// have to begin anew on a connection (K-34).
void become_connected(Socket& socket) noexcept;

/// Puts keep-alive in force as it was asked for, if it was switched on.
void apply_keep_alive(const Socket& socket) noexcept;

// Accepting: what an accepted socket inherits from its listener, and connections that a condition function has deferred.

/// Copies the listener's cells to an accepted socket; the kernel's own options were inherited at the handshake.
void inherit(const Socket& listener, Socket& accepted);

/// Makes an accepted connection a socket that has inherited its listener's cells (K-41, K-112).
[[nodiscard]] NewSocket adopt_accepted(const Socket& listener, int fd) noexcept;

// Connections that a condition function has deferred (CF_DEFER): the kernel's queue no longer has them,
// so they wait here for the listener's next accept.

/// Puts a connection back, before all others of its listener. \return false if memory is short; then the connection is
/// reset.
[[nodiscard]] bool defer(const Socket& listener, Fd connection) noexcept;

/// Takes the listener's next deferred connection. Costs one load where no listener has any.
[[nodiscard]] Fd take_deferred(const Socket& listener) noexcept;

/// Whether the listener has one: it is readable then.
[[nodiscard]] bool has_deferred(const Socket& listener) noexcept;

/// Whether any listener has some.
[[nodiscard]] bool any_deferred() noexcept;

/// Closes the deferred connections of a listener that ends.
void drop_deferred(const Socket& listener) noexcept;

// Closing a socket, for closesocket and for WSACleanup, which closes all of them.

/// Ends the calls of other threads, clears the entry, and closes the descriptor (K-109). \return false if another
/// thread is closing it already.
bool close_now(Socket& socket) noexcept;

}  // namespace wsalive::winsock
