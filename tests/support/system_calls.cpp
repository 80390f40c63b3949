#include "support/system_calls.hpp"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

namespace wsalive::test {
namespace {

// The code under test stands between two calls that nothing else makes.
constexpr long kMark = SYS_getppid;

[[noreturn]] void run_traced(const std::function<void()>& code) {
  if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(1);
  (void)::raise(SIGSTOP);
  (void)::syscall(kMark);
  code();
  (void)::syscall(kMark);
  ::_exit(0);
}

/// The number of the call that the stopped child is entering; -1 where it is leaving one.
long entered_call(pid_t child) {
  __ptrace_syscall_info info{};
  const long size =
      ::ptrace(static_cast<__ptrace_request>(PTRACE_GET_SYSCALL_INFO), child, sizeof info, &info);
  if (size <= 0 || info.op != PTRACE_SYSCALL_INFO_ENTRY) return -1;
  return static_cast<long>(info.entry.nr);
}

std::vector<long> follow(pid_t child) {
  std::vector<long> calls;
  int marks = 0;
  int status = 0;
  while (::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr) == 0 &&
         ::waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
    const long call = entered_call(child);
    if (call == kMark) ++marks;
    if (call >= 0 && call != kMark && marks == 1) calls.push_back(call);
  }
  return calls;
}

}  // namespace

std::optional<std::vector<long>> system_calls_of(const std::function<void()>& code) {
  const pid_t child = ::fork();
  if (child == 0) run_traced(code);
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
    return std::nullopt;
  if (::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD) != 0) {
    (void)::kill(child, SIGKILL);
    (void)::waitpid(child, &status, 0);
    return std::nullopt;
  }
  return follow(child);
}

void deny_system_call(long number, int error, std::optional<ArgumentIs> only) {
  const auto refuse = static_cast<std::uint32_t>(SECCOMP_RET_ERRNO | (error & SECCOMP_RET_DATA));
  const ArgumentIs which = only.value_or(ArgumentIs{.index = 0, .value = 0, .mask = 0});
  const auto argument = static_cast<std::uint32_t>(offsetof(seccomp_data, args) +
                                                   which.index * sizeof(std::uint64_t));
  std::array program{
      sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
      sock_filter{BPF_JMP | BPF_JEQ | BPF_K, 0, 4, static_cast<std::uint32_t>(number)},
      sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, argument},
      sock_filter{BPF_ALU | BPF_AND | BPF_K, 0, 0, which.mask},
      sock_filter{BPF_JMP | BPF_JEQ | BPF_K, 0, 1, which.value},
      sock_filter{BPF_RET | BPF_K, 0, 0, refuse},
      sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  };
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
    std::perror("seccomp");
    std::abort();
  }
}

}  // namespace wsalive::test
