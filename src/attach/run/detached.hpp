// A process that has nothing in common any more with the one that started it, but for its memory and its namespaces.
#pragma once

#include <poll.h>
#include <sys/types.h>

#include <csignal>
#include <span>
#include <string_view>

#include "base/owned.hpp"
#include "base/result.hpp"

namespace wsalive::attach {

/// Starts a process that is no child of the caller: its parent is process 1 or the next subreaper. The caller hears
/// nothing of the process that stood between, not even by a SIGCHLD, and its other children are left alone.
///
/// \param run  The new process, which does not return from it.
[[nodiscard]] Status start_orphan(const auto& run);

/// While it lives, this process can wait for its children, whatever the caller does with SIGCHLD, and leave no SIGCHLD
/// behind. Then all is as before. One thread.
class QuietChildren {
 public:
  QuietChildren() noexcept;
  ~QuietChildren();
  QuietChildren(const QuietChildren&) = delete;
  QuietChildren& operator=(const QuietChildren&) = delete;

 private:
  bool was_pending_ = false;
  sigset_t mask_{};
  struct sigaction action_ {};
};

/// Standard streams that are closed get /dev/null until the program is executed, or another file where there is none: no
/// descriptor of this process then has their number.
/// Errors  EMFILE, ENFILE, ENOMEM.
[[nodiscard]] Status occupy_standard_streams() noexcept;

/// The same at a number above those of the standard streams, which may be closed here; as it is, where it has one.
[[nodiscard]] Fd above_the_streams(Fd fd) noexcept;

/// Of this process: the root as its folder, no descriptor but `kept` and standard streams that lead nowhere. Without a file
/// for that they are closed.
void hold_only(std::span<const int> kept) noexcept;

/// The same, and a session of its own, and every signal blocked but SIGKILL and SIGSTOP.
void let_go_of_everything(std::span<const int> kept) noexcept;

/// Writes `title` over the words of the command line that `ps` and `pgrep -f` show.
void rename_this_process(std::string_view title) noexcept;

constexpr int kForEver = -1;

/// As poll, but it always returns with what is ready. Where the call fails, or a descriptor is none, a moment passes and
/// nothing is ready: no failure is taken for an event, and no loop around it runs hot.
void await_events(std::span<pollfd> polls, int patience_ms) noexcept;

/// Some milliseconds, before what has failed is tried again.
void pause_for_a_moment() noexcept;

/// What a process that holds no stream of its user's has to say goes to the system's log, unless that would have to wait.
void log_warning(const char* text) noexcept;

namespace detail {
/// The process between: \return 0 in the new one, else its number, or -1 with errno.
[[nodiscard]] pid_t fork_silently() noexcept;
[[nodiscard]] Status wait_for(pid_t between) noexcept;
[[noreturn]] void end_between(pid_t orphan) noexcept;
[[nodiscard]] pid_t fork_orphan() noexcept;
}  // namespace detail

Status start_orphan(const auto& run) {
  const pid_t between = detail::fork_silently();
  if (between != 0) return detail::wait_for(between);
  const pid_t orphan = detail::fork_orphan();
  if (orphan != 0) detail::end_between(orphan);
  run();
  detail::end_between(1);
}

}  // namespace wsalive::attach
