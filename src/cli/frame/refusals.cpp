#include "cli/frame/refusals.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "attach/pidfd/foreign_socket.hpp"
#include "os/sysctl.hpp"

namespace wsalive::cli {

std::string bpf_refusal(const SysError& error) {
  switch (error.code) {
    case EPERM:
    case EACCES:
      return "not permitted, it takes CAP_BPF and CAP_NET_ADMIN";
    case ENOENT:
    case EROFS:
      return "no control group of version 2 can be made here";
    case ENOSYS:
      return "this build is without it";
    default:
      return fmt::format("{}: {}", error.attempt, std::strerror(error.code));
  }
}

std::string seccomp_refusal(const SysError& error) {
  const bool is_right = error.code == EPERM || error.code == EACCES;
  constexpr long kOwnChildrenToo = 2;
  const long scope = os::sysctl_number("kernel/yama/ptrace_scope").value_or(0);
  const bool is_yamas =
      is_right && scope >= kOwnChildrenToo && std::string_view{error.attempt} == "pidfd_getfd";
  return fmt::format("{}, {}{}", is_right ? "not permitted" : std::strerror(error.code),
                     error.attempt,
                     is_yamas ? fmt::format(" (kernel.yama.ptrace_scope is {})", scope) : "");
}

ExitCode code_for_file(int error) {
  switch (error) {
    case EPERM:
    case EACCES:
    case EROFS:
      return ExitCode::denied;
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case ENAMETOOLONG:
    case ELOOP:
      return ExitCode::bad_input;
    default:
      return ExitCode::failed;
  }
}

Failure not_written(std::string attempt, const std::string& file, int error) {
  return {.code = code_for_file(error),
          .attempt = std::move(attempt),
          .subject = file,
          .reason = ::strerrordesc_np(error),
          .remedy = "name a file in a folder that you may write to"};
}

std::string as_root(std::string_view rights, std::string_view otherwise) {
  if (::geteuid() != 0) return fmt::format("run it as root{}", otherwise);
  return fmt::format("this root is without {}, as in a container: run it on the host itself",
                     rights);
}

std::string trace_remedy() {
  constexpr long kOwnChildren = 1;
  constexpr long kAdministrator = 2;
  constexpr long kNobody = 3;
  if (attach::borrowing_is_filtered()) {
    return "a filter of system calls refuses it, as a container has one: allow pidfd_getfd(2) "
           "there";
  }
  const long scope = os::sysctl_number("kernel/yama/ptrace_scope").value_or(0);
  if (scope >= kNobody) {
    return "kernel.yama.ptrace_scope is 3: nobody may trace, root neither, until the host restarts "
           "without it; new "
           "connections are reached by `wsalive attach`, or by `wsalive run` with bpf or preload";
  }
  if (::geteuid() == 0) return as_root("CAP_SYS_PTRACE over it");
  if (scope == kAdministrator) return "run it as root: kernel.yama.ptrace_scope is 2";
  if (scope == kOwnChildren) {
    return "run it as root: kernel.yama.ptrace_scope is 1, so that others may trace only what they "
           "have started "
           "themselves; or, as root, sysctl kernel.yama.ptrace_scope=0";
  }
  return as_root("CAP_SYS_PTRACE over it", ", or as the user of that process");
}

std::string user_namespace_remedy() {
  struct Switch {
    const char* name;
    const char* file;
    long forbids;
    const char* mend;
  };
  constexpr std::array kSwitches{
      Switch{"user.max_user_namespaces", "user/max_user_namespaces", 0, "10000"},
      Switch{"kernel.unprivileged_userns_clone", "kernel/unprivileged_userns_clone", 0, "1"},
      Switch{"kernel.apparmor_restrict_unprivileged_userns",
             "kernel/apparmor_restrict_unprivileged_userns", 1, "0"}};
  for (const Switch& each : kSwitches) {
    if (os::sysctl_number(each.file) == each.forbids)
      return fmt::format("as root, on the host itself: sysctl {}={}", each.name, each.mend);
  }
  return "a container's own filter may forbid it: allow unshare(2) there";
}

bool lacks_tcp_diag(const SysError& error) {
  return error.code == ENOENT || error.code == EPROTONOSUPPORT;
}

Failure no_connection_list(const SysError& error) {
  Failure failure{.attempt = "cannot list connections"};
  if (lacks_tcp_diag(error)) {
    failure.code = ExitCode::unavailable;
    failure.reason =
        "the kernel's part that lists them, tcp_diag, is not there and could not be loaded";
    failure.remedy = kLoadTcpDiag;
    return failure;
  }
  failure.reason = fmt::format("{}: {}", error.attempt, std::strerror(error.code));
  failure.remedy = "a container's own filter may forbid it: allow netlink sockets there";
  return failure;
}

}  // namespace wsalive::cli
