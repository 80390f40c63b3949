#include "attach/run/front.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "attach/run/detached.hpp"

namespace wsalive::attach {
namespace {

constexpr int kForEver = -1;

/// The terminal sends its signals to the whole group, the program included.
bool came_from_the_terminal(const signalfd_siginfo& info) noexcept {
  return info.ssi_code == SI_KERNEL;
}

void pass_on(const signalfd_siginfo& info, pid_t program) noexcept {
  const auto signal = static_cast<int>(info.ssi_signo);
  if (info.ssi_code != SI_QUEUE) {
    ::kill(program, signal);
    return;
  }
  siginfo_t same{};
  same.si_signo = signal;
  same.si_code = SI_QUEUE;
  same.si_pid = static_cast<pid_t>(info.ssi_pid);
  same.si_uid = info.ssi_uid;
  std::memcpy(&same.si_value, &info.ssi_ptr, sizeof same.si_value);
  if (::syscall(SYS_rt_sigqueueinfo, program, signal, &same) != 0) ::kill(program, signal);
}

/// Reaps all there is; stops when the program has stopped, so that a shell sees it.
void look_after_children(pid_t program) noexcept {
  int status = 0;
  for (pid_t which = 0; (which = ::waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0;) {
    if (which != program) continue;
    if (WIFSTOPPED(status)) {
      ::kill(::getpid(), SIGSTOP);
      ::kill(program, SIGCONT);
    } else {
      end_like(status);
    }
  }
}

Fd watch_all_signals() noexcept {
  sigset_t all;
  ::sigfillset(&all);
  return Fd{::signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK)};
}

void handle_signals(int signals, pid_t program) noexcept {
  for (signalfd_siginfo info{}; ::read(signals, &info, sizeof info) == sizeof info;) {
    if (info.ssi_signo == SIGCHLD) {
      look_after_children(program);
    } else if (!came_from_the_terminal(info)) {
      pass_on(info, program);
    }
  }
}

/// From the program's process; without it the keepers serve.
void take_over(FrontTask& task) noexcept {
  Fd gift;
  if (!task.served || !receive_gift(task.line.get(), gift)) return;
  const Status taken = task.served->take(std::move(gift));
  if (!taken) task.served = nullptr;
  send_readiness(task.line.get(), taken ? Readiness{} : not_ready(Stage::take, taken.error()));
}

}  // namespace

void stand_in_front(FrontTask task) noexcept {
  // Ignored SIGCHLDs would make the kernel reap, and the program's end would not be told.
  ::signal(SIGCHLD, SIG_DFL);
  const Fd signals = watch_all_signals();
  const std::array kept{signals.get(), task.line.get()};
  hold_only(kept);
  take_over(task);
  task.line.reset();
  look_after_children(task.program);  // Whoever ended before the signals were watched.
  for (;;) {
    const bool serves = task.served && !task.served->all_gone();
    const Companion::Watch watched = serves ? task.served->watch() : Companion::Watch{-1, 0};
    std::array polls{pollfd{signals.get(), POLLIN, 0}, pollfd{watched.fd, watched.events, 0}};
    if (::poll(polls.data(), polls.size(), kForEver) < 0 && errno != EINTR) continue;
    if (polls[0].revents != 0) handle_signals(signals.get(), task.program);
    if (serves && polls[1].revents != 0) task.served->serve();
  }
}

void end_like(int wait_status) noexcept {
  if (WIFEXITED(wait_status)) ::_exit(WEXITSTATUS(wait_status));
  const int signal = WTERMSIG(wait_status);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::signal(signal, SIG_DFL);
  ::kill(::getpid(), signal);
  sigset_t all;
  ::sigemptyset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  ::_exit(128 + signal);  // As process 1, which its own signals do not end.
}

}  // namespace wsalive::attach
