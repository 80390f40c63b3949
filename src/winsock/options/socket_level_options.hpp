// Options of SOL_SOCKET: a socket's kind, its state, its last error, how it shares an
// address, how its data moves, and the flags that Windows keeps without acting on them.
#pragma once

#include "base/wsa_error.hpp"
#include "winsock/options/option_row.hpp"

namespace wsalive::winsock {

/// SO_TYPE.
[[nodiscard]] WsaError get_type(const GetCall& call);

/// SO_ERROR: the code of the last failure that no call has reported; kept when read (K-106), 0 after
/// keep-alive has found the peer dead (K-90).
[[nodiscard]] WsaError get_error(const GetCall& call);

/// SO_CONNECT_TIME: seconds since the connection was made, 0xFFFFFFFF while there is none (K-106).
[[nodiscard]] WsaError get_connect_time(const GetCall& call);

/// SO_MAX_MSG_SIZE: the longest datagram.
[[nodiscard]] WsaError get_max_message(const GetCall& call);

/// SO_PROTOCOL_INFOA, SO_PROTOCOL_INFOW.
[[nodiscard]] WsaError get_protocol_info_a(const GetCall& call);
[[nodiscard]] WsaError get_protocol_info_w(const GetCall& call);

/// SO_REUSEADDR, SO_EXCLUSIVEADDRUSE: take effect in bind (K-114). WSAEINVAL while the other one is on, and
/// once the socket is bound.
[[nodiscard]] WsaError get_reuse_address(const GetCall& call);
[[nodiscard]] WsaError set_reuse_address(const SetCall& call);
[[nodiscard]] WsaError get_exclusive_address(const GetCall& call);
[[nodiscard]] WsaError set_exclusive_address(const SetCall& call);

/// SO_DEBUG, SO_DONTROUTE: Microsoft's providers keep them and do nothing.
[[nodiscard]] WsaError get_debug(const GetCall& call);
[[nodiscard]] WsaError set_debug(const SetCall& call);
[[nodiscard]] WsaError get_dont_route(const GetCall& call);
[[nodiscard]] WsaError set_dont_route(const SetCall& call);

/// SO_OPENTYPE: the calling thread's; nonzero makes socket() give sockets without overlapped calls.
[[nodiscard]] WsaError get_open_type(const GetCall& call);
[[nodiscard]] WsaError set_open_type(const SetCall& call);

// How data moves, and what closing does with it: buffers, time-outs, lingering.

/// SO_RCVBUF, SO_SNDBUF: bytes, read back as set (Linux doubles them and has limits of its own);
/// WSAENOBUFS above 2^31 - 1.
[[nodiscard]] WsaError get_receive_buffer(const GetCall& call);
[[nodiscard]] WsaError set_receive_buffer(const SetCall& call);
[[nodiscard]] WsaError get_send_buffer(const GetCall& call);
[[nodiscard]] WsaError set_send_buffer(const SetCall& call);

/// SO_RCVTIMEO, SO_SNDTIMEO: milliseconds, 0 for none. A blocking call whose time is over ends with
/// WSAETIMEDOUT (K-111).
[[nodiscard]] WsaError get_receive_timeout(const GetCall& call);
[[nodiscard]] WsaError set_receive_timeout(const SetCall& call);
[[nodiscard]] WsaError get_send_timeout(const GetCall& call);
[[nodiscard]] WsaError set_send_timeout(const SetCall& call);

/// SO_LINGER (a LINGER, seconds) and SO_DONTLINGER, its switch the other way round; setting the switch keeps
/// the seconds.
[[nodiscard]] WsaError get_linger(const GetCall& call);
[[nodiscard]] WsaError set_linger(const SetCall& call);
[[nodiscard]] WsaError get_dont_linger(const GetCall& call);
[[nodiscard]] WsaError set_dont_linger(const SetCall& call);

}  // namespace wsalive::winsock
