#include "attach/pidfd/foreign_socket.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <semaphore>
#include <system_error>
#include <thread>

#include "os/process/signals.hpp"
#include "os/socket/int_option.hpp"
#include "os/tcp/tcp_info.hpp"

namespace wsalive::attach {
namespace {

bool may_linger(int fd) noexcept {
  linger wish{};
  socklen_t size = sizeof wish;
  const bool told = ::getsockopt(fd, SOL_SOCKET, SO_LINGER, &wish, &size) == 0;
  return told && wish.l_onoff != 0 && wish.l_linger != 0;
}

/// Closes it while a thread has a copy, and lets the thread end, which does not block.
void close_with_a_thread(Fd& copy) {
  std::binary_semaphore has_copy{0}, is_closed{0};
  const os::AllSignalsBlocked quiet;
  std::thread other{[&] {
    static_cast<void>(::unshare(CLONE_FILES));
    has_copy.release();
    is_closed.acquire();
  }};
  has_copy.acquire();
  copy.reset();
  is_closed.release();
  other.join();
}

}  // namespace

Borrowed::~Borrowed() {
  if (!copy_ || !may_linger(copy_.get())) return;
  try {
    close_with_a_thread(copy_);
  } catch (const std::system_error&) {  // No thread could be started; then closing may block.
  }
}

Result<Process> Process::open(pid_t pid) noexcept {
  Fd fd{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
  if (!fd) return failure(errno, "pidfd_open");
  return Process{std::move(fd)};
}

Result<Borrowed> Process::borrow(int number) const noexcept {
  Fd copy{static_cast<int>(::syscall(SYS_pidfd_getfd, fd_.get(), number, 0))};
  if (!copy) return failure(errno, "pidfd_getfd");
  return Borrowed{std::move(copy)};
}

bool is_mptcp(int fd) noexcept {
  constexpr int kMptcp = 262;  // IPPROTO_MPTCP, which older headers lack.
  return os::int_option(fd, SOL_SOCKET, SO_PROTOCOL, "getsockopt SO_PROTOCOL").value_or(0) ==
         kMptcp;
}

Result<Borrowed> Process::borrow_socket(int number, std::uint64_t cookie,
                                        std::uint32_t inode) const noexcept {
  Result<Borrowed> copy = borrow(number);
  if (!copy) return copy;
  const Result<std::uint64_t> own = os::socket_cookie(copy->get());
  if (own && *own == cookie) return copy;
  struct stat status {};
  const bool is_paths =
      is_mptcp(copy->get()) && ::fstat(copy->get(), &status) == 0 && status.st_ino == inode;
  if (!is_paths) return failure(ESTALE, "borrow the socket");
  return copy;
}

const char* filtered_call() noexcept {
  const Result<Process> self = Process::open(::getpid());
  if (!self) return "pidfd_open";
  const Result<Borrowed> copy = self->borrow(STDIN_FILENO);
  return !copy && copy.error().code != EBADF ? "pidfd_getfd" : nullptr;
}

bool Process::has_ended() const noexcept {
  pollfd poll{fd_.get(), POLLIN, 0};
  return ::poll(&poll, 1, 0) != 0;
}

namespace {

int overwritten(int now, int untouched, std::uint32_t ours, Overwrite overwrite) {
  const bool is_taken =
      overwrite == Overwrite::always || (overwrite == Overwrite::unless_set && now == untouched);
  return is_taken ? static_cast<int>(ours) : now;
}

}  // namespace

KernelValues fulfilled(const SocketWish& wish, const KernelValues& now,
                       const Defaults& defaults) noexcept {
  KernelValues result = now;
  if (now.user_timeout_ms && wish.fit.user_timeout_ms) {
    result.user_timeout_ms =
        overwritten(*now.user_timeout_ms, 0, *wish.fit.user_timeout_ms, wish.user_timeout);
  }
  if (!wish.on) return result;
  os::KernelKeepAlive& to = result.keep_alive;
  to.on = *wish.on;
  if (to.on == os::Switch::off) return result;
  to.idle_s = overwritten(to.idle_s, defaults.idle_s, wish.fit.idle_s, wish.idle);
  to.interval_s =
      overwritten(to.interval_s, defaults.interval_s, wish.fit.interval_s, wish.interval);
  to.probes = overwritten(to.probes, defaults.probes, wish.fit.probes, wish.probes);
  return result;
}

Result<SocketChange> set_socket(const ForeignSocket& socket, const SocketWish& wish,
                                const Defaults& defaults, SetMode mode) noexcept {
  const Result<Borrowed> copy =
      socket.process.borrow_socket(socket.fd, socket.cookie, socket.inode);
  if (!copy) return tl::unexpected(copy.error());
  const Result<KernelValues> now = kernel_values(copy->get());
  if (!now) return tl::unexpected(now.error());
  const KernelValues wanted = fulfilled(wish, *now, defaults);
  if (mode == SetMode::dry_run) return SocketChange{*now, wanted};
  const Status changed =
      wish.on ? change(copy->get(), *now, wanted) : change_user_timeout(copy->get(), *now, wanted);
  if (!changed) return tl::unexpected(changed.error());
  const Result<KernelValues> after = kernel_values(copy->get());
  if (!after) return tl::unexpected(after.error());
  return SocketChange{*now, *after};
}

}  // namespace wsalive::attach
