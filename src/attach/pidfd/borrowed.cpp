#include "attach/pidfd/borrowed.hpp"

#include <sched.h>
#include <sys/socket.h>

#include <semaphore>
#include <system_error>
#include <thread>

#include "os/process/signals_blocked.hpp"

namespace wsalive::attach {
namespace {

bool may_linger(int fd) noexcept {
  linger wish{};
  socklen_t size = sizeof wish;
  const bool told = ::getsockopt(fd, SOL_SOCKET, SO_LINGER, &wish, &size) == 0;
  return told && wish.l_onoff != 0 && wish.l_linger != 0;
}

/// Closes it while a thread has a copy, and lets the thread end: its end waits for nothing.
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
  } catch (const std::system_error&) {  // No thread is to be had; then it may wait.
  }
}

}  // namespace wsalive::attach
