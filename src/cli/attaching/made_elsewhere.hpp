// Listeners that a control group's programs have, and that were made in another group: by the manager for a socket unit, or
// by a parent. What is accepted from them belongs to that other group, so that a policy does not reach it.
#pragma once

#include <string>
#include <vector>

#include "cli/attaching/group_options.hpp"
#include "cli/live/connections.hpp"

namespace wsalive::cli {

struct MadeElsewhere {
  std::vector<Group>
      socket_units;  ///< Groups of socket units: a policy may be attached there as well.
  std::vector<Connection> listeners;  ///< Those of all other groups.
};

/// \param members  The connections and listeners of the group's processes.
/// Where the kernel does not tell in which group a socket was made (before 5.8), there are none.
[[nodiscard]] MadeElsewhere made_elsewhere(const Group& group,
                                           const std::vector<Connection>& members);

}  // namespace wsalive::cli
