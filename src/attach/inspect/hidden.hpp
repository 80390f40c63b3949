// What can be told of a process that may not be looked into: /proc shows some of it to everybody.
#pragma once

#include <sys/types.h>

namespace wsalive::attach {

/// Neither a thread of the kernel nor one that has ended: only others have descriptors.
[[nodiscard]] bool may_have_sockets(pid_t process);

/// Whether both stand in one network namespace; false where that cannot be told.
[[nodiscard]] bool are_in_one_network(pid_t one, pid_t other);

/// Whether there is a TCP socket in the network namespace of a process.
[[nodiscard]] bool has_tcp_in_network(pid_t process);

}  // namespace wsalive::attach
