#include "os/socket/edge_set.hpp"

#include <sys/epoll.h>

#include <array>
#include <cerrno>

namespace wsalive::os {

bool EdgeSet::add(int fd) noexcept {
  if (!epoll_) epoll_ = Fd{::epoll_create1(EPOLL_CLOEXEC)};
  epoll_event every_change{};
  every_change.events = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET;
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &every_change) == 0 || errno == EEXIST;
}

void EdgeSet::drain() noexcept {
  std::array<epoll_event, 64> seen;  // Not cleared.
  constexpr auto kMost = static_cast<int>(seen.size());
  while (epoll_ && ::epoll_wait(epoll_.get(), seen.data(), kMost, 0) == kMost) {
  }
}

}  // namespace wsalive::os
