#include "attach/inspect/tcp_table.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <span>

#include "base/fd.hpp"

namespace wsalive::attach {
namespace {

constexpr std::uint32_t bit_of(os::TcpState state) { return 1U << static_cast<unsigned>(state); }

constexpr std::uint32_t kListeners = bit_of(os::TcpState::listen);
constexpr std::uint32_t kAll = (1U << (static_cast<unsigned>(os::TcpState::closing) + 1)) - 1;

struct Request {
  nlmsghdr header;
  inet_diag_req_v2 body;
};

/// Netlink's messages and attributes begin at whole words.
constexpr std::size_t whole_words(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

/// What stands behind the first `size` bytes and their padding.
std::span<const char> behind(std::span<const char> bytes, std::size_t size) {
  return bytes.subspan(std::min(bytes.size(), whole_words(size)));
}

os::Endpoint endpoint(std::uint8_t family, const __be32* address, __be16 port,
                      std::uint32_t interface) {
  os::Endpoint result;
  result.family = family == AF_INET ? os::Family::ipv4 : os::Family::ipv6;
  result.port = ntohs(port);
  std::memcpy(result.address.data(), address, os::address_size(result.family));
  const bool link_local =
      family == AF_INET6 && result.address[0] == 0xfe && (result.address[1] & 0xc0U) == 0x80;
  if (link_local) result.scope_id = interface;
  return result;
}

/// `idiag_timer` as the kernel numbers it.
TimerKind timer_kind(std::uint8_t number) {
  constexpr std::array kKinds{TimerKind::none, TimerKind::retransmission, TimerKind::keep_alive,
                              TimerKind::time_wait, TimerKind::window_probe};
  return number < kKinds.size() ? kKinds[number] : TimerKind::none;
}

/// The part of TCP_INFO that the message carries; kernels differ in its length.
void add_info(std::span<const char> value, TcpSocket& socket) {
  tcp_info info{};
  std::memcpy(&info, value.data(), std::min(value.size(), sizeof info));
  socket.heard =
      std::chrono::milliseconds{std::min(info.tcpi_last_data_recv, info.tcpi_last_ack_recv)};
}

void add_attributes(std::span<const char> bytes, TcpSocket& socket) {
  nlattr head{};
  while (bytes.size() >= sizeof head) {
    std::memcpy(&head, bytes.data(), sizeof head);
    if (head.nla_len < sizeof head || head.nla_len > bytes.size()) return;
    if (head.nla_type == INET_DIAG_INFO) {
      add_info(bytes.subspan(sizeof head, head.nla_len - sizeof head), socket);
    }
    bytes = behind(bytes, head.nla_len);
  }
}

TcpSocket read_message(std::span<const char> bytes) {
  inet_diag_msg message{};
  std::memcpy(&message, bytes.data(), sizeof message);
  TcpSocket socket;
  socket.local = endpoint(message.idiag_family, message.id.idiag_src, message.id.idiag_sport,
                          message.id.idiag_if);
  socket.remote = endpoint(message.idiag_family, message.id.idiag_dst, message.id.idiag_dport,
                           message.id.idiag_if);
  socket.state = static_cast<os::TcpState>(message.idiag_state);
  socket.inode = message.idiag_inode;
  socket.uid = message.idiag_uid;
  socket.cookie = (std::uint64_t{message.id.idiag_cookie[1]} << 32) | message.id.idiag_cookie[0];
  socket.timer = {timer_kind(message.idiag_timer), std::chrono::milliseconds{message.idiag_expires},
                  message.idiag_retrans};
  if (socket.state != os::TcpState::listen) {  // A listener's are its queue of connections.
    socket.unread_bytes = message.idiag_rqueue;
    socket.unacknowledged_bytes = message.idiag_wqueue;
  }
  add_attributes(behind(bytes, sizeof message), socket);
  return socket;
}

enum class Next { more, end };

/// One message without its header.
Result<Next> take(const nlmsghdr& header, std::span<const char> body,
                  std::vector<TcpSocket>& into) {
  if (header.nlmsg_type == NLMSG_DONE) return Next::end;
  if (header.nlmsg_type == NLMSG_ERROR) {
    nlmsgerr answer{};
    if (body.size() < sizeof answer) return failure(EPROTO, "read sock_diag");
    std::memcpy(&answer, body.data(), sizeof answer);
    if (answer.error == 0) return Next::end;
    return failure(-answer.error, "read sock_diag");
  }
  if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY) return Next::more;
  if (body.size() < sizeof(inet_diag_msg)) return failure(EPROTO, "read sock_diag");
  into.push_back(read_message(body));
  return Next::more;
}

/// All messages that came at once.
Result<Next> take_all(std::span<const char> bytes, std::uint32_t sequence,
                      std::vector<TcpSocket>& into) {
  nlmsghdr header{};
  while (bytes.size() >= sizeof header) {
    std::memcpy(&header, bytes.data(), sizeof header);
    const bool whole = header.nlmsg_len >= sizeof header && header.nlmsg_len <= bytes.size();
    if (!whole || header.nlmsg_seq != sequence) return failure(EPROTO, "read sock_diag");
    const auto next =
        take(header, bytes.subspan(sizeof header, header.nlmsg_len - sizeof header), into);
    if (!next || *next == Next::end) return next;
    bytes = behind(bytes, header.nlmsg_len);
  }
  return Next::more;
}

Status ask(int line, std::uint8_t family, std::uint32_t states, std::uint32_t sequence) {
  Request request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.header.nlmsg_seq = sequence;
  request.body.sdiag_family = family;
  request.body.sdiag_protocol = IPPROTO_TCP;
  request.body.idiag_ext = 1U << (INET_DIAG_INFO - 1);
  request.body.idiag_states = states;
  if (::send(line, &request, sizeof request, 0) < 0) return failure(errno, "ask sock_diag");
  return {};
}

Status dump(int line, std::uint8_t family, std::uint32_t states, std::vector<TcpSocket>& into) {
  const std::uint32_t sequence = family;
  if (const Status asked = ask(line, family, states, sequence); !asked) return asked;
  constexpr std::size_t kRoom = 262'144;
  std::vector<char> buffer(kRoom);
  for (;;) {
    const ssize_t got = ::recv(line, buffer.data(), buffer.size(), MSG_TRUNC);
    if (got < 0) return failure(errno, "read sock_diag");
    const auto size = static_cast<std::size_t>(got);
    if (size > buffer.size()) return failure(ENOSPC, "read sock_diag");
    const auto next = take_all(std::span{buffer}.first(size), sequence, into);
    if (!next) return tl::unexpected(next.error());
    if (*next == Next::end) return {};
  }
}

}  // namespace

Result<std::vector<TcpSocket>> tcp_table(Which which) {
  const Fd line{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)};
  if (!line) return failure(errno, "open sock_diag");
  // Nothing can be kept alive in TIME_WAIT, and no program has it any more.
  const std::uint32_t open = kAll & ~bit_of(os::TcpState::time_wait);
  const std::uint32_t states = which == Which::connections ? open & ~kListeners : open;
  std::vector<TcpSocket> sockets;
  for (const std::uint8_t family : std::array<std::uint8_t, 2>{AF_INET, AF_INET6}) {
    if (const Status done = dump(line.get(), family, states, sockets); !done) {
      return tl::unexpected(done.error());
    }
  }
  return sockets;
}

}  // namespace wsalive::attach
