#include "attach/inspect/tcp_table.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <span>

#include "base/owned.hpp"
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
  // Keep-alive has no effect in TIME_WAIT, and no program has the socket any more.
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

namespace {

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

/// INET_DIAG_CGROUP_ID, which older headers do not know.
constexpr int kCgroupNumber = 21;

/// The part of TCP_INFO that the message carries; kernels differ in its length.
void add_info(std::span<const char> value, TcpSocket& socket) {
  tcp_info info{};
  std::memcpy(&info, value.data(), std::min(value.size(), sizeof info));
  socket.heard =
      std::chrono::milliseconds{std::min(info.tcpi_last_data_recv, info.tcpi_last_ack_recv)};
  constexpr std::uint32_t kMicroseconds = 1000;
  socket.sending = {.timeout = std::chrono::milliseconds{info.tcpi_rto / kMicroseconds},
                    .retransmits = info.tcpi_retransmits,
                    .backoff = info.tcpi_backoff,
                    .round_trip = std::chrono::milliseconds{info.tcpi_rtt / kMicroseconds},
                    .in_flight = info.tcpi_unacked,
                    .segment = info.tcpi_snd_mss,
                    .room = info.tcpi_snd_wnd};
}

Status add_attributes(std::span<const char> bytes, TcpSocket& socket) {
  while (!bytes.empty()) {
    const auto attribute = os::take_attribute(bytes);
    if (!attribute) return tl::unexpected(attribute.error());
    if (attribute->type == INET_DIAG_INFO) add_info(attribute->value, socket);
    if (attribute->type == kCgroupNumber && attribute->value.size() == sizeof socket.cgroup) {
      std::memcpy(&socket.cgroup, attribute->value.data(), sizeof socket.cgroup);
    }
  }
  return {};
}

Result<TcpSocket> read_socket(std::span<const char> bytes) {
  inet_diag_msg message{};
  if (bytes.size() < sizeof message) return failure(EPROTO, os::kReadSockDiag);
  std::memcpy(&message, bytes.data(), sizeof message);
  if (message.idiag_family != AF_INET && message.idiag_family != AF_INET6) {
    return failure(EPROTO, os::kReadSockDiag);
  }
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
  if (socket.state !=
      os::TcpState::listen) {  // For a listener these fields are its queue of connections.
    socket.unread_bytes = message.idiag_rqueue;
    socket.unacknowledged_bytes = message.idiag_wqueue;
  }
  const Status added = add_attributes(bytes.subspan(sizeof message), socket);
  return added ? Result<TcpSocket>{socket} : tl::unexpected(added.error());
}

}  // namespace

Result<Answer> add_sockets(std::span<const char> bytes, std::uint32_t sequence,
                           std::vector<TcpSocket>& into) {
  do {
    const auto message = os::take_message(bytes);
    if (!message) return tl::unexpected(message.error());
    if (message->header.nlmsg_seq != sequence) return failure(EPROTO, os::kReadSockDiag);
    if (message->header.nlmsg_type == NLMSG_DONE || message->header.nlmsg_type == NLMSG_ERROR) {
      const Status status = os::answer_status(*message);
      return status ? Result<Answer>{Answer::complete} : tl::unexpected(status.error());
    }
    if (message->header.nlmsg_type != SOCK_DIAG_BY_FAMILY) continue;
    const auto socket = read_socket(message->body);
    if (!socket) return tl::unexpected(socket.error());
    into.push_back(*socket);
  } while (!bytes.empty());
  return Answer::goes_on;
}

namespace {

std::string network_of_process(const std::string& process) {
  return fmt::format("/proc/{}/ns/net", process);
}

Fd open_network(const std::string& file) {
  return Fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
}

/// While it lives, the thread is in another network namespace.
class Excursion {
 public:
  explicit Excursion(const Fd& there) : home_(open_network(network_of_process("thread-self"))) {
    away_ = home_ && ::setns(there.get(), CLONE_NEWNET) == 0;
  }
  ~Excursion() {
    // A thread in an unknown namespace must not continue.
    if (away_ && ::setns(home_.get(), CLONE_NEWNET) != 0) std::abort();
  }
  Excursion(const Excursion&) = delete;
  Excursion& operator=(const Excursion&) = delete;

  [[nodiscard]] bool is_away() const noexcept { return away_; }

 private:
  Fd home_;
  bool away_ = false;
};

}  // namespace

Result<Network> network_here(Which which) {
  Result<std::vector<TcpSocket>> sockets = tcp_table(which);
  if (!sockets) return tl::unexpected(sockets.error());
  Network network{std::move(*sockets), {}};
  if (const Result<Defaults> defaults = namespace_defaults()) network.defaults = *defaults;
  network.defaults.sending = sending_limits();
  return network;
}

Result<Network> network_at(const std::string& file, Which which) {
  const Fd there = open_network(file);
  if (!there) return failure(errno, "open a network namespace");
  const Excursion excursion{there};
  if (!excursion.is_away()) return failure(errno, "enter a network namespace");
  return network_here(which);
}

Result<Network> network_of(pid_t process, Which which) {
  return network_at(network_of_process(std::to_string(process)), which);
}

bool is_network_here(const std::string& file) {
  struct stat there {};
  struct stat here {};
  return ::stat(file.c_str(), &there) == 0 &&
         ::stat(network_of_process("thread-self").c_str(), &here) == 0 &&
         there.st_dev == here.st_dev && there.st_ino == here.st_ino;
}

}  // namespace wsalive::attach
