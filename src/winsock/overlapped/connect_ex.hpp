// ConnectEx: a connection request as an overlapped operation, with data to follow it.
#pragma once

#include "winsock2.h"

#include "base/wsa_error.hpp"
#include "os/socket/socket_address.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

/// Whether the socket's connection came from ConnectEx or one of the by-list and by-name calls and
/// SO_UPDATE_CONNECT_CONTEXT has not been set: getpeername and shutdown answer WSAENOTCONN (K-34).
[[nodiscard]] inline bool lacks_context(const Socket& socket) noexcept {
  const auto bits = socket.options.bits.load(std::memory_order_relaxed);
  return (bits & (kByConnectEx | kContextUpdated)) == kByConnectEx;
}

/// Asks the kernel for a connection without waiting, whatever the socket's mode: 0, or an errno below 0.
[[nodiscard]] int ask_for_connection(Socket& socket, const os::SocketAddress& address) noexcept;

/// SO_UPDATE_CONNECT_CONTEXT and SO_UPDATE_ACCEPT_CONTEXT.
struct SetCall;
[[nodiscard]] WsaError update_connect_context(const SetCall& call);
[[nodiscard]] WsaError update_accept_context(const SetCall& call);

}  // namespace wsalive::winsock
