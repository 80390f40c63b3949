// What this host allows, found out by trying: each way of reaching programs on a process, a socket or a control
// group of our own, which is gone again afterwards.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "attach/kernel_socket.hpp"
#include "base/result.hpp"

namespace wsalive::attach {

struct HostFacts {
  std::string kernel;            ///< "6.1.0-13-amd64"
  bool kernel_is_known = false;  ///< 5.10 or later.
  std::chrono::nanoseconds tick{};
  std::string group_mount;  ///< Where version-2 control groups are mounted; empty: nowhere.
  Status bpf;               ///< A group was made and programs attached to it.
  Status pins;              ///< As `pins_are_possible`.
  Status seccomp;           ///< A filter with a listener was installed in a process.
  Status borrow;            ///< A descriptor of a child was copied (pidfd_getfd).
  std::optional<long> ptrace_scope;  ///< Yama's; nullopt: there is no Yama.
  Status user_namespaces;            ///< One with a network of its own was made.
  bool may_repair = false;  ///< CAP_NET_ADMIN: probes at any instant (the driver `repair`).
  Status list;              ///< The kernel's list of TCP connections was read.
  Status destroy;           ///< A connection was ended by SOCK_DESTROY.
  Defaults defaults;
};

/// Thread  The process must have one thread: children are forked.
[[nodiscard]] HostFacts look_at_host();

/// Whether a program that this process executes will have CAP_NET_ADMIN over this network, as `may_repair`.
[[nodiscard]] bool programs_may_repair();

/// Whether a program can be supervised: by a filter with a listener, and copies of its descriptors. Thread as above.
[[nodiscard]] Status supervision_is_possible();

/// Whether a process may reach into its descendants only, as Yama has it. Thread as above.
[[nodiscard]] bool only_ancestors_may_reach();

}  // namespace wsalive::attach
