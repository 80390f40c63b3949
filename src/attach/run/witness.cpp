#include "attach/run/witness.hpp"

#include <fmt/format.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <utility>

#include "attach/run/detached.hpp"
#include "attach/run/line.hpp"
#include "os/clock.hpp"

namespace wsalive::attach {
namespace {

constexpr timeval kPatience{.tv_sec = 0, .tv_usec = 100'000};
constexpr int kMostWaits = 10;
/// An octet on the line is the number of a received signal; 0 is the question and the end of its answer.
constexpr std::uint8_t kAsked = 0;

void send_octet(int line, std::uint8_t octet) noexcept {
  if (::send(line, &octet, 1, MSG_NOSIGNAL) != 1) ::_exit(0);
}

void report(int signals, int line) noexcept {
  const auto front = static_cast<std::uint32_t>(::getppid());
  for (signalfd_siginfo info{}; ::read(signals, &info, sizeof info) == sizeof info;) {
    const bool is_ours = info.ssi_signo == SIGCONT && info.ssi_pid == front;
    if (!is_ours) send_octet(line, static_cast<std::uint8_t>(info.ssi_signo));
  }
}

[[noreturn]] void stand_as_witness(int line) noexcept {
  sigset_t all;
  ::sigfillset(&all);
  const std::array kept{line};
  hold_only(kept);
  rename_this_process(fmt::format("wsalive: witness of {}", ::getppid()));
  const int signals = ::signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals < 0) ::_exit(1);
  for (;;) {
    std::array polls{pollfd{signals, POLLIN, 0}, pollfd{line, POLLIN, 0}};
    await_events(polls, kForEver);
    report(signals, line);
    if (polls[1].revents == 0) continue;
    std::uint8_t question = kAsked;
    if (::recv(line, &question, 1, 0) != 1) ::_exit(0);  // The front has ended.
    report(signals, line);
    send_octet(line, kAsked);
  }
}

/// The kernel delivers a signal to the processes of a group one after the other, under the lock of its process list. This call
/// takes the same lock and changes nothing: afterwards every signal that has reached this process has reached all of the group.
void await_the_rest_of_the_group() noexcept { static_cast<void>(::setpgid(0, ::getpgrp())); }

}  // namespace

int Witness::start_if_due() noexcept {
  if (process_ != 0) return kForEver;
  const Instant now = os::monotonic_clock().now();
  if (now >= due_) {
    begun_ = now;
    start();
    if (process_ != 0) return kForEver;
    has_ended();
  }
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(due_ - now).count());
}

void Witness::has_ended() noexcept {
  const Instant now = os::monotonic_clock().now();
  process_ = 0;
  line_.reset();
  due_ = now + backoff_.after(now - begun_);
}

void Witness::start() noexcept {
  Result<std::pair<Fd, Fd>> line = make_line();
  if (!line) return;
  const pid_t started = ::fork();
  if (started == 0) stand_as_witness(line->second.get());
  if (started < 0) return;
  process_ = started;
  line_ = std::move(line->first);
  static_cast<void>(
      ::setsockopt(line_.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience));
}

std::optional<SignalSet> Witness::ask() noexcept {
  if (!line_) return std::nullopt;
  await_the_rest_of_the_group();
  if (::send(line_.get(), &kAsked, 1, MSG_NOSIGNAL) != 1) return std::nullopt;
  SignalSet got;
  for (int waits = 0; waits < kMostWaits;) {
    std::uint8_t octet = kAsked;
    const ssize_t came = ::recv(line_.get(), &octet, 1, 0);
    if (came == 1 && octet == kAsked) return got;
    if (came == 1) {
      got.set(octet % got.size());
    } else if (came < 0 && (errno == EAGAIN || errno == EINTR)) {
      ++waits;
      ::kill(process_, SIGCONT);  // A SIGSTOP has stopped it alone.
    } else {
      break;
    }
  }
  ::kill(process_, SIGKILL);  // A late answer would be mistaken for the next one.
  line_.reset();
  return std::nullopt;
}

}  // namespace wsalive::attach
