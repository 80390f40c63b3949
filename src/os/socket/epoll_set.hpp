// An epoll instance under neutral names: descriptors that are watched edge-triggered, each with a token of
// the caller's, and any number of threads that wait for them; an edge goes to one of them, to the one
// that began to wait last if several do.
//
// Any thread may call anything. A forked child shares its parent's instance and must not use it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/clock.hpp"
#include "base/fd.hpp"
#include "os/socket/poll.hpp"

namespace wsalive::os {

/// One edge.
struct Edge {
  std::uint64_t token = 0;
  Readiness found = 0;
};

class EpollSet {
 public:
  /// Not good() where the host gives no more descriptors.
  EpollSet() noexcept;

  [[nodiscard]] bool good() const noexcept { return epoll_ && wake_; }

  /// Watches a descriptor; what it is ready for already is an edge. kPeerEnded, kFailed and kHungUp come
  /// unasked. \return 0 or an errno below 0.
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

}  // namespace wsalive::os
