// Processes detached from the one that started them: they share only its memory image and its namespaces.
#pragma once

#include <poll.h>
#include <sys/types.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <span>
#include <string_view>
#include <utility>

#include "base/owned.hpp"
#include "base/result.hpp"

namespace wsalive::attach {

/// Starts a process that is no child of the caller: its parent is process 1 or the next subreaper. The intermediate process
/// leaves no trace for the caller, not even a SIGCHLD, and the caller's other children are not touched.
///
/// \param run  The body of the new process; does not return.
[[nodiscard]] Status start_orphan(const auto& run);

/// While it lives, this process can wait for its children, whatever the caller does with SIGCHLD, and no SIGCHLD stays pending.
/// The destructor restores everything. One thread.
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

/// Opens /dev/null, or another file if there is none, on closed standard streams until the program is executed, so that no
/// descriptor of this process gets their number.
/// Errors  EMFILE, ENFILE, ENOMEM.
[[nodiscard]] Status occupy_standard_streams() noexcept;

/// The descriptor at a number above the standard streams; unchanged if it already has one.
[[nodiscard]] Fd above_standard_streams(Fd fd) noexcept;

/// Changes this process's folder to the root, closes all descriptors but `kept` and redirects the standard streams to /dev/null.
/// Without a file for that it closes them.
void hold_only(std::span<const int> kept) noexcept;

/// The same, with a session of its own and every signal blocked but SIGKILL and SIGSTOP.
void daemonize(std::span<const int> kept) noexcept;

/// Overwrites the command line, which `ps` and `pgrep -f` show, with `title`.
void rename_this_process(std::string_view title) noexcept;

constexpr int kForEver = -1;

/// As poll, without failures. If the call fails, or a descriptor is invalid, it pauses for a moment and reports nothing ready: a
/// failure never counts as an event, and no loop around it spins.
void await_events(std::span<pollfd> polls, int patience_ms) noexcept;

/// A pause of some milliseconds before a retry.
void pause_for_a_moment() noexcept;

/// Writes to the system's log, for a process without its user's streams. Drops the message rather than block.
void log_warning(const char* text) noexcept;

namespace detail {
/// Starts the intermediate process: \return 0 in the new one, else its number, or -1 with errno.
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

// The back-off before restarting a process that has ended early, so that a failure does not become a storm of new processes.

class Backoff {
 public:
  /// \param lasted  The lifetime of the process that has ended.
  /// \return the pause before the next one: none after a long life, and none after the first short one.
  [[nodiscard]] std::chrono::milliseconds after(std::chrono::nanoseconds lasted) noexcept {
    if (lasted >= kLasting) pause_ = {};
    return std::exchange(pause_, std::clamp(2 * pause_, kShortest, kLongest));
  }

 private:
  static constexpr std::chrono::milliseconds kLasting{1000};
  static constexpr std::chrono::milliseconds kShortest{1};
  static constexpr std::chrono::milliseconds kLongest{100};
  std::chrono::milliseconds pause_{};
};

}  // namespace wsalive::attach
