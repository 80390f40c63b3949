#include "attach/supervisor.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace wsalive::attach {
namespace {

constexpr std::array kPassedOn{SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGCONT, SIGWINCH};

/// How the caller had its signals: the program starts with just that.
struct Inherited {
  static constexpr std::array kChanged{SIGTERM,  SIGHUP, SIGUSR1, SIGUSR2, SIGCONT,
                                       SIGWINCH, SIGINT, SIGQUIT, SIGTSTP};
  sigset_t mask{};
  std::array<struct sigaction, kChanged.size()> actions{};

  void remember() {
    ::sigprocmask(SIG_SETMASK, nullptr, &mask);
    for (std::size_t i = 0; i < kChanged.size(); ++i)
      ::sigaction(kChanged[i], nullptr, &actions[i]);
  }
  void restore() const {
    for (std::size_t i = 0; i < kChanged.size(); ++i)
      ::sigaction(kChanged[i], &actions[i], nullptr);
    ::sigprocmask(SIG_SETMASK, &mask, nullptr);
  }
};

/// What the keeper and the program's process tell upwards.
struct Report {
  enum class Kind : std::uint8_t { started, failed, ended } kind = Kind::failed;
  Stage stage = Stage::fork;
  int value = 0;          ///< The program's pid, an errno, or a wait status.
  bool was_last = false;  ///< With `ended`: the keeper ends as well.
  std::array<char, 48> attempt{};
};

Report failed(Stage stage, const SysError& error) {
  Report report{.kind = Report::Kind::failed, .stage = stage, .value = error.code};
  std::strncpy(report.attempt.data(), error.attempt, report.attempt.size() - 1);
  return report;
}

struct Pair {
  Fd one;
  Fd other;
};

Result<Pair> make_pair_of_sockets() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return failure(errno, "socketpair");
  }
  return Pair{Fd{ends[0]}, Fd{ends[1]}};
}

/// One message, with a descriptor if there is one.
bool send_report(int to, const Report& report, int descriptor = -1) {
  Report copy = report;
  iovec bytes{&copy, sizeof copy};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  if (descriptor >= 0) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  }
  return ::sendmsg(to, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(sizeof copy);
}

/// False at the other side's end.
bool receive_report(int from, Report& report, Fd* descriptor = nullptr) {
  iovec bytes{&report, sizeof report};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t got = 0;
  do {
    got = ::recvmsg(from, &message, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got != static_cast<ssize_t>(sizeof report)) return false;
  const cmsghdr* const header = CMSG_FIRSTHDR(&message);
  if (descriptor && header && header->cmsg_type == SCM_RIGHTS) {
    int number = -1;
    std::memcpy(&number, CMSG_DATA(header), sizeof number);
    *descriptor = Fd{number};
  }
  return true;
}

// --- the program's process ---------------------------------------------------------------------

[[noreturn]] void become_program(Companion& companion, const std::vector<std::string>& words,
                                 int keeper, const Inherited& inherited) {
  Result<Fd> gift = companion.prepare_program();
  if (!gift) {
    send_report(keeper, failed(Stage::prepare, gift.error()));
    ::_exit(125);
  }
  send_report(keeper, {.kind = Report::Kind::started, .value = ::getpid()}, gift->get());
  gift->reset();
  // The keeper says when it stands ready; its end of the line closes if it could not.
  Report ready;
  if (!receive_report(keeper, ready)) ::_exit(125);

  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  inherited.restore();
  ::execvp(arguments.front(), arguments.data());
  send_report(keeper, failed(Stage::execute, {errno, "execvp"}));
  ::_exit(errno == ENOENT ? 127 : 126);
}

// --- the keeper --------------------------------------------------------------------------------

void let_go_of(int first, int last) {
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int stream = first; stream <= last; ++stream) ::dup2(nowhere, stream);
  if (nowhere > last) ::close(nowhere);
}

/// Reaps; tells the front when the program itself has ended, and whether daemons of it live on.
void reap(const Companion& companion, pid_t program, int front) {
  int status = 0;
  for (pid_t ended = 0; (ended = ::waitpid(-1, &status, WNOHANG)) > 0;) {
    if (ended != program) continue;
    send_report(front,
                {.kind = Report::Kind::ended, .value = status, .was_last = companion.all_gone()});
    let_go_of(0, 2);
  }
}

