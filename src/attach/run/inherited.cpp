#include "attach/run/inherited.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>
#include <memory>
#include <vector>

namespace wsalive::attach {
namespace {

constexpr int kSearched = 1024;  ///< Where there is no /proc.

bool survives_execve(int fd) noexcept {
  const int flags = ::fcntl(fd, F_GETFD);
  return flags >= 0 && (flags & FD_CLOEXEC) == 0;
}

std::vector<int> open_descriptors() {
  std::vector<int> all;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder{::opendir("/proc/self/fd"), ::closedir};
  if (!folder) {
    for (int fd = 0; fd < kSearched; ++fd) all.push_back(fd);
    return all;
  }
  while (const dirent* const entry = ::readdir(folder.get())) {
    if (entry->d_name[0] != '.') all.push_back(std::atoi(entry->d_name));
  }
  return all;
}

bool listens(int fd) noexcept {
  int answer = 0;
  socklen_t size = sizeof answer;
  return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &answer, &size) == 0 && answer != 0;
}

/// How many connections wait to be accepted: a listener's TCP_INFO has it in this field.
std::size_t waiting_at(int fd) noexcept {
  tcp_info info{};
  socklen_t size = sizeof info;
  return ::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 ? info.tcpi_unacked : 0;
}

bool is_connected(int fd) noexcept {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  return ::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0;
}

}  // namespace

InheritedSockets::InheritedSockets(const policy::KernelFit& fit, Precedence whose, Later later) {
  const Result<Defaults> defaults = namespace_defaults();
  if (!defaults) return;
  for (const int fd : open_descriptors()) {
    const Result<KernelValues> now = kernel_values(fd);
    if (!now || !survives_execve(fd)) continue;
    KernelValues wanted = *now;
    if (later == Later::here || is_connected(fd)) {
      wanted = merged_values(*now, *defaults, fit, whose);
    } else if (listens(fd)) {
      wanted.keep_alive.on = os::Switch::on;
    }
    if (later == Later::here && listens(fd)) missed_ += waiting_at(fd);
    before_.push_back({fd, *now});
    static_cast<void>(change(fd, *now, wanted));
  }
}

void InheritedSockets::restore() const noexcept {
  for (const Before& before : before_) {
    if (const Result<KernelValues> now = kernel_values(before.fd)) {
      static_cast<void>(change(before.fd, *now, before.values));
    }
  }
}

}  // namespace wsalive::attach
