// Connecting to the first of several addresses that answers: what WSAConnectByList and WSAConnectByName share.
#pragma once

#include "winsock2.h"

#include <optional>
#include <span>

#include "base/clock.hpp"
#include "base/wsa_error.hpp"
#include "os/socket/socket_address.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

/// Where a program wants one end's address: a DWORD length and memory. Both are given, or neither.
struct NamePlace {
  sockaddr* name;
  DWORD* size;
};

/// What the two calls have in common.
struct ConnectBy {
  NamePlace local;
  NamePlace remote;
  const timeval* limit;  ///< For the whole call; nullptr: none of its own.
  WSAOVERLAPPED* reserved;
};

/// Why the call cannot be made on this socket, or with these places. WSAEINVAL, WSAEISCONN, WSAEFAULT.
[[nodiscard]] WsaError check_connect_by(Socket& socket, const ConnectBy& call);

/// Until when the call may last.
[[nodiscard]] std::optional<Instant> deadline_of(const ConnectBy& call);

/// Connects to the program's addresses in turn, and waits even if the socket is non-blocking.
/// \return none once one has answered; the last one's code; WSAETIMEDOUT at the deadline.
[[nodiscard]] WsaError connect_to_first(Socket& socket, std::span<const SOCKET_ADDRESS> addresses,
                                        std::optional<Instant> deadline);

/// Gives the program both ends' addresses.
void give_names(const Socket& socket, const ConnectBy& call);

}  // namespace wsalive::winsock
