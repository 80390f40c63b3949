// wsalive lint PID, --all, or a choice: likely mistakes on the sockets that programs have open now.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "cli/frame/command.hpp"
#include "cli/live/connections.hpp"
#include "policy/timeline.hpp"

namespace wsalive::cli {

/// How a monitor wants its answer: one line and an exit status of its own kind.
struct Monitor {
  std::optional<std::size_t> critical;  ///< As many sockets with warnings are critical.
};

struct LintQuestion {
  Selection selection;  ///< Empty: all.
  std::optional<policy::Millis> path_timeout{};
  std::optional<Monitor> monitor{};
  bool wide = false;  ///< Every socket is named.
};

/// Exit status 1 if there are warnings; else 4 if sockets could not be looked at; for a monitor 0 to 3.
/// Failures: no such process, no right to look into it; what is chosen is not there.
[[nodiscard]] Outcome lint_sockets(const LintQuestion& question);

/// What a monitor is told where something went wrong: its own line, and UNKNOWN.
[[nodiscard]] Answer unknown_to_monitor(std::string_view what);

}  // namespace wsalive::cli
