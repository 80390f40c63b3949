#include "attach/run/detached.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

namespace wsalive::attach {
namespace {

void close_range_of(unsigned first, unsigned last) noexcept {
  if (first <= last) static_cast<void>(::syscall(SYS_close_range, first, last, 0));
}

void close_all_but(std::vector<int> kept) noexcept {
  std::ranges::sort(kept);
  unsigned next = STDERR_FILENO + 1;
  for (const int fd : kept) {
    if (fd < static_cast<int>(next)) continue;
    close_range_of(next, static_cast<unsigned>(fd) - 1);
    next = static_cast<unsigned>(fd) + 1;
  }
  close_range_of(next, UINT_MAX);
}

void lead_streams_nowhere() noexcept {
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) {
    if (nowhere < 0 || ::dup2(nowhere, stream) < 0) ::close(stream);
  }
  if (nowhere > STDERR_FILENO) ::close(nowhere);
}

/// Fields 48 and 49 of /proc/self/stat: from where to where the command line stands in memory.
bool find_command_line(std::uintptr_t& from, std::uintptr_t& to) noexcept {
  std::FILE* const file = std::fopen("/proc/self/stat", "re");
  if (!file) return false;
  std::array<char, 2048> text{};
  const std::size_t size = std::fread(text.data(), 1, text.size() - 1, file);
  std::fclose(file);
  text[size] = 0;
  const char* at = std::strrchr(text.data(), ')');  // The name before it may hold anything.
  constexpr int kNameField = 2;
  constexpr int kFirstWord = 48;
  for (int field = kNameField; at && field < kFirstWord; ++field) at = std::strchr(at + 1, ' ');
  return at && std::sscanf(at, " %lu %lu", &from, &to) == 2 && from != 0 && from < to;
}

}  // namespace

namespace detail {

pid_t fork_silently() noexcept {
  // As fork, but with no signal at its end: a SIGCHLD that the program did not cause could wait for it.
  return static_cast<pid_t>(::syscall(SYS_clone, 0UL, nullptr, nullptr, nullptr, nullptr));
}

Status wait_for(pid_t between) noexcept {
  if (between < 0) return failure(errno, "fork");
  int status = 0;
  pid_t ended = 0;
  do {
    ended = ::waitpid(between, &status, __WALL);
  } while (ended < 0 && errno == EINTR);
  // ECHILD: it was reaped on its own, since the caller ignores SIGCHLD. The line tells how it went.
  if (ended < 0 && errno != ECHILD) return failure(errno, "wait for a process");
  const bool failed = ended > 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0);
  if (!failed) return {};
  return failure(WIFEXITED(status) ? WEXITSTATUS(status) : EINTR, "fork");
}

pid_t fork_orphan() noexcept { return ::fork(); }

void end_between(pid_t orphan) noexcept { ::_exit(orphan > 0 ? 0 : errno); }

}  // namespace detail

QuietChildren::QuietChildren() noexcept {
  sigset_t pending;
  ::sigpending(&pending);
  was_pending_ = ::sigismember(&pending, SIGCHLD) == 1;
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  ::sigaction(SIGCHLD, &standard, &action_);
  sigset_t child;
  ::sigemptyset(&child);
  ::sigaddset(&child, SIGCHLD);
  ::sigprocmask(SIG_UNBLOCK, &child, &mask_);
}

QuietChildren::~QuietChildren() {
  ::sigprocmask(SIG_SETMASK, &mask_, nullptr);
  ::sigaction(SIGCHLD, &action_, nullptr);
  if (was_pending_) ::kill(::getpid(), SIGCHLD);
}

void occupy_standard_streams() noexcept {
  int fd = 0;
  do {
    fd = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  } while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd >= 0) ::close(fd);
}

void hold_only(std::span<const int> kept) noexcept {
  static_cast<void>(!::chdir("/"));
  lead_streams_nowhere();
  close_all_but({kept.begin(), kept.end()});
}

void let_go_of_everything(std::span<const int> kept) noexcept {
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  ::signal(SIGCHLD, SIG_DFL);
  ::setsid();
  hold_only(kept);
}

void rename_this_process(std::string_view title) noexcept {
  ::prctl(PR_SET_NAME, "wsalive-keeper", 0, 0, 0);
  std::uintptr_t from = 0;
  std::uintptr_t to = 0;
  if (!find_command_line(from, to)) return;
  auto* const words = reinterpret_cast<char*>(from);  // NOLINT(performance-no-int-to-ptr)
  const std::size_t size = to - from;
  std::memset(words, 0, size);
  std::memcpy(words, title.data(), std::min(title.size(), size - 1));
}

void log_warning(const char* text) noexcept {
  ::openlog("wsalive", LOG_PID, LOG_DAEMON);
  ::syslog(LOG_WARNING, "%s", text);
  ::closelog();
}

}  // namespace wsalive::attach
