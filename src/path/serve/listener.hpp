// One address at which the far end listens.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"
#include "os/socket/address.hpp"

namespace wsalive::path::serve {

struct Listener {
  Fd fd;
  os::Endpoint at;  ///< With the port that was given.
};

/// Listens there; port 0: the system picks one. Errors: those of socket, bind and listen.
[[nodiscard]] Result<Listener> listen_at(const os::Endpoint& at);

}  // namespace wsalive::path::serve
