// A fork, seen from the kernel: the child has one thread, which goes on with its handles, objects and
// mutexes as they were; the waits of other threads are gone, and what those threads owned stays owned
// by nobody who could release it. Waits and packets of a port belong to the parent: a child that uses
// a port that others use at the moment of the fork is on its own.
#pragma once

#include <cstdint>

namespace wsalive::kernel {

/// Another one in each child of a fork: threads that were started in another generation do not exist.
[[nodiscard]] std::uint32_t fork_generation() noexcept;

/// Called once, when the library is loaded.
void install_fork_handlers() noexcept;

}  // namespace wsalive::kernel
