#include "attach/seccomp/notifier.hpp"

#include <fmt/core.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "attach/seccomp/filter.hpp"

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif

namespace wsalive::attach {
namespace {

constexpr unsigned long kSyncWakeUp = 1;      // SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP, Linux 6.6.
constexpr std::size_t kMostProcesses = 1024;  // Descriptors are not for ever.

/// The process of a thread: its own number where it is the first thread.
pid_t leader_of(pid_t thread) {
  const std::string path = fmt::format("/proc/{}/status", thread);
  std::FILE* const file = std::fopen(path.c_str(), "re");
  if (!file) return thread;
  pid_t leader = thread;
  char line[128];
  while (std::fgets(line, sizeof line, file)) {
    if (std::sscanf(line, "Tgid: %d", &leader) == 1) break;
  }
  std::fclose(file);
  return leader;
}

}  // namespace

struct SeccompCompanion::Call {
  pid_t thread;
  int number;
  int descriptor;
};

Result<Fd> SeccompCompanion::prepare_program() {
  return install_filter(
      {.listen = !request_.connect_only, .options = request_.whose == Precedence::ours});
}

Status SeccompCompanion::take(Fd from_program) {
  listener_ = std::move(from_program);
  // Answers wake the program on this processor: 20 microseconds a call instead of 110. Older kernels go without.
  static_cast<void>(::ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_SET_FLAGS, kSyncWakeUp));
  const Result<Defaults> defaults = namespace_defaults();
  if (!defaults) return tl::unexpected(defaults.error());
  defaults_ = *defaults;
  return {};
}

Companion::Watch SeccompCompanion::watch() const { return {listener_.get(), POLLIN}; }

bool SeccompCompanion::all_gone() const {
  pollfd state{listener_.get(), POLLIN, 0};
  return ::poll(&state, 1, 0) == 1 && (state.revents & POLLIN) == 0;
}

void SeccompCompanion::serve() {
  // The call may be gone again, killed: then nothing must be waited for.
  pollfd state{listener_.get(), POLLIN, 0};
  if (::poll(&state, 1, 0) != 1 || (state.revents & POLLIN) == 0) return;
  seccomp_notif stopped{};
  if (::ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_RECV, &stopped) != 0) return;

  const Call call{static_cast<pid_t>(stopped.pid), stopped.data.nr,
                  static_cast<int>(stopped.data.args[0])};
  seccomp_notif_resp answer{};
  answer.id = stopped.id;
  if (handle(call) == Verdict::go_on) answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  // ENOENT: the caller was killed meanwhile.
  static_cast<void>(::ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_SEND, &answer));
}

SeccompCompanion::Verdict SeccompCompanion::handle(const Call& call) {
  const Process* const process = process_of(call.thread);
  if (!process) return Verdict::go_on;
  const Result<Fd> socket = process->borrow(call.descriptor);
  if (!socket) {
    if (socket.error().code != EBADF) complain("reach the program's sockets", socket.error().code);
    return Verdict::go_on;
  }
  // UDP, Unix and other sockets have no such values: not ours to touch.
  if (!os::keep_alive_values(socket->get())) return Verdict::go_on;
  if (call.number == SYS_setsockopt) return Verdict::done_for_it;
  if (const auto before = set_keepalive(socket->get(), defaults_, request_.fit, request_.whose);
      !before) {
    complain(before.error().attempt, before.error().code);
  }
  return Verdict::go_on;
}

const Process* SeccompCompanion::living(pid_t leader) {
  const auto known = processes_.find(leader);
  if (known == processes_.end()) return nullptr;
  if (!known->second.has_ended()) return &known->second;
  processes_.erase(known);
  return nullptr;
}

const Process* SeccompCompanion::process_of(pid_t thread) {
  // While a process lives, no other thread has its number: then /proc need not be asked.
  if (const Process* const first_thread = living(thread)) return first_thread;
  const pid_t leader = leader_of(thread);
  if (const Process* const known = living(leader)) return known;
  if (processes_.size() >= kMostProcesses) processes_.clear();
  Result<Process> opened = Process::open(leader);
  if (!opened) {
    if (opened.error().code != ESRCH) complain("reach the program", opened.error().code);
    return nullptr;
  }
  return &processes_.emplace(leader, std::move(*opened)).first->second;
}

void SeccompCompanion::complain(const char* what, int error) {
  if (complained_) return;
  complained_ = true;
  fmt::print(stderr,
             "wsalive: run: could not {} ({}); its connections go on without our keep-alive. "
             "It may be a set-user-ID program, or the kernel restricts tracing (ptrace_scope)\n",
             what, std::strerror(error));
}

}  // namespace wsalive::attach
