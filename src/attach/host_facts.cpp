#include "attach/host_facts.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>

#include "attach/bpf/group_service.hpp"
#include "attach/bpf/policy.hpp"
#include "attach/inspect/tcp_table.hpp"
#include "attach/pidfd/foreign_socket.hpp"
#include "attach/seccomp/filter.hpp"
#include "os/clock.hpp"
#include "os/file/file.hpp"
#include "os/tcp/abort_connection.hpp"
#include "os/tcp/keepalive_values.hpp"
#include "os/tcp/tcp_info.hpp"

namespace wsalive::attach {
namespace {

bool is_known(const char* release) {
  int major = 0;
  int minor = 0;
  return std::sscanf(release, "%d.%d", &major, &minor) == 2 &&
         (major > 5 || (major == 5 && minor >= 10));
}

/// The result of a trial that would change this process, made in a child: 0 or an errno.
template <typename Try>
Status in_a_child(Try attempt, const char* what) {
  const pid_t child = ::fork();
  if (child < 0) return failure(errno, "fork");
  if (child == 0) ::_exit(attempt());
  int status = 0;
  if (::waitpid(child, &status, 0) != child) return failure(errno, "wait for a child");
  if (WIFSIGNALED(status)) return failure(EPERM, what);  // An outer filter kills.
  return WEXITSTATUS(status) == 0 ? Status{} : failure(WEXITSTATUS(status), what);
}

Status try_seccomp() {
  const auto attempt = [] {
    const Result<Fd> listener = install_filter({.listen = true});
    return listener ? 0 : listener.error().code;
  };
  return in_a_child(attempt, "install a seccomp filter with a listener");
}

Status try_user_namespaces() {
  const auto attempt = [] { return ::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 ? 0 : errno; };
  return in_a_child(attempt, "make a user namespace");
}

/// In a child: stays until the parent closes the other end, or ends in any way.
[[noreturn]] void stay_until_closed(int from) {
  char octet = 0;
  while (::read(from, &octet, 1) < 0 && errno == EINTR) continue;
  ::_exit(0);
}

Status try_borrow() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failure(errno, "make a pipe");
  const Fd from{ends[0]};
  Fd into{ends[1]};
  const pid_t child = ::fork();
  if (child < 0) return failure(errno, "fork");
  if (child == 0) {
    into.reset();
    stay_until_closed(from.get());
  }
  Status status{};
  const Result<Process> process = Process::open(child);
  if (!process) {
    status = tl::unexpected(process.error());
  } else if (const Result<Borrowed> copy = process->borrow(0);
             !copy && copy.error().code != EBADF) {
    status = tl::unexpected(copy.error());
  }
  into.reset();
  ::kill(child, SIGKILL);  // Either suffices; a filter of system calls may refuse one.
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) continue;
  return status;
}

Status try_bpf() {
  if (!bpf_is_built()) return failure(ENOSYS, "use bpf (this build is without it)");
  BpfPolicy policy;
  policy.about = "{}";
  policy.rules.push_back({});
  const auto made = BpfGroupService::make(policy);
  return made ? Status{} : tl::unexpected(made.error());
}

/// On a new connection over loopback.
Status try_destroy() {
  const Fd listener{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const Fd client{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  const bool connected = ::bind(listener.get(), generic, size) == 0 &&
                         ::listen(listener.get(), 1) == 0 &&
                         ::getsockname(listener.get(), generic, &size) == 0 &&
                         ::connect(client.get(), generic, size) == 0;
  if (!connected) return failure(errno, "connect over loopback");
  const Result<std::uint64_t> cookie = os::socket_cookie(client.get());
  if (!cookie) return tl::unexpected(cookie.error());
  return os::destroy_connection(client.get(), *cookie);
}

bool can_repair() {
  const Fd socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  return socket && os::may_repair(socket.get());
}

Status try_list() {
  const auto table = tcp_table(Which::connections);
  return table ? Status{} : tl::unexpected(table.error());
}

}  // namespace

HostFacts look_at_host() {
  HostFacts facts;
  utsname names{};
  ::uname(&names);
  facts.kernel = names.release;
  facts.kernel_is_known = is_known(names.release);
  facts.tick = os::tick_length();
  facts.group_mount = cgroup2_mount().value_or("");
  facts.bpf = try_bpf();
  facts.pins = pins_are_possible();
  facts.seccomp = try_seccomp();
  facts.borrow = try_borrow();
  facts.ptrace_scope = os::sysctl_number("kernel/yama/ptrace_scope");
  facts.user_namespaces = try_user_namespaces();
  facts.may_repair = can_repair();
  facts.list = try_list();
  facts.destroy = try_destroy();
  if (const Result<Defaults> defaults = namespace_defaults()) facts.defaults = *defaults;
  return facts;
}

bool programs_may_repair() {
  constexpr int kNoRoot = 1;  // SECBIT_NOROOT
  if (!can_repair()) return false;
  const bool is_root = ::geteuid() == 0 && (::prctl(PR_GET_SECUREBITS) & kNoRoot) == 0;
  return is_root ? ::prctl(PR_CAPBSET_READ, CAP_NET_ADMIN) == 1
                 : ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_NET_ADMIN, 0, 0) == 1;
}

Status supervision_is_possible() {
  const Status filter = try_seccomp();
  return filter ? try_borrow() : filter;
}

bool only_ancestors_may_reach() {
  const pid_t parent = ::getpid();
  const auto attempt = [parent] {
    const Result<Process> process = Process::open(parent);
    if (!process) return process.error().code;
    const Result<Borrowed> copy = process->borrow(STDIN_FILENO);
    return copy || copy.error().code == EBADF ? 0 : copy.error().code;
  };
  return !in_a_child(attempt, "reach into the parent");
}

}  // namespace wsalive::attach
