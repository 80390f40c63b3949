#include "attach/run/start.hpp"

#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>

#include "attach/run/keeper.hpp"

namespace wsalive::attach {
namespace {

using Started = tl::expected<void, StartError>;

Started failed(Stage stage, const SysError& error) {
  return tl::unexpected(StartError{stage, error});
}

/// A variable that addresses the front by its number now addresses the program's process.
void readdress(const char* variable, pid_t front) {
  const char* const value = std::getenv(variable);
  if (value && value == std::to_string(front)) {
    ::setenv(variable, std::to_string(::getpid()).c_str(), 1);
  }
}

/// Killing the process that was started kills the program.
void end_with(pid_t front) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (::getppid() != front) ::_exit(1);  // The front was killed before.
}

/// \param front  The line to a front that serves ahead of the keeper, or none.
Started start_keepers(KeeperService& service, Fd front, Fd front_process) {
  const bool has_front = static_cast<bool>(front);
  Result<Fd> line = start_keeper(service, std::move(front_process));
  if (!line) return failed(Stage::fork, line.error());
  const Result<Fd> gift = service.prepare_program();
  if (!gift) return failed(Stage::prepare, gift.error());
  for (const int beside : {front.get(), line->get()}) {
    const Status sent = beside < 0 ? Status{} : send_descriptor(beside, gift->get());
    if (!sent) return failed(Stage::take, sent.error());
  }
  if (has_front) {
    if (Started served = await_readiness(std::move(front)); !served) return served;
  }
  return await_readiness(std::move(*line));
}

/// Forks: the parent stays as the front, the child returns.
Started go_behind_a_front(KeeperService& service, Shape shape) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  Fd front_end;
  Fd program_end;
  Fd front_process;
  if (shape == Shape::front_that_serves) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0,
            0);  // Orphans stay its descendants, which it may reach.
    Result<std::pair<Fd, Fd>> line = make_line();
    if (!line) return failed(Stage::fork, line.error());
    front_end = std::move(line->first);
    program_end = std::move(line->second);
    front_process = Fd{static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0))};
    if (!front_process) return failed(Stage::fork, {errno, "pidfd_open"});
  }
  Fd signals{::signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK)};
  if (!signals) return failed(Stage::fork, {errno, "signalfd"});
  ::sigprocmask(SIG_SETMASK, &all, &before);
  const pid_t front = ::getpid();
  const pid_t program = ::fork();
  if (program < 0) {
    const int error = errno;
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    return failed(Stage::fork, {error, "fork"});
  }
  if (program > 0) {
    program_end.reset();
    front_process.reset();
    const bool serves = static_cast<bool>(front_end);
    run_front(
        {program, service, serves ? &service : nullptr, std::move(front_end), std::move(signals)});
  }
  front_end.reset();
  signals.reset();
  end_with(front);
  for (const char* const variable : {"LISTEN_PID", "WATCHDOG_PID"}) readdress(variable, front);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  return start_keepers(service, std::move(program_end), std::move(front_process));
}

}  // namespace

Shape natural_shape() noexcept {
  int adopts = 0;
  ::prctl(PR_GET_CHILD_SUBREAPER, &adopts, 0, 0, 0);
  return ::getpid() == 1 || adopts != 0 ? Shape::front : Shape::become;
}

Started start_beside(KeeperService& service, Shape shape) {
  if (shape == Shape::become) return start_keepers(service, {}, {});
  return go_behind_a_front(service, shape);
}

}  // namespace wsalive::attach
