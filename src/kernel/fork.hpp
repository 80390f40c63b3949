// A fork, seen from the kernel: the child has one thread, which goes on with its handles, objects and
// mutexes as they were; the waits of other threads are gone, and what those threads owned stays owned
// by nobody who could release it. Waits and packets of a port belong to the parent: a child that uses
// a port that others use at the moment of the fork is on its own.
#pragma once

namespace wsalive::kernel {

/// Called once, when the library is loaded.
void install_fork_handlers() noexcept;

}  // namespace wsalive::kernel
