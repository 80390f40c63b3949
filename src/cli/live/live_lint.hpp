// wsalive lint PID: likely mistakes on the sockets that a process has open now.
#pragma once

#include <sys/types.h>

#include <optional>

#include "cli/frame/command.hpp"
#include "policy/timeline.hpp"

namespace wsalive::cli {

/// Exit status 1 if there are warnings. Failures: no such process, no right to look into it.
[[nodiscard]] Outcome lint_process(pid_t pid, std::optional<policy::Millis> path_timeout);

}  // namespace wsalive::cli
