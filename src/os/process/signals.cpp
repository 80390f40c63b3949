#include "os/process/signals.hpp"

#include <semaphore.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <vector>

#include "os/process/threads.hpp"

namespace wsalive::os {
namespace {

struct Caught {
  int signal;
  struct sigaction before;
};

constexpr int kSignals = 65;

// What the handler may touch: a semaphore and counters.
sem_t g_arrived;
std::array<std::atomic<unsigned>, kSignals> g_counts{};
void (*g_report)(int) = nullptr;

std::vector<Caught>& caught() {
  static std::vector<Caught>& all = *new std::vector<Caught>;
  return all;
}

void on_signal(int signal) {
  const int kept = errno;
  g_counts[static_cast<std::size_t>(signal)].fetch_add(1);
  ::sem_post(&g_arrived);
  errno = kept;
}

void* report_all(void* /*unused*/) {
  for (;;) {
    while (::sem_wait(&g_arrived) != 0) {
    }
    for (std::size_t signal = 0; signal < g_counts.size(); ++signal) {
      if (g_counts[signal].exchange(0) != 0) g_report(static_cast<int>(signal));
    }
  }
}

void take(Caught& one) {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  ::sigaction(one.signal, &action, &one.before);
}

}  // namespace

Status catch_signals(std::span<const int> signals, void (*report)(int signal)) {
  g_report = report;
  ::sem_init(&g_arrived, 0, 0);
  if (auto refused = start_thread(0, report_all, nullptr); !refused) return refused;
  for (const int signal : signals) {
    caught().push_back({.signal = signal, .before = {}});
    take(caught().back());
  }
  return {};
}

void release_signals() {
  for (const Caught& one : caught()) ::sigaction(one.signal, &one.before, nullptr);
}

void retake_signals() {
  for (Caught& one : caught()) take(one);
}

void die_of(int signal) {
  ::signal(signal, SIG_DFL);
  ::kill(::getpid(), signal);
  for (;;) ::pause();  // Until it arrives.
}

Status send_signal(int signal, std::uint32_t group) {
  const pid_t target = group == 0 ? ::getpid() : -static_cast<pid_t>(group);
  if (::kill(target, signal) != 0) return failure(errno, "kill");
  return {};
}

void ignore_signal(int signal, bool ignore) { ::signal(signal, ignore ? SIG_IGN : SIG_DFL); }

StopSignals::StopSignals() {
  sigset_t stopping;
  ::sigemptyset(&stopping);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&stopping, signal);
  fd_ = Fd{::signalfd(-1, &stopping, SFD_CLOEXEC | SFD_NONBLOCK)};
  // Without a descriptor nothing would report them: then they stay unblocked and end the process.
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
