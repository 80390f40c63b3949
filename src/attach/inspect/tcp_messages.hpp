// What sock_diag's messages about TCP sockets say, read within their bounds.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "attach/inspect/tcp_table.hpp"
#include "base/result.hpp"

namespace wsalive::attach {

enum class Answer : std::uint8_t { goes_on, complete };

/// Adds the sockets that one piece of an answer names: the messages, one or more, that were received at once.
/// Errors  the kernel's own where it ends the answer with one; EPROTO where a message or an attribute is cut or its length is
///         impossible, where it answers another request, or where a socket is of no family of IP. What stands
///         before it has been added then.
[[nodiscard]] Result<Answer> add_sockets(std::span<const char> bytes, std::uint32_t sequence,
                                         std::vector<TcpSocket>& into);

}  // namespace wsalive::attach
