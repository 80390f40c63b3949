#include "os/file/descriptor.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "os/process/signals.hpp"

namespace wsalive::os {
namespace {

/// A terminal without lines and, if asked, without echo, for as long as this lives.
class KeyMode {
 public:
  KeyMode(int descriptor, bool echo) noexcept : descriptor_(descriptor) {
    changed_ = ::tcgetattr(descriptor, &before_) == 0;
    if (!changed_) return;
    termios mode = before_;
    mode.c_lflag &= ~static_cast<tcflag_t>(ICANON | (echo ? 0U : ECHO));
    mode.c_cc[VMIN] = 1;
    mode.c_cc[VTIME] = 0;
    ::tcsetattr(descriptor, TCSANOW, &mode);
  }
  ~KeyMode() {
    if (changed_) ::tcsetattr(descriptor_, TCSANOW, &before_);
  }
  KeyMode(const KeyMode&) = delete;
  KeyMode& operator=(const KeyMode&) = delete;

 private:
  int descriptor_;
  bool changed_;
  termios before_{};
};

}  // namespace

DescriptorKind descriptor_kind(int descriptor) noexcept {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return DescriptorKind::closed;
  if (S_ISREG(status.st_mode) || S_ISBLK(status.st_mode)) return DescriptorKind::disk;
  if (S_ISCHR(status.st_mode)) return DescriptorKind::character;
  if (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)) return DescriptorKind::pipe;
  return DescriptorKind::other;
}

Status write_all(int descriptor, std::span<const std::byte> bytes) noexcept {
  const NoSignal quiet{SIGXFSZ};
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd wait{.fd = descriptor, .events = POLLOUT, .revents = 0};
      ::poll(&wait, 1, -1);
    } else if (errno != EINTR) {
      return failure(errno, "write");
    }
  }
  return {};
}

Result<std::size_t> read_some(int descriptor, std::span<std::byte> into) noexcept {
  for (;;) {
    const ssize_t got = ::read(descriptor, into.data(), into.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return failure(errno, "read");
  }
}

bool is_readable_now(int descriptor) noexcept {
  const KeyMode mode{descriptor, true};
  pollfd wait{.fd = descriptor, .events = POLLIN, .revents = 0};
  return ::poll(&wait, 1, 0) > 0 && (wait.revents & POLLIN);
}

bool is_at_end(int pipe) noexcept {
  pollfd look{.fd = pipe, .events = POLLIN, .revents = 0};
  return ::poll(&look, 1, 0) > 0 && (look.revents & (POLLIN | POLLHUP)) == POLLHUP;
}

int read_key(int descriptor, bool echo) noexcept {
  const KeyMode mode{descriptor, echo};
  std::byte key{};
  const auto got = read_some(descriptor, {&key, 1});
  return got && *got == 1 ? std::to_integer<int>(key) : -1;
}

std::size_t raise_descriptor_limit(std::size_t wanted) noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  if (limit.rlim_cur >= wanted) return limit.rlim_cur;
  limit.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

Fd out_of_the_way(Fd fd) noexcept {
  if (!fd) return fd;
  const int before = errno;
  rlimit limit{};
  constexpr rlim_t kHighEnough = 960;  // Below 1024, so that select() in a child can take it.
  const rlim_t from = ::getrlimit(RLIMIT_NOFILE, &limit) == 0
                          ? std::min<rlim_t>(kHighEnough, limit.rlim_cur / 2)
                          : kHighEnough;
  Fd high{::fcntl(fd.get(), F_DUPFD_CLOEXEC, static_cast<int>(from))};
  errno = before;
  return high ? std::move(high) : std::move(fd);
}

bool leaves_descriptors(int lowest_free) noexcept {
  constexpr rlim_t kEnough = 16;
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
         static_cast<rlim_t>(lowest_free) + kEnough < limit.rlim_cur;
}

}  // namespace wsalive::os
