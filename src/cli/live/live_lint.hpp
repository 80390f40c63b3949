// wsalive lint PID, --all, or a selection: likely mistakes on the open sockets of programs.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "cli/frame/command.hpp"
#include "cli/live/connections.hpp"
#include "policy/timeline.hpp"

namespace wsalive::cli {

/// The format for a monitoring system: one line and an exit status of its own kind.
struct Monitor {
  std::optional<std::size_t> critical;  ///< The number of sockets with warnings that is critical.
};

struct LintQuestion {
  Selection selection;  ///< Empty: all.
  std::optional<policy::Millis> path_timeout{};
  std::optional<Monitor> monitor{};
  bool wide = false;  ///< Every socket is named.
};

/// Exit status 1 if there are warnings; else 4 if some sockets could not be inspected; for a monitor 0 to 3.
/// Failures: no such process, no right to inspect it; the selection matches nothing.
[[nodiscard]] Outcome lint_sockets(const LintQuestion& question);

/// The answer to a monitor after a failure: its own line, and UNKNOWN.
[[nodiscard]] Answer unknown_to_monitor(std::string_view what);

}  // namespace wsalive::cli
