#include "peers.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

namespace wsalive::bench {
namespace {

int need(int result, const char* what) {
  if (result >= 0) return result;
  std::perror(what);
  std::exit(1);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

Fd listening(std::uint16_t& port) {
  Fd fd{need(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")};
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  need(::bind(fd.get(), any, size), "bind");
  need(::listen(fd.get(), 4096), "listen");
  need(::getsockname(fd.get(), any, &size), "getsockname");
  port = ntohs(address.sin_port);
  return fd;
}

[[noreturn]] void hold(const Fd& hearing, const Fd& deaf) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::vector<int> held;
  pollfd both[] = {{hearing.get(), POLLIN, 0}, {deaf.get(), POLLIN, 0}};
  for (;;) {
    ::poll(both, 2, -1);
    for (const pollfd& each : both) {
      if ((each.revents & POLLIN) == 0) continue;
      held.push_back(::accept4(each.fd, nullptr, nullptr, SOCK_CLOEXEC));
      if (held.size() < 12'000) continue;  // Those of an earlier run have been closed.
      for (std::size_t i = 0; i < 1000; ++i) ::close(held[i]);
      held.erase(held.begin(), held.begin() + 1000);
    }
  }
}

}  // namespace

Peers::Peers() {
  const Fd hearing = listening(hearing_);
  const Fd deaf = listening(deaf_);
  process_ = need(::fork(), "fork");
  if (process_ == 0) hold(hearing, deaf);
}

Peers::~Peers() {
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

Fd connect_to(std::uint16_t port) {
  Fd fd{need(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")};
  const sockaddr_in address = loopback(port);
  need(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "connect");
  return fd;
}

}  // namespace wsalive::bench
