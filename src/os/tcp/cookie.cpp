#include "os/tcp/cookie.hpp"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace wsalive::os {

Result<std::uint64_t> socket_cookie(int fd) noexcept {
  std::uint64_t cookie = 0;
  socklen_t size = sizeof cookie;
  if (::syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_COOKIE, &cookie, &size) != 0) {
    return failure(errno, "getsockopt SO_COOKIE");
  }
  return cookie;
}

}  // namespace wsalive::os
