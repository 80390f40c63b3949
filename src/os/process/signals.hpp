// Signals as events: a thread of the library waits for them and calls a function, which so runs outside a signal handler.
#pragma once

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <optional>
#include <span>

#include "base/owned.hpp"
#include "base/result.hpp"

namespace wsalive::os {

/// Catches signals from now on and calls `report` for each, one at a time, in a thread of the library. They interrupt no system
/// calls of other threads. May be called once.
[[nodiscard]] Status catch_signals(std::span<const int> signals, void (*report)(int signal));

/// Restores the signals' former handling, and catches them again.
void release_signals();
void retake_signals();

/// Ends this process by a signal's default handling.
[[noreturn]] void die_of(int signal);

/// Sends a signal to this process, or to a process group.
[[nodiscard]] Status send_signal(int signal, std::uint32_t group);

/// Ignores a signal, or handles it by default again.
void ignore_signal(int signal, bool ignore);

// Blocks every signal in the calling thread, for the object's life. A thread inherits its starter's mask, so threads of the
// library that start under this never run a program's handlers.

class AllSignalsBlocked {
 public:
  AllSignalsBlocked() noexcept {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;
  ~AllSignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

// SIGINT, SIGTERM and SIGHUP as a descriptor to wait for beside sockets, so that a long-running command finishes what it does
// before it ends.

/// While it lives the three do not end the process, unless the host had no descriptor for it. Make it before other
/// threads start.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Becomes readable when one has come.
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  /// The signal that came, once.
  [[nodiscard]] std::optional<int> taken() noexcept;
  /// Ends this process as the signal ends a program that does not catch it.
  [[noreturn]] static void end_by(int signal) noexcept;

 private:
  sigset_t before_{};
  Fd fd_;
};

// Keeps system calls of the calling thread from raising a signal, for the object's life, where they have no flag for it:
// SIGPIPE for a write without a reader, and SIGXFSZ for a file or memory that would grow beyond RLIMIT_FSIZE. Either would end
// a Windows program, which does not expect it; the call answers EPIPE or EFBIG all the same.

class NoSignal {
 public:
  explicit NoSignal(int number) noexcept {
    ::sigemptyset(&wanted_);
    ::sigaddset(&wanted_, number);
    ::pthread_sigmask(SIG_BLOCK, &wanted_, &before_);
    // A signal that is pending already is one that the program itself blocks; it stays pending.
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
