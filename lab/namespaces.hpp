// Network namespaces as made-up hosts, without root.
//
// A process first moves into namespaces of its own (enter_private_namespaces), once, while it has
// one thread only. From then on it may make as many network namespaces as it likes, and any of its
// threads may step into one for a while (Visit). A socket belongs to the namespace in which it was
// made, for ever; so one test can hold a client's and a server's socket side by side.
//
// A namespace lives as long as something holds it: a descriptor here, a socket, a visiting thread.
// When the process ends, everything goes, however it ends.
#pragma once

#include <string>
#include <string_view>

#include "base/owned.hpp"
#include "base/result.hpp"
#include "lab/command.hpp"

namespace wsalive::lab {

/// Moves the process into a network and a mount namespace of its own; where the right to do so is
/// missing, into a user namespace as well, in which it is root. Loopback is up.
///
/// Errors  EPERM, EACCES, ENOSPC, EINVAL and whatever else the kernel says; `attempt` names the
///         step. A child tries first, so that a refusal leaves the process where it was.
/// Thread  Only while the process has a single thread.
[[nodiscard]] Status enter_private_namespaces();

/// A network namespace that is held open.
class NetworkNamespace {
 public:
  /// A new one, empty but for its loopback interface, which is up.
  [[nodiscard]] static Result<NetworkNamespace> create();
  /// The one in which the calling thread stands.
  [[nodiscard]] static Result<NetworkNamespace> current();

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  /// A path by which other programs (`ip link set ... netns PATH`) reach it while this object lives.
  [[nodiscard]] std::string path() const;

 private:
  explicit NetworkNamespace(Fd fd) noexcept : fd_(std::move(fd)) {}
  Fd fd_;
};

/// While it lives, the calling thread stands in another namespace: sockets that it makes, programs
/// that it starts and /proc/sys/net that it sees are that host's. Visits nest.
class Visit {
 public:
  explicit Visit(const NetworkNamespace& there);
  ~Visit();
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

 private:
  Fd home_;
};

/// Writes /proc/sys/`name` in the calling thread's namespace: `set_sysctl("net/ipv4/ip_forward", "1")`.
[[nodiscard]] Setup<void> set_sysctl(std::string_view name, std::string_view value);

}  // namespace wsalive::lab
