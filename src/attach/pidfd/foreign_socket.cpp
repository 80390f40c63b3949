#include "attach/pidfd/foreign_socket.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace wsalive::attach {

Result<Process> Process::open(pid_t pid) noexcept {
  Fd fd{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
  if (!fd) return failure(errno, "pidfd_open");
  return Process{std::move(fd)};
}

Result<Fd> Process::borrow(int number) const noexcept {
  Fd copy{static_cast<int>(::syscall(SYS_pidfd_getfd, fd_.get(), number, 0))};
  if (!copy) return failure(errno, "pidfd_getfd");
  return copy;
}

bool borrowing_is_filtered() noexcept {
  const Result<Process> self = Process::open(::getpid());
  if (!self) return false;
  const Result<Fd> copy = self->borrow(STDIN_FILENO);
  return !copy && copy.error().code != EBADF;
}

bool Process::has_ended() const noexcept {
  pollfd poll{fd_.get(), POLLIN, 0};
  return ::poll(&poll, 1, 0) != 0;
}

}  // namespace wsalive::attach
