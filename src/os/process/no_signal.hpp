// Keeps system calls that have no flag for it from raising a signal in the calling thread, for the object's life: SIGPIPE,
// where nobody reads, and SIGXFSZ, where a file or memory of ours would grow beyond RLIMIT_FSIZE. Both would end a program
// that has never heard of them; the call says EPIPE and EFBIG as well.
#pragma once

#include <cerrno>
#include <csignal>
#include <ctime>

namespace wsalive::os {

class NoSignal {
 public:
  explicit NoSignal(int number) noexcept {
    ::sigemptyset(&wanted_);
    ::sigaddset(&wanted_, number);
    ::pthread_sigmask(SIG_BLOCK, &wanted_, &before_);
    // Only what the program itself keeps blocked can be there already; that stays.
    sigset_t pending;
    was_pending_ = ::sigismember(&before_, number) == 1 && ::sigpending(&pending) == 0 &&
                   ::sigismember(&pending, number) == 1;
  }
  ~NoSignal() {
    const int code = errno;
    const timespec at_once{};
    if (!was_pending_) {
      while (::sigtimedwait(&wanted_, nullptr, &at_once) < 0 && errno == EINTR) {
      }
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = code;
  }
  NoSignal(const NoSignal&) = delete;
  NoSignal& operator=(const NoSignal&) = delete;

 private:
  sigset_t wanted_{};
  sigset_t before_{};
  bool was_pending_ = false;
};

}  // namespace wsalive::os
