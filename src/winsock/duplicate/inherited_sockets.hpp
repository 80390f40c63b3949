// Sockets that child processes inherit (CreateProcess): what the parent notes of each, and how the child opens it.
//
// The kernel's socket is one, with its data and options. What Windows keeps beside it is as it was when the child was
// started, and each process's own afterwards; so is the blocking mode, whatever the kernel's is. Keep-alive that the
// engine drives goes on in one process at a time.
#pragma once

#include <vector>

#include "kernel/inheritance.hpp"

namespace wsalive::winsock {

/// All open sockets that a child is to have. Throws std::bad_alloc.
[[nodiscard]] std::vector<kernel::InheritedSocket> sockets_for_child();

/// Opens what this process has inherited; the process has started up. Throws std::bad_alloc.
void open_inherited_sockets();

}  // namespace wsalive::winsock
