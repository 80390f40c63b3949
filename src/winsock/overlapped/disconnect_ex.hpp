// The end of a connection within an overlapped operation: DisconnectEx, and what TransmitFile does at its end.
#pragma once

#include "winsock/overlapped/operation.hpp"

namespace wsalive::winsock {

/// Ends the sending; with TF_REUSE_SOCKET in `extra.mode` waits for the peer's end, passing over what it sends, and
/// makes the socket new. `extra.stage` is 0 at first. Ends with `done` octets.
[[nodiscard]] Progress attempt_disconnect(Operation& operation, Socket& socket, Outcome& outcome);

}  // namespace wsalive::winsock
