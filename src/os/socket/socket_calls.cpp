#include "os/socket/socket_calls.hpp"

#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/owned.hpp"
#include "os/socket/int_option.hpp"
#include "os/system_call.hpp"

namespace wsalive::os {
namespace {

int answer(long result) { return result >= 0 ? static_cast<int>(result) : -errno; }

}  // namespace

int create_socket(Family family, SocketType type, int protocol) noexcept {
  constexpr std::array kTypes{SOCK_STREAM, SOCK_DGRAM, SOCK_RAW};
  const int made =
      answer(::syscall(SYS_socket, linux_family(family),
                       kTypes[static_cast<std::size_t>(type)] | SOCK_CLOEXEC, protocol));
  // A raw socket speaks IPv6 alone, and Linux refuses the option for it.
  if (made < 0 || family != Family::ipv6 || type == SocketType::raw) return made;
  Fd fresh{made};
  if (!set_int_option(made, IPPROTO_IPV6, IPV6_V6ONLY, 1, "setsockopt IPV6_V6ONLY")) return -errno;
  return fresh.release();
}

bool is_refused_altogether(int error) noexcept {
  return error == ENOSYS || error == EPERM || error == EACCES || error == EAFNOSUPPORT;
}

void close_socket(int fd) noexcept { ::syscall(SYS_close, fd); }

int bind_socket(int fd, const SocketAddress& address) noexcept {
  return answer(::syscall(SYS_bind, fd, address.bytes.data(), address.size));
}

int listen_on(int fd, int backlog) noexcept { return answer(::syscall(SYS_listen, fd, backlog)); }

int connect_socket(int fd, const SocketAddress& address) noexcept {
  return answer(::syscall(SYS_connect, fd, address.bytes.data(), address.size));
}

int disconnect_socket(int fd) noexcept {
  const sockaddr nowhere{.sa_family = AF_UNSPEC, .sa_data = {}};
  return answer(::syscall(SYS_connect, fd, &nowhere, sizeof nowhere));
}

int accept_on(int fd, Blocking accepted, SocketAddress* from) noexcept {
  const int flags = SOCK_CLOEXEC | (accepted == Blocking::no ? SOCK_NONBLOCK : 0);
  if (from) from->size = SocketAddress::kRoom;
  return answer(::syscall(SYS_accept4, fd, from ? from->bytes.data() : nullptr,
                          from ? &from->size : nullptr, flags));
}

int name_of(int fd, End end, SocketAddress& name) noexcept {
  name.size = SocketAddress::kRoom;
  return answer(::syscall(end == End::own ? SYS_getsockname : SYS_getpeername, fd,
                          name.bytes.data(), &name.size));
}

void replace_socket(int fd, int by) noexcept {
  ::syscall(SYS_dup3, by, fd, O_CLOEXEC);
  close_socket(by);
}

Blocking blocking_of(int fd) noexcept {
  const int flags = ::fcntl(fd, F_GETFL);
  return flags >= 0 && (flags & O_NONBLOCK) != 0 ? Blocking::no : Blocking::yes;
}

int set_blocking(int fd, Blocking blocking) noexcept {
  int on = blocking == Blocking::no ? 1 : 0;
  return answer(::syscall(SYS_ioctl, fd, FIONBIO, &on));
}

int take_pending_error(int fd) noexcept {
  const Result<int> error = int_option(fd, SOL_SOCKET, SO_ERROR, "getsockopt SO_ERROR");
  return error ? *error : error.error().code;
}

long unread_bytes(int fd) noexcept {
  int bytes = 0;
  return ::syscall(SYS_ioctl, fd, FIONREAD, &bytes) == 0 ? bytes : -errno;
}

int is_at_mark(int fd) noexcept {
  int at_mark = 0;
  return ::syscall(SYS_ioctl, fd, SIOCATMARK, &at_mark) == 0 ? at_mark : -errno;
}

TcpState tcp_state(int fd) noexcept {
  std::uint8_t state = 0;
  socklen_t size = sizeof state;
  static_assert(offsetof(tcp_info, tcpi_state) == 0);
  if (system_call(SYS_getsockopt, fd, IPPROTO_TCP, TCP_INFO, &state, &size) != 0) {
    return TcpState::close;
  }
  return static_cast<TcpState>(state);
}

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

namespace {

constexpr int kAwaitedMs = 21'000;
constexpr int kPendingRetries = 3;

// A refusal leaves Linux's own limit, which is only longer.
void set(int fd, int name, int value) noexcept {
  static_cast<void>(set_int_option(fd, IPPROTO_TCP, name, value, "setsockopt"));
}

}  // namespace

void limit_awaited_connect(int fd, int own_ms) noexcept {
  set(fd, TCP_USER_TIMEOUT, own_ms == 0 ? kAwaitedMs : std::min(own_ms, kAwaitedMs));
}

void unlimit_awaited_connect(int fd, int own_ms) noexcept { set(fd, TCP_USER_TIMEOUT, own_ms); }

void limit_pending_connect(int fd) noexcept { set(fd, TCP_SYNCNT, kPendingRetries); }

}  // namespace wsalive::os
