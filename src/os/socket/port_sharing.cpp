#include "os/socket/port_sharing.hpp"

#include <sys/socket.h>

#include "os/socket/int_option.hpp"

namespace wsalive::os {
namespace {

void set(int fd, int name, Share share) noexcept {
  static_cast<void>(
      set_int_option(fd, SOL_SOCKET, name, share == Share::yes ? 1 : 0, "setsockopt"));
}

}  // namespace

void share_with_ended(int fd, Share share) noexcept { set(fd, SO_REUSEADDR, share); }

void share_with_live(int fd, Share share) noexcept {
  const Result<int> type = int_option(fd, SOL_SOCKET, SO_TYPE, "getsockopt SO_TYPE");
  set(fd, type && *type == SOCK_DGRAM ? SO_REUSEADDR : SO_REUSEPORT, share);
}

}  // namespace wsalive::os
