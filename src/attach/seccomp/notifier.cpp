#include "attach/seccomp/notifier.hpp"

#include <fmt/core.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "attach/run/detached.hpp"
#include "attach/seccomp/filter.hpp"

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif

namespace wsalive::attach {
namespace {

constexpr unsigned long kSyncWakeUp = 1;     // SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP, Linux 6.6.
constexpr std::size_t kMostProcesses = 256;  // Each takes a descriptor.

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

/// Whether the error means a socket of another protocol, or no socket.
bool has_no_such_values(int error) noexcept {
  return error == ENOTSOCK || error == ENOPROTOOPT || error == EOPNOTSUPP || error == EINVAL;
}

}  // namespace

/// The call that the serving keeper works on.
struct SeccompService::InWork {
  seccomp_notif call{};
  int attempts = 0;  ///< Keepers that have started on it.
};

struct SeccompService::Call {
  std::uint64_t id;
  pid_t thread;
  int number;
  int descriptor;
};

Result<std::unique_ptr<SeccompService>> SeccompService::make(const SeccompRequest& request) {
  void* const shared =
      ::mmap(nullptr, sizeof(InWork), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return failure(errno, "share memory with the keepers");
  return std::unique_ptr<SeccompService>{new SeccompService{request, *new (shared) InWork{}}};
}

SeccompService::~SeccompService() { ::munmap(&in_work_, sizeof in_work_); }

Result<Fd> SeccompService::prepare_program() {
  Result<Fd> listener = install_filter({.listen = !request_.connect_only,
                                        .options = request_.whose == Precedence::ours,
                                        .user_timeout = request_.fit.user_timeout_ms.has_value()});
  if (!listener) return listener;
  return above_standard_streams(std::move(*listener));
}

Status SeccompService::take(Fd from_program) {
  if (!from_program) return failure(EBADF, "take the seccomp listener");
  listener_ = std::move(from_program);
  // Answers wake the program on this processor: 20 microseconds a call instead of 110. Older kernels lack this.
  static_cast<void>(::ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_SET_FLAGS, kSyncWakeUp));
  // No call has this number, so the expected answer is ENOENT. Any other error, from an outer filter, would affect every call.
  std::uint64_t none = 0;
  if (::ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_ID_VALID, &none) != 0 && errno != ENOENT) {
    return failure(errno, "ask the seccomp listener");
  }
  const Result<Defaults> defaults = namespace_defaults();
  if (!defaults) return tl::unexpected(defaults.error());
  defaults_ = *defaults;
  return {};
}

Status SeccompService::reach(pid_t program) {
  const Result<Process> process = Process::open(program);
  if (!process) return tl::unexpected(process.error());
  const Result<Borrowed> any = process->borrow(STDIN_FILENO);
  if (!any && any.error().code != EBADF) return tl::unexpected(any.error());
  return {};
}

KeeperService::Watch SeccompService::watch() const { return {listener_.get(), POLLIN}; }

bool SeccompService::all_gone() const {
  pollfd state{listener_.get(), POLLIN, 0};
  return ::poll(&state, 1, 0) == 1 && (state.revents & POLLIN) == 0;
}

void SeccompService::serve() {
  // The caller may have been killed: then RECV would block.
  pollfd state{listener_.get(), POLLIN, 0};
  if (::poll(&state, 1, 0) != 1 || (state.revents & POLLIN) == 0) return;
  in_work_.attempts = 0;
  in_work_.call = {};
  if (::ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_RECV, &in_work_.call) == 0) return answer();
  if (errno != ENOENT) pause_for_a_moment();  // The call still waits; the next round takes it.
}

void SeccompService::resume() {
  std::uint64_t call = in_work_.call.id;
  const bool is_gone =
      ::ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_ID_VALID, &call) != 0 && errno == ENOENT;
  if (call != 0 && !is_gone) answer();
}

bool SeccompService::is_waiting(std::uint64_t call) {
  if (::ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_ID_VALID, &call) == 0) return true;
  if (errno != ENOENT) complain("ask whether a call still waits", errno);
  return false;
}

void SeccompService::answer() {
  constexpr int kMostAttempts = 2;  // A call that kills its keeper must not kill all successors.
  const Call call{in_work_.call.id, static_cast<pid_t>(in_work_.call.pid), in_work_.call.data.nr,
                  static_cast<int>(in_work_.call.data.args[0])};
  const bool is_tried = ++in_work_.attempts <= kMostAttempts;
  seccomp_notif_resp answer{};
  answer.id = call.id;
  if (!is_tried || handle(call) == Verdict::go_on) answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  send(answer);
}

void SeccompService::send(seccomp_notif_resp& answer) const {
  // ENOENT: the caller was killed. EINPROGRESS: it is answered already. Otherwise retry: without an answer it waits for ever.
  while (::ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_SEND, &answer) != 0) {
    if (errno == ENOENT || errno == EINPROGRESS || errno == EBADF) return;
    pause_for_a_moment();
  }
}

SeccompService::Verdict SeccompService::handle(const Call& call) {
  const Process* const process = process_of(call.thread);
  // While the call waits, its thread lives and keeps its number. Once it is gone, the opened process, or the copied
  // descriptor, may be another one.
  if (!process || !is_waiting(call.id)) return Verdict::go_on;
  const Result<Borrowed> socket = process->borrow(call.descriptor);
  if (!socket) {
    if (socket.error().code != EBADF) complain("reach the program's sockets", socket.error().code);
    return Verdict::go_on;
  }
  if (!is_waiting(call.id)) return Verdict::go_on;
  if (const auto values = os::keep_alive_values(socket->get()); !values) {
    // UDP, Unix and other sockets have no such values: leave them alone.
    if (!has_no_such_values(values.error().code))
      complain(values.error().attempt, values.error().code);
    return Verdict::go_on;
  }
  if (call.number == SYS_setsockopt) return Verdict::done_for_it;
  if (const auto before = set_keepalive(socket->get(), defaults_, request_.fit, request_.whose);
      !before) {
    complain(before.error().attempt, before.error().code);
  }
  return Verdict::go_on;
}

const Process* SeccompService::living(pid_t leader) {
  const auto known = processes_.find(leader);
  if (known == processes_.end()) return nullptr;
  if (!known->second.has_ended()) return &known->second;
  processes_.erase(known);
  return nullptr;
}

const Process* SeccompService::process_of(pid_t thread) {
  // While a process lives, no other thread has its number: then /proc is not needed.
  if (const Process* const first_thread = living(thread)) return first_thread;
  const pid_t leader = leader_of(thread);
  if (const Process* const known = living(leader)) return known;
  if (processes_.size() >= kMostProcesses) processes_.clear();
  Result<Process> opened = Process::open(leader);
  if (!opened && opened.error().code != ESRCH && !processes_.empty()) {
    processes_.clear();  // They may have used up the descriptors.
    opened = Process::open(leader);
  }
  if (!opened) {
    if (opened.error().code != ESRCH) complain("reach the program", opened.error().code);
    return nullptr;
  }
  return &processes_.emplace(leader, std::move(*opened)).first->second;
}

void SeccompService::complain(const char* what, int error) {
  if (complained_) return;
  complained_ = true;
  log_warning(fmt::format("run: could not {} ({}); its connections go on without our keep-alive. "
                          "It may be a set-user-ID "
                          "program, or the kernel restricts tracing (ptrace_scope)",
                          what, std::strerror(error))
                  .c_str());
}

}  // namespace wsalive::attach
