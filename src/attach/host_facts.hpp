// What this host allows, found by trying: each way of reaching programs is tried on a temporary process, socket or control
// group.
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
  Status bpf;               ///< Of making a group and attaching programs to it.
  Status pins;              ///< As `pins_are_possible`.
  Status seccomp;           ///< Of installing a filter with a listener in a process.
  Status borrow;            ///< Of copying a descriptor of a child (pidfd_getfd).
  std::optional<long> ptrace_scope;  ///< Yama's; nullopt: there is no Yama.
  Status user_namespaces;            ///< Of making one with a network of its own.
  bool may_repair = false;  ///< CAP_NET_ADMIN: probes at any instant (the driver `repair`).
  Status list;              ///< Of reading the kernel's list of TCP connections.
  Status destroy;           ///< Of ending a connection by SOCK_DESTROY.
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
