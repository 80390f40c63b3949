// Values on open sockets that are known not to be their program's: those of a policy that is attached to the socket's control
// group or above it, or was until another one took its place, which remembers what it gave; and what an engine of ours in the program (`run` by preload) has
// from outside. On a socket that the kernel alone keeps, nothing tells what `set`, `run` or a policy that was detached has
// written.
#pragma once

#include <vector>

#include "cli/attaching/group_options.hpp"
#include "cli/attaching/policies.hpp"
#include "cli/live/connections.hpp"

namespace wsalive::cli {

/// Which of a connection's values are not its program's.
struct Ours {
  bool idle = false;
  bool interval = false;
  bool probes = false;
  bool user_timeout = false;
};

/// \param group  In which the connection's program is.
/// \param before  The policies that were attached: T, I and N are theirs if all three are those of one rule.
[[nodiscard]] Ours known_values(const Connection& connection, const Group& group,
                                const std::vector<AttachedPolicy>& before);

}  // namespace wsalive::cli
