#include "os/process/stop_signals.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

namespace wsalive::os {

StopSignals::StopSignals() {
  sigset_t stopping;
  ::sigemptyset(&stopping);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&stopping, signal);
  fd_ = Fd{::signalfd(-1, &stopping, SFD_CLOEXEC | SFD_NONBLOCK)};
  // Without a descriptor they would not be heard of: then they end the process as ever.
  ::pthread_sigmask(SIG_BLOCK, fd_ ? &stopping : nullptr, &before_);
}

StopSignals::~StopSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

std::optional<int> StopSignals::taken() noexcept {
  signalfd_siginfo info{};
  if (::read(fd_.get(), &info, sizeof info) != sizeof info) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

void StopSignals::end_by(int signal) noexcept {
  sigset_t one;
  ::sigemptyset(&one);
  ::sigaddset(&one, signal);
  ::signal(signal, SIG_DFL);
  ::kill(::getpid(), signal);
  ::pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
  for (;;) ::pause();  // Until it arrives.
}

}  // namespace wsalive::os
