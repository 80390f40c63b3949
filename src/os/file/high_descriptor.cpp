#include "os/file/high_descriptor.hpp"

#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>

namespace wsalive::os {

Fd out_of_the_way(Fd fd) noexcept {
  if (!fd) return fd;
  const int before = errno;
  rlimit limit{};
  constexpr rlim_t kHighEnough = 960;  // Below 1024: a select in a child must not stumble over it.
  const rlim_t from = ::getrlimit(RLIMIT_NOFILE, &limit) == 0
                          ? std::min<rlim_t>(kHighEnough, limit.rlim_cur / 2)
                          : kHighEnough;
  Fd high{::fcntl(fd.get(), F_DUPFD_CLOEXEC, static_cast<int>(from))};
  errno = before;
  return high ? std::move(high) : std::move(fd);
}

bool leaves_some(int lowest_free) noexcept {
  constexpr rlim_t kEnough = 16;
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
         static_cast<rlim_t>(lowest_free) + kEnough < limit.rlim_cur;
}

}  // namespace wsalive::os
