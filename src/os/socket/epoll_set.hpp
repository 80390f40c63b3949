// epoll under neutral names, edge-triggered: a set that many threads wait for, and a small one beside a poll.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/clock.hpp"
#include "base/owned.hpp"
#include "os/socket/poll.hpp"

namespace wsalive::os {

/// One edge.
struct Edge {
  std::uint64_t token = 0;
  Readiness found = 0;
};

/// Descriptors, each with a token of the caller's choice, and any number of threads that wait for them. An edge wakes one
/// thread: of several, the one that began to wait last.
///
/// Any thread may call anything. A forked child shares its parent's instance and must not use it.
class EpollSet {
 public:
  /// Not good() where the host gives no more descriptors.
  EpollSet() noexcept;

  [[nodiscard]] bool good() const noexcept { return epoll_ && wake_; }

  /// Watches a descriptor; what it is ready for already is an edge. kPeerEnded, kFailed and kHungUp are always
  /// watched. \return 0 or an errno below 0.
  [[nodiscard]] int add(int fd, Readiness wanted, std::uint64_t token) noexcept;
  /// Watches for something else too; edges as for `add`.
  [[nodiscard]] int change(int fd, Readiness wanted, std::uint64_t token) noexcept;
  void remove(int fd) noexcept;

  struct Waited {
    std::size_t edges = 0;
    bool kicked = false;
  };
  /// Waits for edges until the deadline (Instant::max(): for ever; one in the past: looks once). May return
  /// early with none. Edges beyond out.size() stay for the next call.
  [[nodiscard]] Waited wait(std::span<Edge> out, Instant deadline) noexcept;

  /// Ends one wait, or the next one.
  void kick() noexcept;

 private:
  Fd epoll_;
  Fd wake_;
};

/// Descriptors whose present state is known, so that only changes count. poll reports a broken connection each time,
/// whatever the caller wants; this set reports each change once.
///
/// One thread. A descriptor that is closed leaves the set.
class EdgeSet {
 public:
  /// A descriptor that is new here counts as changed. \return false if the host has no room for it.
  [[nodiscard]] bool add(int fd) noexcept;

  /// Forgets all changes until now.
  void drain() noexcept;

  /// For a poll: readable when something has changed. The poll ignores it until something is added.
  [[nodiscard]] Watched watched() const noexcept { return {epoll_.get(), kReadable}; }

 private:
  Fd epoll_;
};

}  // namespace wsalive::os
