// Between the request and the connection. The kernel completes a request without telling us; what it has
// come to is asked when a call wants to know (K-31).
#pragma once

#include "base/wsa_error.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

/// The phase as the kernel sees it now: a request that has ended makes the socket connected, or fresh
/// again with its error kept for SO_ERROR (K-101, K-106).
Phase settle_phase(Socket& socket) noexcept;

/// Takes a fresh socket for a connection request that the caller makes now. Until the caller clears
/// `request_awaited` no other thread says that the request has failed.
/// \return false, and nothing has changed, if the socket is not fresh, or an AcceptEx has it.
[[nodiscard]] bool begin_request(Socket& socket) noexcept;

/// Whether an AcceptEx is to make the socket a connection: until then it takes no other one (K-133).
[[nodiscard]] inline bool waits_for_accept(const Socket& socket) noexcept {
  return (socket.options.bits.load() & kAcceptPending) != 0;
}

/// Notes that the socket is connected: its phase, its time (K-106), and keep-alive, which a driver may
/// have to begin anew on a connection (K-34).
void become_connected(Socket& socket) noexcept;

/// Puts keep-alive in force as the socket's cells say, if they say on.
void apply_keep_alive(Socket& socket) noexcept;

}  // namespace wsalive::winsock
