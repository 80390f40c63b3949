// The extension functions ConnectEx and DisconnectEx, as the rest of winsock needs them, and the control code by which
// programs get all extension functions: SIO_GET_EXTENSION_FUNCTION_POINTER (K-103).
#pragma once

#include "base/wsa_error.hpp"
#include "os/socket/socket_address.hpp"
#include "winsock/options/ioctl.hpp"
#include "winsock/overlapped/operation.hpp"
#include "winsock/socket.hpp"
#include "winsock2.h"

namespace wsalive::winsock {

/// In: a GUID; out: the function's address. WSAEFAULT for short or bad buffers, WSAEINVAL for a GUID that no function
/// knows.
[[nodiscard]] WsaError give_extension_function(const IoctlCall& call, std::uint32_t& written);

// ConnectEx: a connection request as an overlapped operation, with data to follow it.

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

// The end of a connection within an overlapped operation: DisconnectEx, and what TransmitFile does at its end.

/// Ends the sending. With TF_REUSE_SOCKET in `extra.mode` it waits for the peer's end, discards what the peer sends, and
/// makes the socket new. `extra.stage` is 0 at first. The outcome has `done` octets.
[[nodiscard]] Progress attempt_disconnect(Operation& operation, Socket& socket, Outcome& outcome);

}  // namespace wsalive::winsock
