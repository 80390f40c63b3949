#include "attach/run/detached.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
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
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>

namespace wsalive::attach {
namespace {

bool is_kept(int fd, std::span<const int> kept) noexcept {
  return std::ranges::find(kept, fd) != kept.end();
}

/// Before Linux 5.9, and under filters that do not know close_range.
void close_one_by_one(int first, int last) noexcept {
  constexpr int kSearched = 4096;  // Where there is no /proc.
  const std::unique_ptr<DIR, int (*)(DIR*)> folder{::opendir("/proc/self/fd"), ::closedir};
  if (!folder) {
    for (int fd = first; fd <= std::min(last, kSearched); ++fd) ::close(fd);
    return;
  }
  while (const dirent* const entry = ::readdir(folder.get())) {
    const int fd = entry->d_name[0] == '.' ? -1 : std::atoi(entry->d_name);
    if (fd >= first && fd <= last && fd != ::dirfd(folder.get())) ::close(fd);
  }
}

void close_all_of(int first, int last) noexcept {
  if (first > last) return;
  if (::syscall(SYS_close_range, first, last, 0) != 0) close_one_by_one(first, last);
}

void close_all_but(std::span<const int> kept) noexcept {
  int next = STDERR_FILENO + 1;
  for (;;) {
    int nearest = INT_MAX;
    for (const int fd : kept) {
      if (fd >= next) nearest = std::min(nearest, fd);
    }
    if (nearest == INT_MAX) return close_all_of(next, INT_MAX);
    close_all_of(next, nearest - 1);
    next = nearest + 1;
  }
}

/// A container may lack /dev/null, but it has a root.
Fd open_null() noexcept {
  Fd nowhere{::open("/dev/null", O_RDWR | O_CLOEXEC)};
  if (!nowhere) nowhere = Fd{::open("/", O_PATH | O_CLOEXEC)};
  return nowhere;
}

void redirect_streams_to_null(std::span<const int> kept) noexcept {
  Fd nowhere = open_null();
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) {
    if (is_kept(stream, kept)) continue;
    if (!nowhere || ::dup2(nowhere.get(), stream) < 0) ::close(stream);
  }
  if (nowhere.get() <= STDERR_FILENO) static_cast<void>(nowhere.release());
}

/// Fields 48 and 49 of /proc/self/stat: the range of the command line in memory.
bool find_command_line(std::uintptr_t& from, std::uintptr_t& to) noexcept {
  std::FILE* const file = std::fopen("/proc/self/stat", "re");
  if (!file) return false;
  std::array<char, 2048> text{};
  const std::size_t size = std::fread(text.data(), 1, text.size() - 1, file);
  std::fclose(file);
  text[size] = 0;
  const char* at = std::strrchr(text.data(), ')');  // The name before it may contain any character.
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
  // ECHILD: the kernel has reaped it, since the caller ignores SIGCHLD. The line reports the result.
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

Status occupy_standard_streams() noexcept {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) {
    if (::fcntl(stream, F_GETFD) >= 0) continue;
    Fd nowhere = open_null();  // Gets the lowest free number, which is the stream's.
    if (!nowhere) return failure(errno, "open /dev/null");
    static_cast<void>(nowhere.release());
  }
  return {};
}

Fd above_standard_streams(Fd fd) noexcept {
  if (!fd || fd.get() > STDERR_FILENO) return fd;
  Fd above{::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
  return above ? std::move(above) : std::move(fd);
}

void hold_only(std::span<const int> kept) noexcept {
  static_cast<void>(!::chdir("/"));
  redirect_streams_to_null(kept);
  close_all_but(kept);
}

void daemonize(std::span<const int> kept) noexcept {
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

void pause_for_a_moment() noexcept {
  constexpr timespec kMoment{.tv_sec = 0, .tv_nsec = 5'000'000};
  ::nanosleep(&kMoment, nullptr);
}

void await_events(std::span<pollfd> polls, int patience_ms) noexcept {
  const int ready = ::poll(polls.data(), polls.size(), patience_ms);
  const bool failed = ready < 0 && errno != EINTR;
  bool has_none = false;
  for (pollfd& polled : polls) {
    has_none = has_none || (ready > 0 && (polled.revents & POLLNVAL) != 0);
    if (ready <= 0 || (polled.revents & POLLNVAL) != 0) polled.revents = 0;
  }
  if (failed || has_none) pause_for_a_moment();
}

void log_warning(const char* text) noexcept {
  // As syslog(3), which would block on a full log socket.
  const Fd line{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  const sockaddr_un log{AF_UNIX, "/dev/log"};
  std::array<char, 512> message{};
  const int length = std::snprintf(message.data(), message.size(), "<%d>wsalive[%d]: %s",
                                   LOG_DAEMON | LOG_WARNING, ::getpid(), text);
  const std::size_t size =
      std::min(static_cast<std::size_t>(std::max(length, 0)), message.size() - 1);
  static_cast<void>(::sendto(line.get(), message.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&log), sizeof log));
}

}  // namespace wsalive::attach
