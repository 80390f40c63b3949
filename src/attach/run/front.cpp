#include "attach/run/start.hpp"

#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <utility>

#include "attach/run/detached.hpp"
#include "attach/run/witness.hpp"

namespace wsalive::attach {
namespace {

class Front {
 public:
  explicit Front(FrontTask task) noexcept : task_(std::move(task)) {}
  [[noreturn]] void stand() noexcept;

 private:
  /// One batch; the next read gets the rest.
  struct Signals {
    std::array<signalfd_siginfo, 64> room;
    std::size_t count = 0;
    void add(const signalfd_siginfo& info) noexcept { room[count++] = info; }
    [[nodiscard]] std::span<const signalfd_siginfo> all() const noexcept {
      return {room.data(), count};
    }
  };

  void take_over() noexcept;
  void pass_signals_on() noexcept;
  [[nodiscard]] Signals read_signals() noexcept;
  void look_after_children() noexcept;
  void stop_with_the_program() noexcept;

  FrontTask task_;
  Witness witness_;
  bool program_has_stopped_ = false;
};

/// The fallback without a witness: the terminal sends its signals to the whole group.
bool came_from_the_terminal(const signalfd_siginfo& info) noexcept {
  return info.ssi_code == SI_KERNEL;
}

/// From the kernel, not by kill.
bool tells_of_a_child(const signalfd_siginfo& info) noexcept {
  return info.ssi_signo == SIGCHLD && info.ssi_code > 0;
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

/// Reaps all ended children.
void Front::look_after_children() noexcept {
  int status = 0;
  for (pid_t which = 0; (which = ::waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)) > 0;) {
    const bool has_ended = !WIFSTOPPED(status) && !WIFCONTINUED(status);
    if (which == task_.program) {
      if (has_ended) {
        task_.beside.clean_up();
        exit_like(status);
      }
      program_has_stopped_ = WIFSTOPPED(status);
    } else if (which == witness_.process() && has_ended) {
      witness_.has_ended();
    }
  }
}

/// So that a shell sees the stop. A SIGCONT that continues this process reaches the program as well, directly or forwarded. A
/// stop discards an unread SIGCONT of this process, but not of the witness: so it comes last, when all read signals are
/// forwarded.
void Front::stop_with_the_program() noexcept {
  if (std::exchange(program_has_stopped_, false)) ::kill(::getpid(), SIGSTOP);
}

Front::Signals Front::read_signals() noexcept {
  Signals read;
  const ssize_t size = ::read(task_.signals.get(), read.room.data(), sizeof read.room);
  const std::size_t came = size > 0 ? static_cast<std::size_t>(size) / sizeof(signalfd_siginfo) : 0;
  bool tells_of_children = false;
  for (std::size_t i = 0; i < came; ++i) {
    const signalfd_siginfo info = read.room[i];
    tells_of_children = tells_of_children || info.ssi_signo == SIGCHLD;
    if (!tells_of_a_child(info)) read.add(info);
  }
  if (tells_of_children) look_after_children();
  return read;
}

void Front::pass_signals_on() noexcept {
  Signals fresh = read_signals();
  do {
    const std::optional<SignalSet> group = witness_.ask();
    const auto went_to_the_group = [&group](const signalfd_siginfo& info) {
      return group ? group->test(info.ssi_signo) : came_from_the_terminal(info);
    };
    const Signals later = read_signals();
    for (const signalfd_siginfo& info : fresh.all()) {
      if (!went_to_the_group(info)) pass_on(info, task_.program);
    }
    // Ask again about signals that came meanwhile and that the witness has not reported yet.
    fresh.count = 0;
    for (const signalfd_siginfo& info : later.all()) {
      if (!went_to_the_group(info)) fresh.add(info);
    }
  } while (fresh.count != 0);
}

/// Takes the service over from the program's process; if that fails, the keepers serve.
void Front::take_over() noexcept {
  if (!task_.served) return;
  Result<Fd> gift = receive_descriptor(task_.line.get());
  const Status taken = gift ? task_.served->take(std::move(*gift)) : tl::unexpected(gift.error());
  if (!taken) task_.served = nullptr;
  send_readiness(task_.line.get(), taken ? Readiness{} : not_ready(Stage::take, taken.error()));
}

void Front::stand() noexcept {
  // With SIGCHLD ignored the kernel would reap, and this process would miss how the program ends.
  ::signal(SIGCHLD, SIG_DFL);
  const std::array kept{task_.signals.get(), task_.line.get()};
  hold_only(kept);
  static_cast<void>(witness_.start_if_due());
  take_over();
  task_.line.reset();
  look_after_children();  // Children that ended before the loop below.
  for (;;) {
    const int patience = witness_.start_if_due();
    stop_with_the_program();
    const bool serves = task_.served && !task_.served->all_gone();
    const KeeperService::Watch watched =
        serves ? task_.served->watch() : KeeperService::Watch{-1, 0};
    std::array polls{pollfd{task_.signals.get(), POLLIN, 0},
                     pollfd{witness_.descriptor(), POLLIN, 0},
                     pollfd{watched.fd, watched.events, 0}};
    await_events(polls, patience);
    if (polls[0].revents != 0 || polls[1].revents != 0) pass_signals_on();
    if (serves && polls[2].revents != 0) task_.served->serve();
  }
}

}  // namespace

void run_front(FrontTask task) noexcept { Front{std::move(task)}.stand(); }

void exit_like(int wait_status) noexcept {
  if (WIFEXITED(wait_status)) ::_exit(WEXITSTATUS(wait_status));
  const int signal = WTERMSIG(wait_status);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::signal(signal, SIG_DFL);
  ::kill(::getpid(), signal);
  sigset_t all;
  ::sigemptyset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  ::_exit(128 + signal);  // For process 1, which its own signals do not end.
}

}  // namespace wsalive::attach
