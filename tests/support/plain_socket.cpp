#include "support/plain_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace wsalive::test {
namespace {

int need(int result, const char* attempt) {
  if (result >= 0) return result;
  std::fprintf(stderr, "test set-up: %s: %s\n", attempt, std::strerror(errno));
  std::abort();
}

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  sockaddr* raw() { return reinterpret_cast<sockaddr*>(&storage); }
};

Address address_of(std::string_view text, std::uint16_t port) {
  Address a;
  const std::string numeric{text};
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&a.storage);
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&a.storage);
  if (::inet_pton(AF_INET, numeric.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    a.size = sizeof *v4;
  } else {
    need(::inet_pton(AF_INET6, numeric.c_str(), &v6->sin6_addr) - 1, "numeric address");
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    a.size = sizeof *v6;
  }
  return a;
}

std::uint16_t port_of(const Address& a) {
  // The port stands at the same place in both families.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&a.storage)->sin_port);
}

Fd new_socket(int family) {
  return Fd{need(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")};
}

void set(int fd, int level, int name, int value, const char* attempt) {
  need(::setsockopt(fd, level, name, &value, sizeof value), attempt);
}

bool readable(int fd, std::chrono::milliseconds patience) {
  pollfd wait{fd, POLLIN, 0};
  return need(::poll(&wait, 1, static_cast<int>(patience.count())), "poll") == 1;
}

}  // namespace

PlainSocket PlainSocket::connected(std::string_view address, std::uint16_t port) {
  Address to = address_of(address, port);
  Fd fd = new_socket(to.storage.ss_family);
  // By itself connect may take a port that another connection has, to somewhere else: captures distinguish connections by it.
  Address any = address_of(to.storage.ss_family == AF_INET6 ? "::" : "0.0.0.0", 0);
  need(::bind(fd.get(), any.raw(), any.size), "bind");
  need(::connect(fd.get(), to.raw(), to.size), "connect");
  return PlainSocket{std::move(fd)};
}

PlainSocket PlainSocket::listening(std::string_view address, std::uint16_t port) {
  Address at = address_of(address, port);
  Fd fd = new_socket(at.storage.ss_family);
  set(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
  need(::bind(fd.get(), at.raw(), at.size), "bind");
  need(::listen(fd.get(), SOMAXCONN), "listen");
  return PlainSocket{std::move(fd)};
}

PlainSocket PlainSocket::accepted() const {
  return PlainSocket{Fd{need(::accept4(fd(), nullptr, nullptr, SOCK_CLOEXEC), "accept")}};
}

std::uint16_t PlainSocket::port() const {
  Address a;
  a.size = sizeof a.storage;
  need(::getsockname(fd(), a.raw(), &a.size), "getsockname");
  return port_of(a);
}

std::uint16_t PlainSocket::peer_port() const {
  Address a;
  a.size = sizeof a.storage;
  need(::getpeername(fd(), a.raw(), &a.size), "getpeername");
  return port_of(a);
}

void PlainSocket::send(std::string_view octets) const {
  need(static_cast<int>(::send(fd(), octets.data(), octets.size(), MSG_NOSIGNAL)), "send");
}

std::string PlainSocket::receive(std::chrono::milliseconds patience) const {
  if (!readable(fd(), patience)) return {};
  std::array<char, 4096> buffer{};
  const ssize_t got = ::recv(fd(), buffer.data(), buffer.size(), 0);
  return got > 0 ? std::string{buffer.data(), static_cast<std::size_t>(got)} : std::string{};
}

int PlainSocket::ended(std::chrono::milliseconds patience) const {
  if (!readable(fd(), patience)) return -1;
  char octet = 0;
  const ssize_t got = ::recv(fd(), &octet, 1, MSG_PEEK);
  if (got < 0) return errno;
  return got == 0 ? 0 : -1;
}

void PlainSocket::keep_alive(std::chrono::seconds idle, std::chrono::seconds interval,
                             int probes) const {
  set(fd(), SOL_SOCKET, SO_KEEPALIVE, 1, "SO_KEEPALIVE");
  set(fd(), IPPROTO_TCP, TCP_KEEPINTVL, static_cast<int>(interval.count()), "TCP_KEEPINTVL");
  set(fd(), IPPROTO_TCP, TCP_KEEPCNT, probes, "TCP_KEEPCNT");
  set(fd(), IPPROTO_TCP, TCP_KEEPIDLE, static_cast<int>(idle.count()), "TCP_KEEPIDLE");
}

void PlainSocket::receive_buffer(int octets) const {
  set(fd(), SOL_SOCKET, SO_RCVBUF, octets, "SO_RCVBUF");
}

void PlainSocket::go_silent() const { set(fd(), IPPROTO_IP, IP_MINTTL, 255, "IP_MINTTL"); }

void PlainSocket::speak() const { set(fd(), IPPROTO_IP, IP_MINTTL, 0, "IP_MINTTL"); }

void PlainSocket::abort() {
  const linger at_once{1, 0};
  need(::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), "SO_LINGER");
  fd_.reset();
}

}  // namespace wsalive::test
