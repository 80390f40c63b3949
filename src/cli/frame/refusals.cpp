#include "cli/frame/refusals.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "attach/pidfd/foreign_socket.hpp"
#include "cli/frame/messages.hpp"
#include "os/file/file.hpp"

namespace wsalive::cli {

namespace {

/// A line of /proc/self/status, behind its name.
std::string_view status_line(std::string_view status, std::string_view name) {
  const std::size_t at = status.find(name);
  if (at == std::string_view::npos) return {};
  std::string_view line = status.substr(at + name.size());
  line = line.substr(0, line.find('\n'));
  const std::size_t begin = line.find_first_not_of(" \t");
  return begin == std::string_view::npos ? std::string_view{} : line.substr(begin);
}

struct Capability {
  std::string_view name;
  unsigned bit;
};
constexpr std::array kCapabilities{Capability{"CAP_NET_ADMIN", 12},
                                   Capability{"CAP_SYS_PTRACE", 19},
                                   Capability{"CAP_SYS_ADMIN", 21}, Capability{"CAP_BPF", 39}};

/// Those in effect, as bits.
std::uint64_t capabilities_of(std::string_view status) {
  constexpr int kHexadecimal = 16;
  const std::string_view text = status_line(status, "CapEff:");
  std::uint64_t has = 0;
  std::from_chars(text.data(), text.data() + text.size(), has, kHexadecimal);
  return has;
}

bool has_bpf_capabilities(std::string_view status) {
  constexpr std::uint64_t kNetAdmin = 1ULL << 12;
  constexpr std::uint64_t kSysAdmin = 1ULL << 21;
  constexpr std::uint64_t kBpf = 1ULL << 39;
  const std::uint64_t has = capabilities_of(status);
  return (has & (kSysAdmin | kBpf)) != 0 && (has & (kSysAdmin | kNetAdmin)) != 0;
}

/// All users are mapped, as outside user namespaces.
bool is_whole_host(std::string_view uid_map) {
  return uid_map.find("4294967295") != std::string_view::npos;
}

}  // namespace

std::string bpf_denial(std::string_view status, std::string_view uid_map,
                       std::string_view lockdown) {
  if (!has_bpf_capabilities(status)) return "not permitted, it takes CAP_BPF and CAP_NET_ADMIN";
  if (!is_whole_host(uid_map))
    return "not permitted: it takes the rights of the host's own root, and this root is a user "
           "namespace's";
  if (status_line(status, "Seccomp:") == "2")
    return "not permitted: a filter of system calls refuses bpf, as a container has one";
  if (lockdown.find("[confidentiality]") != std::string_view::npos)
    return "not permitted: the kernel is locked down (confidentiality)";
  return "not permitted, though the capabilities are there: a security module or a setting of the "
         "kernel refuses bpf";
}

std::string bpf_refusal(const SysError& error) {
  switch (error.code) {
    case EPERM:
    case EACCES:
      return bpf_denial(os::read_file("/proc/self/status").value_or(""),
                        os::read_file("/proc/self/uid_map").value_or(""),
                        os::read_file("/sys/kernel/security/lockdown").value_or(""));
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

Message message_for_file(int error) {
  switch (error) {
    case EPERM:
    case EACCES:
    case EROFS:
      return Message::file_denied;
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case ENAMETOOLONG:
    case ELOOP:
      return Message::no_file;
    default:
      return Message::file_failed;
  }
}

Failure not_written(std::string attempt, const std::string& file, int error) {
  return failure_of(message_for_file(error), std::move(attempt), file,
                    {::strerrordesc_np(error), "name a file in a folder that you may write to"});
}

std::string root_denial(std::string_view rights, std::string_view status,
                        std::string_view uid_map) {
  if (!is_whole_host(uid_map))
    return "this root is a user namespace's: run it as the host's own root";
  const std::uint64_t has = capabilities_of(status);
  std::vector<std::string_view> named;
  bool has_all = true;
  for (const Capability& each : kCapabilities) {
    if (rights.find(each.name) == std::string_view::npos) continue;
    named.push_back(each.name);
    has_all = has_all && (has & (1ULL << each.bit)) != 0;
  }
  if (!named.empty() && has_all)
    return fmt::format(
        "this root has {}, and is refused all the same: by a security module (dmesg and the audit "
        "log tell), or since what it is about belongs to a user namespace outside of this one "
        "(then run it on the host itself)",
        fmt::join(named, " and "));
  return fmt::format("this root is without {}, as in a container: run it on the host itself",
                     rights);
}

std::string as_root(std::string_view rights, std::string_view otherwise) {
  if (::geteuid() != 0) return fmt::format("run it as root{}", otherwise);
  return root_denial(rights, os::read_file("/proc/self/status").value_or(""),
                     os::read_file("/proc/self/uid_map").value_or(""));
}

std::string trace_remedy() {
  constexpr long kOwnChildren = 1;
  constexpr long kAdministrator = 2;
  constexpr long kNobody = 3;
  if (const char* const call = attach::filtered_call()) {
    return fmt::format(
        "a filter of system calls refuses it, as a container has one: allow {}(2) there", call);
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
  constexpr const char* kListing = "cannot list connections";
  if (lacks_tcp_diag(error)) return failure_of(Message::no_tcp_diag, kListing);
  return failure_of(Message::no_netlink, kListing, {},
                    {fmt::format("{}: {}", error.attempt, std::strerror(error.code))});
}

}  // namespace wsalive::cli
