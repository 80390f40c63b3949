// Options of how data moves and how it ends: buffers, time-outs, lingering.
#pragma once

#include "base/wsa_error.hpp"
#include "winsock/options/option_row.hpp"

namespace wsalive::winsock {

/// SO_RCVBUF, SO_SNDBUF: bytes, read back as set (Linux doubles them and has limits of its own);
/// WSAENOBUFS above 2^31 - 1.
[[nodiscard]] WsaError get_receive_buffer(const GetCall& call);
[[nodiscard]] WsaError set_receive_buffer(const SetCall& call);
[[nodiscard]] WsaError get_send_buffer(const GetCall& call);
[[nodiscard]] WsaError set_send_buffer(const SetCall& call);

/// SO_RCVTIMEO, SO_SNDTIMEO: milliseconds, 0 for none. A blocking call that runs out of time ends with
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
