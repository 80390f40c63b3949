#include "os/tcp/repair.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>

#include "os/socket/int_option.hpp"

namespace wsalive::os {

bool may_repair(int fd) noexcept {
  constexpr int kNoMode = 99;  // The kernel asks for the right first, and then refuses the value.
  const Status answer =
      set_int_option(fd, IPPROTO_TCP, TCP_REPAIR, kNoMode, "setsockopt TCP_REPAIR");
  return !answer && answer.error().code == EINVAL;
}

Status send_repair_probe(int fd) noexcept {
  const auto reuse = int_option(fd, SOL_SOCKET, SO_REUSEADDR, "getsockopt SO_REUSEADDR");
  if (!reuse) return tl::unexpected(reuse.error());
  const Status sent = set_int_option(fd, IPPROTO_TCP, TCP_REPAIR, 0, "setsockopt TCP_REPAIR");
  if (!sent || *reuse == 0) return sent;
  return set_int_option(fd, SOL_SOCKET, SO_REUSEADDR, *reuse, "setsockopt SO_REUSEADDR");
}

}  // namespace wsalive::os
