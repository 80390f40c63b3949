// After a fork several processes have the same connections: exactly one drives each of them.
//
// A process that forks while it drives makes a lock file and takes all of it: byte `cookie` stands for
// the connection of that cookie. Its children inherit the descriptor, not the locks, and stand by:
// whenever a probe could be due, a child tries to take the connection's byte. It succeeds when the
// process that had it has ended (the kernel drops its locks), has execed, or has closed that
// connection (`yield`); from then on the child drives, and the others stand by for it. So there are
// never two, without a message between the processes.
//
// A child that forks in its turn makes a file of its own for the connections that it opened itself;
// its children inherit both. After kGenerations of that, children leave the connections to the
// kernel's own values.
//
// A connection that is handed to a process of another family is shared in the same way: the lock file goes with it.
#pragma once

#include <array>
#include <optional>

#include "engine/conductor.hpp"
#include "engine/ownership.hpp"
#include "os/file/lock_file.hpp"

namespace wsalive::engine {

class ForkFamily final : public Ownership {
 public:
  bool claim(const Slot& slot) noexcept override;
  void yield(const Slot& slot) noexcept override;
  Arbiter share(Slot& slot) noexcept override;
  std::optional<std::uint32_t> family_of(std::uint64_t id) const noexcept override;
  std::optional<std::uint32_t> join(Fd arbiter) noexcept override;

  /// Before a fork, under the engine's lock: what is driven here stays here.
  void before_fork(Conductor& conductor) noexcept;
  /// In the child, under the engine's lock: what was driven is stood by for.
  void in_child(Conductor& conductor) noexcept;

 private:
  static constexpr std::size_t kFiles = 16;        // What Course::family counts.
  static constexpr std::size_t kGenerations = 12;  // The rest is for files of other families.

  /// Makes this process's file if need be. \return false if there is none.
  bool have_file() noexcept;
  /// Puts the connection under this process's file.
  void mark_shared(Slot& slot) const noexcept;

  std::array<std::optional<os::LockFile>, kFiles> files_;
  std::size_t own_ = 0;  ///< Whose number the connections opened here bear.
};

}  // namespace wsalive::engine
