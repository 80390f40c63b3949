// TCP_MAXRT and TCP_MAXRTMS: how long data may stay unacknowledged before the connection is given up.
//
// Linux' TCP_USER_TIMEOUT does that. In the kernel it also decides keep-alive's end; so the option
// goes through the engine, which keeps T, I, N and the end of K-52 exact beside it (K-76).
#pragma once

#include "base/wsa_error.hpp"
#include "winsock/options/option_row.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

/// TCP_MAXRT
///
/// Value   Seconds; -1: retransmit for ever; 0, the initial value: by the host's own rule. The two options
///         share one cell: the other one reads what was set here, in its unit, rounded up.
/// Effect  At once, also for data that is already on its way, and for a connection request. Linux' longest limit is
///         24.8 days; -1 means that.
/// Errors  WSAEFAULT; WSAEINVAL: negative, but not -1. WSAENOPROTOOPT before Windows Vista.  K-76
[[nodiscard]] WsaError get_max_rt(const GetCall& call);
[[nodiscard]] WsaError set_max_rt(const SetCall& call);

/// TCP_MAXRTMS: the same in milliseconds; WSAENOPROTOOPT before Windows 10.
[[nodiscard]] WsaError get_max_rt_ms(const GetCall& call);
[[nodiscard]] WsaError set_max_rt_ms(const SetCall& call);

/// The socket's own limit as the host takes it: milliseconds, 0 for none.
[[nodiscard]] int host_limit(const Socket& socket) noexcept;

/// Puts the socket's own limit in force on a connection whose kernel socket has just replaced the socket's.
void apply_limit(const Socket& socket) noexcept;

}  // namespace wsalive::winsock
