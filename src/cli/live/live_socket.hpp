// The open TCP sockets of one process, or one of them by PID:FD; and why a selection has found none. Shared by explain, lint and
// set.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "advice/lint.hpp"
#include "cli/frame/command.hpp"
#include "cli/live/connections.hpp"

namespace wsalive::cli {

/// "4711" or "4711:5": a process, or one of its descriptors, on the command line.
struct SocketTarget {
  pid_t pid = 0;
  std::optional<int> fd;

  /// nullopt unless it is one.
  [[nodiscard]] static std::optional<SocketTarget> parse(std::string_view text);
};

[[nodiscard]] bool process_exists(pid_t pid) noexcept;

/// Whether the selection names a process whose connections are not visible: why_nothing says why.
[[nodiscard]] bool is_out_of_sight(const Selection& selection, const Connections& found);

/// Why no connection was found although the selection names a process: it does not exist, may not be inspected, has no such
/// descriptor, or the descriptor is no TCP connection.
[[nodiscard]] Failure why_nothing(std::string attempt, const Selection& selection);

/// The same if hidden processes may own selected connections.
[[nodiscard]] Failure why_nothing(std::string attempt, const Selection& selection,
                                  const Connections& found);

/// The selected sockets of one process, listeners too; `selection` names it. Failures: no such process; its descriptors may
/// not be seen or borrowed.
[[nodiscard]] Fallible<Connections> sockets_of(Selection selection);

/// The one alone; `name` has a descriptor. Failures: those above; no such descriptor; it is no TCP socket.
[[nodiscard]] Fallible<Connections> socket_named(const SocketTarget& name);

/// The only selected socket. Failures: those of find_connections; none or several are selected, or it cannot be read.
[[nodiscard]] Fallible<Connections> only_socket(Selection selection);

/// The input of the SocketRules of advice/lint.hpp. \param all  To find its listener.
[[nodiscard]] advice::LiveSocket live_socket(const Connection& connection, const Connections& all,
                                             std::optional<policy::Millis> path);

/// "10.0.0.1:40312 to 10.0.0.5:5432", or "listening on 0.0.0.0:80".
[[nodiscard]] std::string ends_of(const Connection& connection);

}  // namespace wsalive::cli
