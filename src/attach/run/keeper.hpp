// The keeper: a process that runs a service until no process of the program is left. It holds no resource of the program and
// blocks every signal but SIGKILL and SIGSTOP.
//
// If the keeper's death would affect the program, there are two, parent and child, with the same descriptors. The child serves.
// When the child is killed, the kernel signals the parent, which starts another child that finishes the interrupted work. When
// the child is stopped, the parent continues it. When the parent is killed, the child starts a child of its own and watches over
// it from then on. So the program is affected only if both are killed or stopped within the milliseconds that this takes.
//
// A failed call of a keeper never counts as the end of another process, never ends the keeper and never leaves a call of the
// program unanswered: the keeper retries after a pause. While children keep dying young, the parent serves in between.
#pragma once

#include <sys/types.h>

#include "attach/run/line.hpp"
#include "base/owned.hpp"
#include "base/result.hpp"

namespace wsalive::attach {

/// A service beside a program that `wsalive run` has started: it sets values on each connection (seccomp), or removes a control
/// group at the end (bpf). run/start.hpp starts it, and describes the processes. Each function runs in the process that its
/// comment names.
class KeeperService {
 public:
  KeeperService() = default;
  KeeperService(const KeeperService&) = delete;
  KeeperService& operator=(const KeeperService&) = delete;
  virtual ~KeeperService() = default;

  /// In the process that is to execute the program. \return a descriptor for the keepers, or none.
  [[nodiscard]] virtual Result<Fd> prepare_program() = 0;
  /// In a keeper: takes the descriptor of prepare_program.
  [[nodiscard]] virtual Status take(Fd from_program) = 0;
  /// In the keeper that serves first: whether it can work on that process.
  [[nodiscard]] virtual Status reach(pid_t program) = 0;
  /// In a keeper: the descriptor and events to poll for what happens from this call on. -1 before `take`, if there is none yet.
  struct Watch {
    int fd;
    short events;
    int patience_ms = -1;  ///< A keeper also checks after that long without an event; -1: never.
  };
  [[nodiscard]] virtual Watch watch() const = 0;
  /// In the keeper that serves: the watched descriptor is ready.
  virtual void serve() = 0;
  /// In a keeper that begins to serve: finishes work that its predecessor may have begun.
  virtual void resume() {}
  /// In a new keeper: closes descriptors that its parent has opened to serve.
  virtual void forget() noexcept {}
  /// In a keeper: whether no process of the program is left.
  [[nodiscard]] virtual bool all_gone() const = 0;
  /// In the last keeper and in a front, at the end: removes what is no longer needed.
  virtual void clean_up() noexcept {}
  /// Whether the keeper's death would affect the program: then there are two keepers.
  [[nodiscard]] virtual bool needs_successor() const noexcept = 0;
};

/// Starts one beside the calling process, which is to execute the program.
///
/// \param ahead  A pidfd of the process that serves before this keeper does; none: it serves at once.
/// \return the line: `send_descriptor` with what the service prepared, then `await_readiness`.
[[nodiscard]] Result<Fd> start_keeper(KeeperService& service, Fd ahead);

/// Waits until the keeper is ready, and closes the line.
[[nodiscard]] tl::expected<void, StartError> await_readiness(Fd line);

}  // namespace wsalive::attach
