// One keep-alive segment, sent at once, by a system call.
//
// TCP_REPAIR = 0 on a socket that was never in repair mode sends exactly a keep-alive probe (SEG.SEQ
// = SND.UNA - 1, no data) and enters no mode: traffic beside it is not disturbed. The kernel counts
// nothing. Needs CAP_NET_ADMIN over the socket's network namespace.
#pragma once

#include "base/result.hpp"

namespace wsalive::os {

/// Whether this process has that capability for this socket. Asked of the kernel by a call that is
/// always refused, so nothing changes. Any thread.
[[nodiscard]] bool may_repair(int fd) noexcept;

/// Sends the probe, if the socket is ESTABLISHED; in other states nothing is sent. The call's side
/// effect on SO_REUSEADDR is undone before it returns.
///
/// Errors  EPERM without the capability; EBADF, ENOTSOCK.
/// Thread  Any; a bind to the same port by another thread may meet SO_REUSEADDR off for the moment
///         between the two calls.
[[nodiscard]] Status send_repair_probe(int fd) noexcept;

}  // namespace wsalive::os