void serve_until_all_are_gone(Companion& companion, pid_t program, int front, int children) {
  while (!companion.all_gone()) {
    const Companion::Watch watched = companion.watch();
    std::array polls{pollfd{watched.fd, watched.events, 0}, pollfd{children, POLLIN, 0}};
    if (::poll(polls.data(), polls.size(), -1) < 0 && errno != EINTR) return;
    if (polls[1].revents != 0) {
      signalfd_siginfo info{};
      static_cast<void>(!::read(children, &info, sizeof info));
      reap(companion, program, front);
    }
    if (polls[0].revents != 0) companion.serve();
  }
  // The last process may be gone from where we watched before it can be waited for.
  int status = 0;
  if (::waitpid(program, &status, 0) == program) {
    send_report(front, {.kind = Report::Kind::ended, .value = status, .was_last = true});
  }
}

/// Reads what the program's process says until it runs or has failed.
bool hand_over(Companion& companion, int program_line, int front) {
  Report report;
  Fd gift;
  if (!receive_report(program_line, report, &gift)) {
    report = failed(Stage::prepare, {EPIPE, "waiting for the program's process"});
  }
  if (report.kind == Report::Kind::failed) {
    send_report(front, report);
    return false;
  }
  if (const Status taken = companion.take(std::move(gift)); !taken) {
    send_report(front, failed(Stage::take, taken.error()));
    return false;
  }
  const Report started = report;
  send_report(program_line, started);
  if (receive_report(program_line, report)) {  // Only a failed execution says anything more.
    send_report(front, report);
    return false;
  }
  send_report(front, started);
  return true;
}

[[noreturn]] void keep(Companion& companion, const std::vector<std::string>& words, Fd front,
                       const Inherited& inherited) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  ::signal(SIGTSTP, SIG_IGN);
  sigset_t child;
  ::sigemptyset(&child);
  ::sigaddset(&child, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &child, nullptr);
  const Fd children{::signalfd(-1, &child, SFD_CLOEXEC)};

  Result<Pair> line = make_pair_of_sockets();
  const pid_t program = line ? ::fork() : -1;
  if (program == 0) {
    front.reset();
    line->one.reset();
    become_program(companion, words, line->other.get(), inherited);
  }
  if (program < 0) {
    send_report(front.get(), failed(Stage::fork, {errno, "fork"}));
    ::_exit(125);
  }
  line->other.reset();
  if (!hand_over(companion, line->one.get(), front.get())) {
    line->one.reset();
    ::waitpid(program, nullptr, 0);
    companion.clean_up();
    ::_exit(125);
  }
  let_go_of(0, 1);
  serve_until_all_are_gone(companion, program, front.get(), children.get());
  companion.clean_up();
  ::_exit(0);
}

// --- the front ---------------------------------------------------------------------------------

volatile std::sig_atomic_t g_program = 0;

void pass_on(int signal) {
  const int kept = errno;
  if (g_program > 0) ::kill(g_program, signal);
  errno = kept;
}

void stand_in_for_the_program() {
  // The terminal sends these to the whole group, the program included.
  ::signal(SIGINT, SIG_IGN);
  ::signal(SIGQUIT, SIG_IGN);
  struct sigaction action {};
  action.sa_handler = pass_on;
  action.sa_flags = SA_RESTART;
  for (const int signal : kPassedOn) ::sigaction(signal, &action, nullptr);
}

tl::expected<int, StartError> follow(int line, pid_t keeper) {
  Report report;
  static std::array<char, sizeof(Report::attempt)> attempt;
  while (receive_report(line, report)) {
    switch (report.kind) {
      case Report::Kind::started:
        g_program = report.value;
        break;
      case Report::Kind::ended:
        return report.value;
      case Report::Kind::failed:
        attempt = report.attempt;
        ::waitpid(keeper, nullptr, 0);
        return tl::unexpected(StartError{report.stage, {report.value, attempt.data()}});
    }
  }
  return tl::unexpected(StartError{Stage::take, {EPIPE, "waiting for the program"}});
}

}  // namespace

tl::expected<int, StartError> run_with(Companion& companion,
                                       const std::vector<std::string>& words) {
  Result<Pair> line = make_pair_of_sockets();
  if (!line) return tl::unexpected(StartError{Stage::fork, line.error()});
  Inherited inherited;
  inherited.remember();
  stand_in_for_the_program();
  const pid_t keeper = ::fork();
  if (keeper < 0) return tl::unexpected(StartError{Stage::fork, {errno, "fork"}});
  if (keeper == 0) {
    for (const int signal : kPassedOn) ::signal(signal, SIG_DFL);
    line->one.reset();
    keep(companion, words, std::move(line->other), inherited);
  }
  line->other.reset();
  return follow(line->one.get(), keeper);
}

void end_like(int wait_status) noexcept {
  if (WIFEXITED(wait_status)) ::_exit(WEXITSTATUS(wait_status));
  const int signal = WTERMSIG(wait_status);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::signal(signal, SIG_DFL);
  sigset_t all;
  ::sigemptyset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  ::raise(signal);
  ::_exit(128 + signal);
}

}  // namespace wsalive::attach
