// A fork, seen from overlapped I/O: the child has the sockets and their ports, but no operation; what waits in
// the parent is the parent's.
#pragma once

namespace wsalive::winsock {

/// Installs the handlers, once, before the first operation.
void prepare_for_forks() noexcept;

}  // namespace wsalive::winsock
