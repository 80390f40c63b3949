#include "os/socket/describe_socket.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include "os/socket/int_option.hpp"

namespace wsalive::os {
namespace {

int option_or_zero(int fd, int name) noexcept {
  return int_option(fd, SOL_SOCKET, name, "getsockopt").value_or(0);
}

void describe_type(int number, SocketDescription& what) noexcept {
  switch (number) {
    case SOCK_STREAM:
      what.type = SocketType::stream;
      break;
    case SOCK_DGRAM:
      what.type = SocketType::datagram;
      break;
    case SOCK_RAW:
      what.type = SocketType::raw;
      break;
    default:
      what.type_known = false;
  }
}

void describe_state(int fd, SocketDescription& what) noexcept {
  SocketAddress name;
  what.listening = option_or_zero(fd, SO_ACCEPTCONN) != 0;
  what.connected = name_of(fd, End::peer, name) == 0;
  what.bound = name_of(fd, End::own, name) == 0 && (name.port() != 0 || what.connected);
  what.connecting = what.protocol == IPPROTO_TCP && tcp_state(fd) == TcpState::syn_sent;
}

}  // namespace

Result<SocketDescription> describe_socket(int fd) noexcept {
  const Result<int> type = int_option(fd, SOL_SOCKET, SO_TYPE, "getsockopt SO_TYPE");
  if (!type) return tl::unexpected{type.error()};
  SocketDescription what;
  describe_type(*type, what);
  what.family = family_of(option_or_zero(fd, SO_DOMAIN));
  what.protocol = option_or_zero(fd, SO_PROTOCOL);
  what.keep_alive = option_or_zero(fd, SO_KEEPALIVE) != 0;
  what.blocking = blocking_of(fd);
  describe_state(fd, what);
  return what;
}

}  // namespace wsalive::os
