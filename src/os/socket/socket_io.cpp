#include "os/socket/socket_io.hpp"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <type_traits>

#include "os/system_call.hpp"

namespace wsalive::os {
namespace {

static_assert(sizeof(Piece) == sizeof(iovec) &&
              offsetof(Piece, base) == offsetof(iovec, iov_base) &&
              offsetof(Piece, size) == offsetof(iovec, iov_len));

struct FlagRow {
  TransferFlag flag;
  int number;
};
constexpr std::array kFlags{
    // clang-format off
    FlagRow{kOutOfBand,  MSG_OOB},
    FlagRow{kPeek,       MSG_PEEK},
    FlagRow{kDontRoute,  MSG_DONTROUTE},
    FlagRow{kWaitAll,    MSG_WAITALL},
    FlagRow{kDontBlock,  MSG_DONTWAIT},
    FlagRow{kTellLength, MSG_TRUNC},
    // clang-format on
};

int linux_flags(unsigned flags) {
  if (flags == kPlain) [[likely]]
    return 0;
  int numbers = 0;
  for (const FlagRow& row : kFlags) {
    if ((flags & row.flag) != 0) numbers |= row.number;
  }
  return numbers;
}

long count_or_error(long result) { return result >= 0 ? result : -errno; }

iovec* as_iovec(const Piece* pieces) {
  return reinterpret_cast<iovec*>(const_cast<Piece*>(pieces));
}

}  // namespace

long send_bytes(int fd, const void* from, std::size_t size, unsigned flags,
                const SocketAddress* to) noexcept {
  return system_call(SYS_sendto, fd, from, size, linux_flags(flags) | MSG_NOSIGNAL,
                     to ? to->bytes.data() : nullptr, to ? to->size : 0U);
}

long send_pieces(int fd, const Piece* pieces, std::size_t count, unsigned flags,
                 const SocketAddress* to, const ControlBuffer* control) noexcept {
  msghdr message{};
  message.msg_iov = as_iovec(pieces);
  message.msg_iovlen = count;
  if (to) {
    message.msg_name = const_cast<std::byte*>(to->bytes.data());
    message.msg_namelen = to->size;
  }
  if (control) {
    message.msg_control = const_cast<std::byte*>(control->bytes.data());
    message.msg_controllen = control->size;
  }
  return count_or_error(::syscall(SYS_sendmsg, fd, &message, linux_flags(flags) | MSG_NOSIGNAL));
}

long receive_bytes(int fd, void* to, std::size_t size, unsigned flags,
                   SocketAddress* from) noexcept {
  if (from) from->size = SocketAddress::kRoom;
  return system_call(SYS_recvfrom, fd, to, size, linux_flags(flags),
                     from ? from->bytes.data() : nullptr, from ? &from->size : nullptr);
}

long receive_pieces(int fd, const Piece* pieces, std::size_t count, unsigned flags,
                    SocketAddress* from, ControlBuffer* control) noexcept {
  msghdr message{};
  message.msg_iov = as_iovec(pieces);
  message.msg_iovlen = count;
  if (from) {
    message.msg_name = from->bytes.data();
    message.msg_namelen = SocketAddress::kRoom;
  }
  if (control) {
    message.msg_control = control->bytes.data();
    message.msg_controllen = ControlBuffer::kRoom;
  }
  const long result = ::syscall(SYS_recvmsg, fd, &message, linux_flags(flags) | MSG_CMSG_CLOEXEC);
  if (from) from->size = message.msg_namelen;
  if (control) control->size = message.msg_controllen;
  return count_or_error(result);
}

int shut_down(int fd, Direction direction) noexcept {
  constexpr std::array kHow{SHUT_RD, SHUT_WR, SHUT_RDWR};
  return ::syscall(SYS_shutdown, fd, kHow[static_cast<std::size_t>(direction)]) == 0 ? 0 : -errno;
}

}  // namespace wsalive::os
