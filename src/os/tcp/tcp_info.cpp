#include "os/tcp/tcp_info.hpp"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

namespace wsalive::os {

Result<TcpFacts> tcp_facts(int fd) noexcept {
  tcp_info info{};
  socklen_t size = offsetof(tcp_info, tcpi_min_rtt);  // Not asked for more than is used.
  if (::syscall(SYS_getsockopt, fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) {
    return failure(errno, "getsockopt TCP_INFO");
  }
  return TcpFacts{
      .state = static_cast<TcpState>(info.tcpi_state),
      .probes = info.tcpi_probes,
      .busy = info.tcpi_unacked != 0 || info.tcpi_notsent_bytes != 0,
      .heard =
          std::chrono::milliseconds{std::min(info.tcpi_last_data_recv, info.tcpi_last_ack_recv)},
      .segments_in = info.tcpi_segs_in,
      .segments_out = info.tcpi_segs_out,
  };
}

Result<int> unacknowledged_bytes(int fd) noexcept {
  int bytes = 0;
  if (::ioctl(fd, SIOCOUTQ, &bytes) != 0) return failure(errno, "ioctl SIOCOUTQ");
  return bytes;
}

Result<std::uint64_t> socket_cookie(int fd) noexcept {
  std::uint64_t cookie = 0;
  socklen_t size = sizeof cookie;
  if (::syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_COOKIE, &cookie, &size) != 0) {
    return failure(errno, "getsockopt SO_COOKIE");
  }
  return cookie;
}

}  // namespace wsalive::os
