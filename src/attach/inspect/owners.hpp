// The owners of sockets: which processes hold which inodes, read from /proc.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace wsalive::attach {

/// How many octets of a process's name the kernel keeps.
inline constexpr std::size_t kKernelName = 15;

struct Owner {
  pid_t pid = 0;
  int fd = -1;
  /// The process's name, made printable; the whole name where the kernel has truncated it, if it can be found.
  std::string program;
};

struct Owners {
  std::unordered_multimap<std::uint32_t, Owner> by_inode;
  std::vector<pid_t> hidden;  ///< Processes whose descriptors the caller may not see.
  /// Descriptors behind which wsalive's engine publishes its table (engine/published_table.hpp), by process.
  std::map<pid_t, int> tables;
  /// The owners' network namespaces other than the caller's, by inode: one process of each.
  std::map<std::uint64_t, pid_t> other_networks;
};

/// The name of a process, as Owner has it; "?" where it may not be seen. The kernel truncates it; the whole name is that of the
/// executed file, or, for a script or a link, a word of the command line.
[[nodiscard]] std::string program_of(pid_t pid);

/// A snapshot of all visible processes. Omits processes that end meanwhile.
[[nodiscard]] Owners socket_owners();

/// Of these processes only. A process that may not be inspected is in `hidden`.
[[nodiscard]] Owners socket_owners(std::span<const pid_t> processes);
[[nodiscard]] Owners socket_owners(pid_t pid);

// What /proc shows every user of any process.

/// Whether it is neither a kernel thread nor a zombie: these have no descriptors.
[[nodiscard]] bool may_have_sockets(pid_t process);

/// Whether both are in one network namespace; false where that cannot be determined.
[[nodiscard]] bool are_in_one_network(pid_t one, pid_t other);

/// Whether there is a TCP socket in the network namespace of a process.
[[nodiscard]] bool has_tcp_in_network(pid_t process);

}  // namespace wsalive::attach
