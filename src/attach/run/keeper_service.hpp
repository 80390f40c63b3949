// What stands beside a program that `wsalive run` has started: values for each connection (seccomp), or a control
// group to take away at the end (bpf). run/start.hpp brings it there, and says which process is which.
#pragma once

#include <sys/types.h>

#include "base/owned.hpp"
#include "base/result.hpp"

namespace wsalive::attach {

/// The functions run in the process that their comment names.
class KeeperService {
 public:
  KeeperService() = default;
  KeeperService(const KeeperService&) = delete;
  KeeperService& operator=(const KeeperService&) = delete;
  virtual ~KeeperService() = default;

  /// In the process that is to execute the program. \return a descriptor for the keepers, or none.
  [[nodiscard]] virtual Result<Fd> prepare_program() = 0;
  /// In a keeper: takes what prepare_program gave.
  [[nodiscard]] virtual Status take(Fd from_program) = 0;
  /// In the keeper that serves first: whether it can do its work for that process.
  [[nodiscard]] virtual Status reach(pid_t program) = 0;
  /// In a keeper: what to poll, and for which events, for what happens from this call on. -1 before `take`, if there is
  /// nothing yet.
  struct Watch {
    int fd;
    short events;
    int patience_ms = -1;  ///< A keeper looks after that long without an event, too; -1: never.
  };
  [[nodiscard]] virtual Watch watch() const = 0;
  /// In the keeper that serves: the watched descriptor is ready.
  virtual void serve() = 0;
  /// In a keeper that begins to serve: ends what one before it may have begun.
  virtual void resume() {}
  /// In a new keeper: closes what the one that started it has opened to serve.
  virtual void forget() noexcept {}
  /// In a keeper: no process that we were beside is left.
  [[nodiscard]] virtual bool all_gone() const = 0;
  /// In the last keeper and in a front, at the end of what is theirs: takes away what nobody needs any more.
  virtual void clean_up() noexcept {}
  /// Whether the program would feel the keeper's death: then two stand beside it.
  [[nodiscard]] virtual bool needs_successor() const noexcept = 0;
};

}  // namespace wsalive::attach
