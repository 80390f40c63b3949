// The switches for control data: IP_PKTINFO, IP_RECVTTL, IP_RECVTOS, IP_ECN and IPv6's.
#pragma once

#include "base/wsa_error.hpp"
#include "winsock/options/option_row.hpp"

namespace wsalive::winsock {

/// Whether the release has IP_ECN and IPV6_ECN: from build 20348 on.
[[nodiscard]] bool knows_ecn() noexcept;

/// A switch, off at first: whether WSARecvMsg gives that kind of control data.
[[nodiscard]] WsaError get_control_switch(const GetCall& call);
[[nodiscard]] WsaError set_control_switch(const SetCall& call);

/// Makes the kernel tell each message's destination from now on; the program does not see it.
void ask_for_destination(Socket& socket) noexcept;

/// Takes over what somebody else has switched on in a datagram or raw socket.
void take_control_switches(Socket& socket) noexcept;

}  // namespace wsalive::winsock
