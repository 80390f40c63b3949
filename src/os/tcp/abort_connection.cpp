#include "os/tcp/abort_connection.hpp"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace wsalive::os {

void abort_connection(Fd connection) noexcept {
  // With a linger time of 0 a close sends a reset.
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::syscall(SYS_setsockopt, connection.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  connection.reset();
}

}  // namespace wsalive::os
