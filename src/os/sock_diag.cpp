#include "os/sock_diag.hpp"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "base/fd.hpp"
#include "os/signals_blocked.hpp"
#include "os/threads.hpp"

namespace wsalive::os {
namespace {

struct Request {
  nlmsghdr header;
  inet_diag_req_v2 body;
};

/// One end of the connection in the request's form: network order, IPv4 in the first word.
void put_end(const sockaddr_storage& address, std::uint32_t (&words)[4], __be16& port) noexcept {
  if (address.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    std::memcpy(&words, &v6.sin6_addr, sizeof v6.sin6_addr);
    port = v6.sin6_port;
    return;
  }
  sockaddr_in v4{};
  std::memcpy(&v4, &address, sizeof v4);
  words[0] = v4.sin_addr.s_addr;
  port = v4.sin_port;
}

Result<Request> request_for(int fd, std::uint64_t cookie) noexcept {
  sockaddr_storage own{};
  sockaddr_storage peer{};
  socklen_t own_size = sizeof own;
  socklen_t peer_size = sizeof peer;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&own), &own_size) != 0 ||
      ::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &peer_size) != 0) {
    return failure(errno, "getpeername");
  }
  Request request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DESTROY;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
  request.body.sdiag_family = static_cast<std::uint8_t>(own.ss_family);
  request.body.sdiag_protocol = IPPROTO_TCP;
  request.body.idiag_states = ~0U;
  put_end(own, request.body.id.idiag_src, request.body.id.idiag_sport);
  put_end(peer, request.body.id.idiag_dst, request.body.id.idiag_dport);
  request.body.id.idiag_cookie[0] = static_cast<std::uint32_t>(cookie);
  request.body.id.idiag_cookie[1] = static_cast<std::uint32_t>(cookie >> 32U);
  return request;
}

/// Asks for a connection that is not there: whoever answers that can end one, too.
void* load_module(void* /*unused*/) noexcept {
  Request request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
  request.body.sdiag_family = AF_INET;
  request.body.sdiag_protocol = IPPROTO_TCP;
  const Fd netlink{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)};
  if (netlink) (void)::send(netlink.get(), &request, sizeof request, 0);  // Back when it is loaded.
  return nullptr;
}

Status answer_of(int netlink) noexcept {
  alignas(nlmsghdr) std::array<char, 1024> buffer{};
  const ssize_t length = ::recv(netlink, buffer.data(), buffer.size(), 0);
  if (length < 0) return failure(errno, "recv from sock_diag");
  nlmsghdr header{};
  nlmsgerr answer{};
  if (static_cast<std::size_t>(length) < sizeof header + sizeof answer) {
    return failure(EPROTO, "sock_diag SOCK_DESTROY");
  }
  std::memcpy(&header, buffer.data(), sizeof header);
  std::memcpy(&answer, buffer.data() + sizeof header, sizeof answer);
  if (header.nlmsg_type != NLMSG_ERROR) return failure(EPROTO, "sock_diag SOCK_DESTROY");
  if (answer.error != 0) return failure(-answer.error, "sock_diag SOCK_DESTROY");
  return {};
}

}  // namespace

Status destroy_connection(int fd, std::uint64_t cookie) noexcept {
  const auto request = request_for(fd, cookie);
  if (!request) return tl::unexpected(request.error());
  const Fd netlink{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)};
  if (!netlink) return failure(errno, "socket NETLINK_SOCK_DIAG");
  if (::send(netlink.get(), &*request, sizeof *request, 0) < 0) {
    return failure(errno, "send to sock_diag");
  }
  return answer_of(netlink.get());
}

void expect_destroy() noexcept {
  static std::atomic_flag expected;
  if (expected.test_and_set()) return;
  const AllSignalsBlocked quiet;
  (void)start_thread(kSmallStack, load_module, nullptr);
}

}  // namespace wsalive::os
