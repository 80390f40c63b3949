#include "attach/run/keeper.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "attach/run/detached.hpp"
#include "os/clock.hpp"

namespace wsalive::attach {
namespace {

constexpr int kTryAgainMs = 1000;

Fd pidfd_of(pid_t process) noexcept {
  return above_standard_streams(Fd{static_cast<int>(::syscall(SYS_pidfd_open, process, 0))});
}

class Keeper {
 public:
  explicit Keeper(KeeperService& service) noexcept : service_(service) {}

  /// Before the program runs: starts a child that serves, if one is needed. Does not return in the child.
  [[nodiscard]] Status split();
  [[noreturn]] void keep();
  /// Waits until the process ahead has ended, then keeps.
  [[noreturn]] void stand_behind(const Fd& ahead);

 private:
  /// Returns when that child has ended and the program has not.
  void watch_over_child();
  /// Until the parent keeper has ended; without one, for one event or that long.
  void serve(int alone_ms = kTryAgainMs);
  void become_child(Fd parent);
  [[noreturn]] void end();

  KeeperService& service_;
  Fd parent_;        ///< A pidfd of the parent keeper, or none.
  pid_t child_ = 0;  ///< The process that serves, or 0.
  Backoff backoff_;
};

Status Keeper::split() {
  if (!service_.needs_successor()) return {};
  Fd here = pidfd_of(::getpid());
  if (!here) return failure(errno, "pidfd_open");
  const pid_t child = ::fork();
  if (child < 0) return failure(errno, "fork");
  if (child == 0) {
    become_child(std::move(here));
    serve();
    keep();
  }
  child_ = child;
  parent_.reset();
  return {};
}

void Keeper::become_child(Fd parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGCONT, 0, 0,
          0);  // Continues this process if it is stopped when its parent is killed.
  service_.forget();
  const std::array kept{parent.get(), service_.watch().fd};
  daemonize(kept);
  parent_ = std::move(parent);
}

void Keeper::keep() {
  const Clock& clock = os::monotonic_clock();
  for (;;) {
    const Instant begun = clock.now();
    const bool had_child = child_ != 0;
    if (had_child) watch_over_child();
    const auto pause =
        had_child ? backoff_.after(clock.now() - begun) : std::chrono::milliseconds{};
    if (pause.count() > 0) serve(static_cast<int>(pause.count()));
    // If the system cannot start another process, this one serves, and then retries.
    if (!split() || child_ == 0) serve();
  }
}

void Keeper::watch_over_child() {
  for (;;) {
    siginfo_t event{};
    const int waited = ::waitid(P_PID, static_cast<id_t>(child_), &event, WEXITED | WSTOPPED);
    if (waited != 0 && errno != ECHILD) {  // The child still exists, and only one may serve.
      if (service_.all_gone()) end();
      pause_for_a_moment();
      continue;
    }
    if (waited != 0 || event.si_code != CLD_STOPPED) break;
    ::kill(child_, SIGCONT);
  }
  child_ = 0;
  if (service_.all_gone()) end();
}

void Keeper::stand_behind(const Fd& ahead) {
  for (;;) {
    // Without events: poll always reports a descriptor's end.
    const KeeperService::Watch watched = service_.watch();
    std::array polls{pollfd{watched.fd, 0, 0}, pollfd{ahead.get(), POLLIN, 0}};
    await_events(polls, watched.patience_ms);
    if (service_.all_gone()) ::_exit(0);
    if (polls[1].revents != 0) keep();
  }
}

void Keeper::serve(int alone_ms) {
  service_.resume();
  const bool is_alone = service_.needs_successor() && !parent_;
  do {
    // In this order: the watch reports only what ends after this call.
    const KeeperService::Watch watched = service_.watch();
    if (service_.all_gone()) end();
    std::array polls{pollfd{watched.fd, watched.events, 0}, pollfd{parent_.get(), POLLIN, 0}};
    await_events(polls, is_alone ? alone_ms : watched.patience_ms);
    if (polls[0].revents != 0) service_.serve();
    if (polls[1].revents != 0) return parent_.reset();
  } while (!is_alone);
}

void Keeper::end() {
  // With a parent there it is not the last one.
  if (!parent_) service_.clean_up();
  ::_exit(0);
}

void leave_the_program(const KeeperService& service, int line, int ahead, pid_t program) {
  const std::array kept{line, ahead, service.watch().fd};
  daemonize(kept);
  rename_this_process(fmt::format("wsalive: keeper of {}", program));
}

[[noreturn]] void keep(KeeperService& service, Fd line, Fd ahead, pid_t program) {
  leave_the_program(service, line.get(), ahead.get(), program);
  Result<Fd> gift = receive_descriptor(line.get());
  Status status = gift ? service.take(std::move(*gift)) : tl::unexpected(gift.error());
  if (status && !ahead) status = service.reach(program);
  Keeper keeper{service};
  if (status && !ahead) status = keeper.split();
  send_readiness(line.get(), status ? Readiness{} : not_ready(Stage::take, status.error()));
  line.reset();
  if (!status) {
    service.clean_up();
    ::_exit(1);
  }
  if (ahead) keeper.stand_behind(ahead);
  keeper.keep();
}

}  // namespace

Result<Fd> start_keeper(KeeperService& service, Fd ahead) {
  Result<std::pair<Fd, Fd>> line = make_line();
  if (!line) return tl::unexpected(line.error());
  const pid_t program = ::getpid();
  const Status started = start_orphan([&] {
    line->first.reset();
    keep(service, std::move(line->second), std::move(ahead), program);
  });
  if (!started) return tl::unexpected(started.error());
  return std::move(line->first);
}

tl::expected<void, StartError> await_readiness(Fd line) {
  const Result<Readiness> readiness = receive_readiness(line.get());
  if (!readiness) return tl::unexpected(StartError{Stage::take, readiness.error()});
  if (readiness->error == 0) return {};
  static std::array<char, sizeof(Readiness::attempt)> attempt;  // SysError points to it.
  attempt = readiness->attempt;
  return tl::unexpected(StartError{readiness->stage, {readiness->error, attempt.data()}});
}

}  // namespace wsalive::attach
