// The keeper: a process of its own that serves a service until no process of the program is left. It holds nothing
// of the program's and hears no signal but SIGKILL.
//
// Where the program would feel its death there are two, parent and child, with the same descriptors. The child serves.
// The kernel signals the parent when the child is killed, and it starts another one that finishes what the killed one had begun;
// and when the child is stopped, and lets it go on. When the parent is killed the child starts a child of its own, and
// watches over it from then on. So only both, killed or stopped within the milliseconds that this takes, are felt.
//
// No failure of a keeper's own call is taken for an end of another process, ends the keeper or leaves a call of the program
// unanswered: it is tried again after a pause. While one after the other dies young, the parent serves in between.
#pragma once

#include <sys/types.h>

#include "attach/run/keeper_service.hpp"
#include "attach/run/line.hpp"

namespace wsalive::attach {

/// Starts one beside the calling process, which is to execute the program.
///
/// \param ahead  A pidfd of the process that serves before this keeper does; none: it serves at once.
/// \return the line: `send_gift` what the service prepared, then `await_readiness`.
[[nodiscard]] Result<Fd> start_keeper(KeeperService& service, Fd ahead);

/// Waits until the keeper stands, and closes the line.
[[nodiscard]] tl::expected<void, StartError> await_readiness(Fd line);

}  // namespace wsalive::attach
