#include "attach/inspect/tcp_table.hpp"

#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <span>

#include "attach/inspect/tcp_messages.hpp"
#include "os/netlink.hpp"

namespace wsalive::attach {
namespace {

constexpr std::uint32_t bit_of(os::TcpState state) { return 1U << static_cast<unsigned>(state); }

constexpr std::uint32_t kListeners = bit_of(os::TcpState::listen);
constexpr std::uint32_t kAll = (1U << (static_cast<unsigned>(os::TcpState::closing) + 1)) - 1;

Status dump(int line, std::uint8_t family, std::uint32_t states, std::vector<TcpSocket>& into) {
  os::DiagRequest request = os::diag_request(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, family);
  request.header.nlmsg_seq = family;
  request.body.idiag_ext = 1U << (INET_DIAG_INFO - 1);
  request.body.idiag_states = states;
  if (const Status asked = os::ask_sock_diag(line, request); !asked) return asked;
  constexpr std::size_t kRoom = 262'144;
  std::vector<char> buffer(kRoom);
  for (;;) {
    const ssize_t got = ::recv(line, buffer.data(), buffer.size(), MSG_TRUNC);
    if (got < 0) return failure(errno, os::kReadSockDiag);
    const auto size = static_cast<std::size_t>(got);
    if (size > buffer.size()) return failure(ENOSPC, os::kReadSockDiag);
    const auto answer = add_sockets(std::span{buffer}.first(size), request.header.nlmsg_seq, into);
    if (!answer) return tl::unexpected(answer.error());
    if (*answer == Answer::complete) return {};
  }
}

}  // namespace

Result<std::vector<TcpSocket>> tcp_table(Which which) {
  const auto line = os::open_sock_diag();
  if (!line) return tl::unexpected(line.error());
  // Nothing can be kept alive in TIME_WAIT, and no program has it any more.
  const std::uint32_t open = kAll & ~bit_of(os::TcpState::time_wait);
  const std::uint32_t states = which == Which::everything    ? kAll
                               : which == Which::connections ? open & ~kListeners
                                                             : open;
  std::vector<TcpSocket> sockets;
  for (const std::uint8_t family : std::array<std::uint8_t, 2>{AF_INET, AF_INET6}) {
    if (const Status done = dump(line->get(), family, states, sockets); !done) {
      return tl::unexpected(done.error());
    }
  }
  return sockets;
}

}  // namespace wsalive::attach
