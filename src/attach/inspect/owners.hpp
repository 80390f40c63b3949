// Which processes hold which sockets, read from /proc: by inode.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace wsalive::attach {

struct Owner {
  pid_t pid = 0;
  int fd = -1;
  std::string program;  ///< The process's name, 15 octets as the kernel keeps it, made printable.
};

struct Owners {
  std::unordered_multimap<std::uint32_t, Owner> by_inode;
  std::vector<pid_t> hidden;  ///< Processes whose descriptors we may not see.
  /// Descriptors behind which an engine of ours publishes its table (engine/published_table.hpp), by process.
  std::map<pid_t, int> tables;
  /// Network namespaces other than ours in which owners stand, by inode: one process of each.
  std::map<std::uint64_t, pid_t> other_networks;
};

/// A snapshot of all processes that can be seen. Processes that end meanwhile are left out.
[[nodiscard]] Owners socket_owners();

/// Of one process only. Empty, with the process in `hidden`, where it may not be seen.
[[nodiscard]] Owners socket_owners(pid_t pid);

}  // namespace wsalive::attach
