#include "attach/run/keeper.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

#include "attach/run/detached.hpp"

namespace wsalive::attach {
namespace {

constexpr int kForEver = -1;
constexpr int kTryAgainMs = 1000;

Fd pidfd_of(pid_t process) noexcept {
  return Fd{static_cast<int>(::syscall(SYS_pidfd_open, process, 0))};
}

class Keeper {
 public:
  explicit Keeper(Companion& companion) noexcept : companion_(companion) {}

  /// Waits until the process ahead has ended, then serves.
  [[noreturn]] void stand_behind(Fd ahead);
  [[noreturn]] void serve();
  /// Before the program runs: one more is there, if one is needed.
  [[nodiscard]] Status complete();

 private:
  [[nodiscard]] bool lacks_successor() const noexcept {
    return companion_.needs_successor() && successor_ == 0;
  }
  Status start_successor();
  void reap_successor() noexcept;
  [[noreturn]] void become_successor(Fd ahead);

  Companion& companion_;
  pid_t successor_ = 0;
  Fd successor_end_;
};

Status Keeper::start_successor() {
  Fd here = pidfd_of(::getpid());
  if (!here) return failure(errno, "pidfd_open");
  const pid_t started = ::fork();
  if (started < 0) return failure(errno, "fork");
  if (started == 0) become_successor(std::move(here));
  successor_ = started;
  successor_end_ = pidfd_of(started);
  return {};
}

void Keeper::become_successor(Fd ahead) {
  const std::array kept{ahead.get(), companion_.watch().fd};
  let_go_of_everything(kept);
  stand_behind(std::move(ahead));
}

void Keeper::reap_successor() noexcept {
  if (::waitpid(successor_, nullptr, WNOHANG) == 0) return;
  successor_ = 0;
  successor_end_.reset();
}

Status Keeper::complete() { return lacks_successor() ? start_successor() : Status{}; }

void Keeper::stand_behind(Fd ahead) {
  for (;;) {
    // No event of the watched descriptor but its end, which is always told.
    std::array polls{pollfd{companion_.watch().fd, 0, 0}, pollfd{ahead.get(), POLLIN, 0}};
    if (::poll(polls.data(), polls.size(), kForEver) < 0 && errno != EINTR) ::_exit(1);
    if (companion_.all_gone()) ::_exit(0);
    if (polls[1].revents != 0) break;
  }
  ahead.reset();
  companion_.resume();
  serve();
}

void Keeper::serve() {
  while (!companion_.all_gone()) {
    // Without one, for lack of memory or processes, it is tried again and again.
    if (lacks_successor()) static_cast<void>(start_successor());
    const Companion::Watch watched = companion_.watch();
    std::array polls{pollfd{watched.fd, watched.events, 0},
                     pollfd{successor_end_.get(), POLLIN, 0}};
    const int patience = lacks_successor() ? kTryAgainMs : kForEver;
    if (::poll(polls.data(), polls.size(), patience) < 0 && errno != EINTR) break;
    if (polls[1].revents != 0) reap_successor();
    if (polls[0].revents != 0) companion_.serve();
  }
  companion_.clean_up();
  ::_exit(0);
}

void leave_the_program(const Companion& companion, int line, int ahead, pid_t program) {
  const std::array kept{line, ahead, companion.watch().fd};
  let_go_of_everything(kept);
  rename_this_process(fmt::format("wsalive: keeper of {}", program));
}

[[noreturn]] void keep(Companion& companion, Fd line, Fd ahead, pid_t program) {
  leave_the_program(companion, line.get(), ahead.get(), program);
  Fd gift;
  if (!receive_gift(line.get(), gift)) {  // The program's process has ended before.
    companion.clean_up();
    ::_exit(0);
  }
  Status status = companion.take(std::move(gift));
  if (status && !ahead) status = companion.reach(program);
  Keeper keeper{companion};
  if (status && !ahead) status = keeper.complete();
  send_readiness(line.get(), status ? Readiness{} : not_ready(Stage::take, status.error()));
  line.reset();
  if (!status) {
    companion.clean_up();
    ::_exit(1);
  }
  if (ahead) keeper.stand_behind(std::move(ahead));
  keeper.serve();
}

}  // namespace

Result<Fd> start_keeper(Companion& companion, Fd ahead) {
  Result<std::pair<Fd, Fd>> line = make_line();
  if (!line) return tl::unexpected(line.error());
  const pid_t program = ::getpid();
  const Status started = start_orphan([&] {
    line->first.reset();
    keep(companion, std::move(line->second), std::move(ahead), program);
  });
  if (!started) return tl::unexpected(started.error());
  return std::move(line->first);
}

tl::expected<void, StartError> await_readiness(Fd line) {
  Readiness readiness;
  if (!receive_readiness(line.get(), readiness)) {
    return tl::unexpected(StartError{Stage::take, {EPIPE, "hear of the keeper, which has ended"}});
  }
  if (readiness.error == 0) return {};
  static std::array<char, sizeof(Readiness::attempt)> attempt;  // SysError points to it.
  attempt = readiness.attempt;
  return tl::unexpected(StartError{readiness.stage, {readiness.error, attempt.data()}});
}

}  // namespace wsalive::attach
