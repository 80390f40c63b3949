// One process's open TCP sockets, and one of them by PID:FD, with clear words where that cannot be. Shared by
// explain and lint.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "advice/lint.hpp"
#include "cli/frame/command.hpp"
#include "cli/live/connections.hpp"
#include "cli/live/socket_target.hpp"

namespace wsalive::cli {

/// Those of one process that are meant, listeners too; `selection` names it. Failures: no such process; its descriptors may
/// not be seen or borrowed.
[[nodiscard]] Fallible<Connections> sockets_of(Selection selection);

/// The one alone; `name` has a descriptor. Failures: those above; no such descriptor; it is no TCP socket.
[[nodiscard]] Fallible<Connections> socket_named(const SocketTarget& name);

/// The only one that is meant. Failures: those of find_connections; none, or several, are meant, or it cannot be read.
[[nodiscard]] Fallible<Connections> only_socket(Selection selection);

/// What the rules of advice/socket_lint.hpp look at. \param all  Where its listener is looked for.
[[nodiscard]] advice::LiveSocket live_socket(const Connection& connection, const Connections& all,
                                             std::optional<policy::Millis> path);

/// "10.0.0.1:40312 to 10.0.0.5:5432", or "listening on 0.0.0.0:80".
[[nodiscard]] std::string ends_of(const Connection& connection);

}  // namespace wsalive::cli
