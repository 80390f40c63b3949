#include "port/load.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace wsalive::bench {
namespace {

using Clock = std::chrono::steady_clock;

void need(bool good, const char* what) {
  if (good) return;
  std::perror(what);
  std::exit(1);
}

double per_second(std::size_t count, Clock::time_point begin) {
  return static_cast<double>(count) / std::chrono::duration<double>(Clock::now() - begin).count();
}

void watch(const Fd& epoll, int fd, std::uint32_t events, std::uint64_t token, int how) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = token;
  need(::epoll_ctl(epoll.get(), how, fd, &event) == 0, "epoll_ctl");
}

/// Closed at once, without a TIME_WAIT that would use the ports up.
void reset(Fd& fd) {
  const linger at_once{1, 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  fd = Fd{};
}

}  // namespace

Load::Load(std::uint16_t port) : port_(port), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

Fd Load::begin_connect() const {
  Fd fd{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  need(static_cast<bool>(fd), "socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port_);
  const int result = ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
  need(result == 0 || errno == EINPROGRESS, "connect");
  const int on = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

void Load::open(std::size_t connections) {
  while (talks_.size() < connections) {
    talks_.push_back({begin_connect()});
    watch(epoll_, talks_.back().fd.get(), EPOLLIN | EPOLLOUT | EPOLLET, talks_.size() - 1,
          EPOLL_CTL_ADD);
  }
}

/// \return whether the whole message has been sent.
bool Load::push(Talk& talk, std::size_t bytes) const {
  while (talk.sent < bytes) {
    const ssize_t sent =
        ::send(talk.fd.get(), out_.data() + talk.sent, bytes - talk.sent, MSG_NOSIGNAL);
    if (sent < 0) {
      need(errno == EAGAIN || errno == ENOTCONN, "send");
      return false;
    }
    talk.sent += static_cast<std::size_t>(sent);
  }
  return true;
}

/// \return whether the whole message is back.
bool Load::pull(Talk& talk, std::size_t bytes) {
  while (talk.received < bytes) {
    const ssize_t got = ::recv(talk.fd.get(), in_.data(), bytes - talk.received, 0);
    if (got < 0) {
      need(errno == EAGAIN || errno == ENOTCONN, "recv");
      return false;
    }
    need(got != 0, "the echo server ended a connection");
    talk.received += static_cast<std::size_t>(got);
  }
  return true;
}

double Load::echo(std::size_t connections, std::size_t bytes, std::chrono::nanoseconds time) {
  open(connections);
  const Clock::time_point begin = Clock::now();
  const Clock::time_point end = begin + time;
  for (std::size_t at = 0; at < connections; ++at) {
    talks_[at].sent = talks_[at].received = 0;
    (void)push(talks_[at], bytes);
  }
  std::size_t on_their_way = connections;
  std::size_t count = 0;
  double rate = 0;
  std::array<epoll_event, 64> events;
  while (on_their_way != 0) {
    const int ready = ::epoll_wait(epoll_.get(), events.data(), events.size(), 5000);
    need(ready > 0, "an answer of the echo server");
    const bool over = Clock::now() >= end;
    if (over && rate == 0) rate = per_second(count, begin);
    for (int i = 0; i < ready; ++i) {
      const std::uint64_t at = events[static_cast<std::size_t>(i)].data.u64;
      if (at >= connections) continue;
      Talk& talk = talks_[at];
      while (talk.received < bytes) {
        (void)push(talk, bytes);
        if (!pull(talk, bytes)) break;
        ++count;
        if (over) {
          --on_their_way;
          break;
        }
        talk.sent = talk.received = 0;
      }
    }
  }
  return rate;
}

double Load::accepts(std::size_t at_once, std::chrono::nanoseconds time) {
  const Fd epoll{::epoll_create1(EPOLL_CLOEXEC)};
  std::vector<Talk> talks(at_once);
  const auto start = [&](std::size_t at) {
    talks[at] = {begin_connect()};
    watch(epoll, talks[at].fd.get(), EPOLLIN | EPOLLOUT | EPOLLET, at, EPOLL_CTL_ADD);
  };
  const Clock::time_point begin = Clock::now();
  const Clock::time_point end = begin + time;
  for (std::size_t at = 0; at < at_once; ++at) start(at);
  std::size_t on_their_way = at_once;
  std::size_t count = 0;
  double rate = 0;
  std::array<epoll_event, 64> events;
  while (on_their_way != 0) {
    const int ready = ::epoll_wait(epoll.get(), events.data(), events.size(), 5000);
    need(ready > 0, "a connection to the echo server");
    const bool over = Clock::now() >= end;
    if (over && rate == 0) rate = per_second(count, begin);
    for (int i = 0; i < ready; ++i) {
      const std::size_t at = events[static_cast<std::size_t>(i)].data.u64;
      if (!push(talks[at], 1) || !pull(talks[at], 1)) continue;
      ++count;
      reset(talks[at].fd);
      over ? static_cast<void>(--on_their_way) : start(at);
    }
  }
  return rate;
}

}  // namespace wsalive::bench
