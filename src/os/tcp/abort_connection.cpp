#include "os/tcp/abort_connection.hpp"

#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <span>

#include "os/netlink.hpp"
#include "os/process/signals.hpp"
#include "os/process/threads.hpp"

namespace wsalive::os {

void abort_connection(Fd connection) noexcept {
  // With a linger time of 0 a close sends a reset.
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::syscall(SYS_setsockopt, connection.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  connection.reset();
}

namespace {

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

Result<DiagRequest> request_for(int fd, std::uint64_t cookie) noexcept {
  sockaddr_storage own{};
  sockaddr_storage peer{};
  socklen_t own_size = sizeof own;
  socklen_t peer_size = sizeof peer;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&own), &own_size) != 0 ||
      ::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &peer_size) != 0) {
    return failure(errno, "getpeername");
  }
  DiagRequest request =
      diag_request(SOCK_DESTROY, NLM_F_ACK, static_cast<std::uint8_t>(own.ss_family));
  request.body.idiag_states = ~0U;
  put_end(own, request.body.id.idiag_src, request.body.id.idiag_sport);
  put_end(peer, request.body.id.idiag_dst, request.body.id.idiag_dport);
  request.body.id.idiag_cookie[0] = static_cast<std::uint32_t>(cookie);
  request.body.id.idiag_cookie[1] = static_cast<std::uint32_t>(cookie >> 32U);
  return request;
}

/// Asks for a connection that does not exist, which loads the same module as SOCK_DESTROY.
void* load_module(void* /*unused*/) noexcept {
  const auto line = open_sock_diag();
  if (line) (void)ask_sock_diag(line->get(), diag_request(SOCK_DIAG_BY_FAMILY, NLM_F_ACK, AF_INET));
  return nullptr;
}

Status answer_of(int line) noexcept {
  std::array<char, 1024> buffer{};
  const ssize_t length = ::recv(line, buffer.data(), buffer.size(), 0);
  if (length < 0) return failure(errno, kReadSockDiag);
  auto bytes = std::span<const char>{buffer}.first(static_cast<std::size_t>(length));
  const auto message = take_message(bytes);
  if (!message) return tl::unexpected(message.error());
  if (message->header.nlmsg_type != NLMSG_ERROR) return failure(EPROTO, kReadSockDiag);
  return answer_status(*message);
}

}  // namespace

Status destroy_connection(int fd, std::uint64_t cookie) noexcept {
  const auto request = request_for(fd, cookie);
  if (!request) return tl::unexpected(request.error());
  const auto line = open_sock_diag();
  if (!line) return tl::unexpected(line.error());
  const Status asked = ask_sock_diag(line->get(), *request);
  return asked ? answer_of(line->get()) : asked;
}

void expect_destroy() noexcept {
  static std::atomic_flag expected;
  if (expected.test_and_set()) return;
  const AllSignalsBlocked quiet;
  (void)start_thread(kSmallStack, load_module, nullptr);
}

}  // namespace wsalive::os
