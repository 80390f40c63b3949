#include "server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "child.hpp"

namespace wsalive::demo {
namespace {

lab::Setup<Fd> listening(std::string_view address, std::uint16_t port) {
  Fd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  ::inet_pton(AF_INET, std::string{address}.c_str(), &at.sin_addr);
  if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&at), sizeof at) != 0 ||
      ::listen(fd.get(), 1) != 0) {
    return tl::unexpected("cannot listen on port " + std::to_string(port) + ": " +
                          std::strerror(errno));
  }
  return fd;
}

}  // namespace

lab::Setup<std::unique_ptr<Server>> Server::start(const lab::NetworkNamespace* host,
                                                  std::string_view address) {
  std::optional<lab::Visit> visit;
  if (host) visit.emplace(*host);
  std::array<Fd, 2> listeners;
  for (const Lane lane : kLanes) {
    lab::Setup<Fd> made = listening(address, host ? kPorts[index_of(lane)] : std::uint16_t{0});
    if (!made) return tl::unexpected(made.error());
    listeners[index_of(lane)] = std::move(*made);
  }
  return std::unique_ptr<Server>{new Server{std::move(listeners)}};
}

Server::Server(std::array<Fd, 2> listeners)
    : listeners_(std::move(listeners)),
      thread_([this](const std::stop_token& stop) { serve(stop); }) {}

Server::~Server() = default;  // jthread: asks to stop, then waits.

void Server::serve(const std::stop_token& stop) {
  constexpr int kLookAgainMs = 50;
  while (!stop.stop_requested()) {
    std::array<pollfd, 4> wait{};
    for (std::size_t i = 0; i < 2; ++i) {
      wait[i] = {listeners_[i].get(), POLLIN, 0};
      wait[2 + i] = {over_[i] ? -1 : connections_[i].get(), POLLIN, 0};
    }
    ::poll(wait.data(), wait.size(), kLookAgainMs);
    for (const Lane lane : kLanes) {
      const std::size_t i = index_of(lane);
      if (wait[i].revents != 0 && !connected_[i]) {
        connections_[i] = Fd{::accept4(listeners_[i].get(), nullptr, nullptr, SOCK_CLOEXEC)};
        connected_[i] = static_cast<bool>(connections_[i]);
      }
      if (wait[2 + i].revents != 0) answer(lane);
    }
  }
}

void Server::answer(Lane lane) {
  constexpr std::string_view kAnswer = "answer";
  const int fd = connections_[index_of(lane)].get();
  std::array<char, 64> question{};
  if (::recv(fd, question.data(), question.size(), MSG_DONTWAIT) <= 0) {
    over_[index_of(lane)] = true;
    return;
  }
  ::send(fd, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL);
  answered_at_[index_of(lane)] = now();
}

std::uint16_t Server::port(Lane lane) const {
  sockaddr_in at{};
  socklen_t size = sizeof at;
  ::getsockname(listeners_[index_of(lane)].get(), reinterpret_cast<sockaddr*>(&at), &size);
  return ntohs(at.sin_port);
}

bool Server::deafen(Lane lane) {
  if (!connected_[index_of(lane)]) return false;
  const int most = 255;  // Segments come with 64; one below this limit is dropped without a word.
  return ::setsockopt(connections_[index_of(lane)].get(), IPPROTO_IP, IP_MINTTL, &most,
                      sizeof most) == 0;
}

}  // namespace wsalive::demo
