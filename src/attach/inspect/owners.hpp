// Which processes hold which sockets, read from /proc: by inode.
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
  /// The process's name, made printable; where the kernel has cut it, the whole one if that can be told.
  std::string program;
};

struct Owners {
  std::unordered_multimap<std::uint32_t, Owner> by_inode;
  std::vector<pid_t> hidden;  ///< Processes whose descriptors we may not see.
  /// Descriptors behind which wsalive's engine publishes its table (engine/published_table.hpp), by process.
  std::map<pid_t, int> tables;
  /// Network namespaces other than ours in which owners stand, by inode: one process of each.
  std::map<std::uint64_t, pid_t> other_networks;
};

/// The name of a process, as Owner has it; "?" where there is none to be seen. The kernel cuts it; the whole one is the
/// file's that was executed, or, of a script or behind a link, a word of the command line's.
[[nodiscard]] std::string program_of(pid_t pid);

/// A snapshot of all processes that can be seen. Processes that end meanwhile are left out.
[[nodiscard]] Owners socket_owners();

/// Of these processes only. Without what may not be seen, whose process is in `hidden`.
[[nodiscard]] Owners socket_owners(std::span<const pid_t> processes);
[[nodiscard]] Owners socket_owners(pid_t pid);

// What can be told of a process that may not be looked into: /proc shows some of it to everybody.

/// Neither a thread of the kernel nor one that has ended: only others have descriptors.
[[nodiscard]] bool may_have_sockets(pid_t process);

/// Whether both stand in one network namespace; false where that cannot be told.
[[nodiscard]] bool are_in_one_network(pid_t one, pid_t other);

/// Whether there is a TCP socket in the network namespace of a process.
[[nodiscard]] bool has_tcp_in_network(pid_t process);

}  // namespace wsalive::attach
