#include "attach/inspect/tcp_table.hpp"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <memory>

namespace wsalive::attach {
namespace {

constexpr std::uint32_t bit_of(os::TcpState state) { return 1U << static_cast<unsigned>(state); }

constexpr std::uint32_t kListeners = bit_of(os::TcpState::listen);
constexpr std::uint32_t kAll = (1U << (static_cast<unsigned>(os::TcpState::closing) + 1)) - 1;

struct Close {
  void operator()(mnl_socket* socket) const { mnl_socket_close(socket); }
};
using Line = std::unique_ptr<mnl_socket, Close>;

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
void add_info(const nlattr* attribute, TcpSocket& socket) {
  tcp_info info{};
  const std::size_t size = std::min<std::size_t>(mnl_attr_get_payload_len(attribute), sizeof info);
  std::memcpy(&info, mnl_attr_get_payload(attribute), size);
  socket.heard =
      std::chrono::milliseconds{std::min(info.tcpi_last_data_recv, info.tcpi_last_ack_recv)};
}

TcpSocket read_message(const nlmsghdr* header) {
  const auto& message = *static_cast<const inet_diag_msg*>(mnl_nlmsg_get_payload(header));
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
  // libmnl's own loop macros are C only.
  const auto* attribute =
      static_cast<const nlattr*>(mnl_nlmsg_get_payload_offset(header, sizeof message));
  const char* const end = static_cast<const char*>(mnl_nlmsg_get_payload_tail(header));
  while (mnl_attr_ok(attribute, static_cast<int>(end - reinterpret_cast<const char*>(attribute)))) {
    if (mnl_attr_get_type(attribute) == INET_DIAG_INFO) add_info(attribute, socket);
    attribute = mnl_attr_next(attribute);
  }
  return socket;
}

int collect(const nlmsghdr* header, void* into) {
  // No exception may cross the C library that calls us.
  try {
    static_cast<std::vector<TcpSocket>*>(into)->push_back(read_message(header));
    return MNL_CB_OK;
  } catch (...) {
    errno = ENOMEM;
    return MNL_CB_ERROR;
  }
}

Status ask(mnl_socket* line, std::uint8_t family, std::uint32_t states, std::uint32_t sequence) {
  alignas(nlmsghdr) std::array<char, 256> buffer{};
  nlmsghdr* const header = mnl_nlmsg_put_header(buffer.data());
  header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
  header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  header->nlmsg_seq = sequence;
  auto* const request =
      static_cast<inet_diag_req_v2*>(mnl_nlmsg_put_extra_header(header, sizeof(inet_diag_req_v2)));
  request->sdiag_family = family;
  request->sdiag_protocol = IPPROTO_TCP;
  request->idiag_ext = 1U << (INET_DIAG_INFO - 1);
  request->idiag_states = states;
  if (mnl_socket_sendto(line, header, header->nlmsg_len) < 0)
    return failure(errno, "ask sock_diag");
  return {};
}

Status dump(mnl_socket* line, std::uint8_t family, std::uint32_t states,
            std::vector<TcpSocket>& into) {
  const std::uint32_t sequence = family;
  if (const Status asked = ask(line, family, states, sequence); !asked) return asked;
  constexpr std::size_t kRoom = 262'144;
  std::vector<char> buffer(kRoom);
  for (;;) {
    const ssize_t got = mnl_socket_recvfrom(line, buffer.data(), buffer.size());
    if (got < 0) return failure(errno, "read sock_diag");
    const int next = mnl_cb_run(buffer.data(), static_cast<std::size_t>(got), sequence,
                                mnl_socket_get_portid(line), collect, &into);
    if (next < 0) return failure(errno, "read sock_diag");
    if (next == MNL_CB_STOP) return {};
  }
}

}  // namespace

Result<std::vector<TcpSocket>> tcp_table(Which which) {
  const Line line{mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC)};
  if (!line || mnl_socket_bind(line.get(), 0, MNL_SOCKET_AUTOPID) < 0) {
    return failure(errno, "open sock_diag");
  }
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
