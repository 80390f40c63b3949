// Descriptors that become sockets.
#pragma once

#include "winsock/connection/create.hpp"

namespace wsalive::winsock {

/// Makes a descriptor a socket of the same number, in the state in which it is; errors as of wsalive_adopt.
[[nodiscard]] NewSocket adopt_descriptor(int fd);

}  // namespace wsalive::winsock
