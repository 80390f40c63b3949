// How a connection's end is reported (K-90 to K-92). The kernel names the error once, to the call that comes
// first, and says "end of data" or EPIPE ever after; the cause is kept in the socket's entry at first
// sight, and every later call is answered from there.
#pragma once

#include "base/wsa_error.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

/// Keeps the cause that an errno of any call on the socket tells of; an earlier one stays.
/// For calls that use nothing up (SO_ERROR, setsockopt). \return the kept cause; none if the errno ends
/// no connection.
Cause note_close_cause(Socket& socket, int error) noexcept;

/// The cause of an end that may not have been seen yet: the one kept, else the kernel's pending error,
/// which this uses up and keeps. `none` while the connection lives. SO_ERROR's own value is kept too
/// (K-106); it stays 0 where keep-alive found the peer dead (K-90).
[[nodiscard]] Cause settle_cause(Socket& socket) noexcept;

/// The cause of an end that the kernel's state shows. Unlike settle_cause, an error that another thread has
/// used up and is about to keep is waited for. `none` after both sides' orderly ends.
[[nodiscard]] Cause cause_of_end(Socket& socket) noexcept;

/// What a send or receive call answers to an errno. `at_entry` is the kept cause when the call began: a
/// call that began on a living connection was in progress when it died.
[[nodiscard]] WsaError data_error(Socket& socket, Cause at_entry, int error) noexcept;

/// What a receive call answers when the kernel says "end of data": none for the peer's orderly end.
[[nodiscard]] WsaError end_of_data(Socket& socket, Cause at_entry) noexcept;

}  // namespace wsalive::winsock
