// An echo server of one thread on raw epoll: sockets are registered once, edge-triggered, and each operation
// is tried at once. The yardstick.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "port/servers/life.hpp"

namespace wsalive::bench {
namespace {

struct Connection {
  int fd = -1;
  std::size_t begin = 0;  ///< What is to be sent back: [begin, end).
  std::size_t end = 0;
  std::array<char, kRoom> bytes;
};

int listening() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (::bind(fd, any, size) != 0 || ::listen(fd, 4096) != 0 || ::getsockname(fd, any, &size) != 0) {
    give_up("listening");
  }
  live_until_input_ends(ntohs(address.sin_port));
  return fd;
}

void watch(int epoll, int fd, Connection* connection) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP | EPOLLET | (connection ? EPOLLOUT : 0U);
  event.data.ptr = connection;
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) give_up("epoll_ctl");
}

void take_all(int epoll, int listener) {
  for (;;) {
    const int fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto* const fresh = new Connection;
    fresh->fd = fd;
    watch(epoll, fd, fresh);
  }
}

/// \return false when the connection has ended.
bool echo(Connection& it) {
  for (;;) {
    while (it.begin < it.end) {
      const ssize_t sent =
          ::send(it.fd, it.bytes.data() + it.begin, it.end - it.begin, MSG_NOSIGNAL);
      if (sent < 0) return errno == EAGAIN;
      it.begin += static_cast<std::size_t>(sent);
    }
    const ssize_t got = ::recv(it.fd, it.bytes.data(), it.bytes.size(), 0);
    if (got <= 0) return got < 0 && errno == EAGAIN;
    it.begin = 0;
    it.end = static_cast<std::size_t>(got);
  }
}

/// After a short read the next edge will say when there is more: a try is spared.
bool serve(Connection& it) {
  if (it.begin < it.end) return echo(it);
  const ssize_t got = ::recv(it.fd, it.bytes.data(), it.bytes.size(), 0);
  if (got <= 0) return got < 0 && errno == EAGAIN;
  it.begin = 0;
  it.end = static_cast<std::size_t>(got);
  const ssize_t sent = ::send(it.fd, it.bytes.data(), it.end, MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN;
  it.begin = static_cast<std::size_t>(sent);
  const bool short_read = static_cast<std::size_t>(got) < it.bytes.size();
  return short_read && it.begin == it.end ? true : echo(it);
}

[[noreturn]] void run() {
  const int listener = listening();
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  watch(epoll, listener, nullptr);
  std::array<epoll_event, 64> events;
  for (;;) {
    const int count = ::epoll_wait(epoll, events.data(), events.size(), -1);
    for (int at = 0; at < count; ++at) {
      const epoll_event& event = events[static_cast<std::size_t>(at)];
      auto* const connection = static_cast<Connection*>(event.data.ptr);
      if (!connection) {
        take_all(epoll, listener);
        continue;
      }
      const bool ended = (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
      const bool alive = ended ? echo(*connection) : serve(*connection);
      if (alive) continue;
      ::close(connection->fd);
      delete connection;
    }
  }
}

}  // namespace
}  // namespace wsalive::bench

int main() { wsalive::bench::run(); }
