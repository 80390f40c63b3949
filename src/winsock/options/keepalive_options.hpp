// SO_KEEPALIVE, the TCP_KEEP* options and SIO_KEEPALIVE_VALS: what a program asks of one socket becomes one call of the engine,
// which keeps what was asked (K-55, K-56) and what is in force.
//
// A call that is refused changes nothing. No state, no lock and no allocation here; any thread.
#pragma once

#include "base/wsa_error.hpp"
#include "policy/timing_in_force.hpp"
#include "winsock/options/ioctl.hpp"
#include "winsock/options/option_row.hpp"

namespace wsalive::winsock {

/// What T, I and N are where a socket says nothing itself: the registry's, else the release's.  K-55
[[nodiscard]] policy::SourcedTiming default_timing();

/// What T, I and N are or would be in force on a socket, each with its source.  K-55
[[nodiscard]] policy::SourcedTiming wanted_timing(const Socket& socket);

/// The same for the engine: before there is a connection the kernel has what it can have, and nothing is driven.
[[nodiscard]] policy::SourcedTiming for_engine(const Socket& socket, policy::SourcedTiming wanted);

/// Whether SO_KEEPALIVE was switched on.
[[nodiscard]] bool has_keep_alive(const Socket& socket);

/// SO_KEEPALIVE: a switch, off at first (K-10). Setting takes effect at once with the timing that is
/// wanted; refused in a transitional state (K-27) and on a dead connection (K-28).
[[nodiscard]] WsaError get_keep_alive(const GetCall& call);
[[nodiscard]] WsaError set_keep_alive(const SetCall& call);

/// TCP_KEEPIDLE (TCP_KEEPALIVE), TCP_KEEPINTVL in whole seconds, TCP_KEEPCNT a count: they read what is
/// in force, and setting switches nothing on (K-70). WSAEINVAL outside the range (K-71).
[[nodiscard]] WsaError get_keep_idle(const GetCall& call);
[[nodiscard]] WsaError set_keep_idle(const SetCall& call);
[[nodiscard]] WsaError get_keep_interval(const GetCall& call);
[[nodiscard]] WsaError set_keep_interval(const SetCall& call);
[[nodiscard]] WsaError get_keep_count(const GetCall& call);
[[nodiscard]] WsaError set_keep_count(const SetCall& call);

/// SIO_KEEPALIVE_VALS: switch and both times in one call, in milliseconds (K-60 to K-63).
[[nodiscard]] WsaError keep_alive_vals(const IoctlCall& call, std::uint32_t& written);

}  // namespace wsalive::winsock
