// Sockets that are watched together: those of one completion port, polled by the port's own threads; those whose
// operations belong to no port, polled by the reactor's thread; those that have selected network events, polled by
// the watcher's thread. The polling thread handles the edges.
#pragma once

#include <atomic>
#include <cstdint>

#include "kernel/completion_port.hpp"
#include "os/socket/epoll_set.hpp"

namespace wsalive::winsock {

/// The receiver of edges. It is never destroyed, because an edge with its token may come late.
class EdgeTaker {
 public:
  /// An edge of that generation of its watching.
  virtual void edge(std::uint16_t generation, os::Readiness found) noexcept = 0;

 protected:
  ~EdgeTaker() = default;
};

class WatchSet final : public kernel::PortPoller {
 public:
  /// Polls; any number of threads.
  void poll(Instant deadline) noexcept override;
  void kick() noexcept override { set_.kick(); }
  void end() noexcept override { ended_.store(true, std::memory_order_relaxed); }

  /// As poll, once and without waiting, for a thread that is not one of the port's: passes a kick on, which was meant for
  /// one of the port's threads.
  void visit() noexcept;

  /// Waits for edges until the deadline, and calls their receivers. \return whether it was kicked.
  bool carry_on(Instant deadline) noexcept;

  [[nodiscard]] bool good() const noexcept { return set_.good(); }
  [[nodiscard]] os::EpollSet& sockets() noexcept { return set_; }

  /// Threads that poll now.
  [[nodiscard]] int polling() const noexcept { return polling_.load(); }
  /// Counts up whenever a thread has polled.
  [[nodiscard]] std::uint64_t polls() const noexcept {
    return polls_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] bool ended() const noexcept { return ended_.load(std::memory_order_relaxed); }

  /// Operations that wait here.
  std::atomic<std::size_t> pending{0};

  /// For the child of a fork, which must not touch its parent's instance.
  void renew() noexcept;

 private:
  os::EpollSet set_;
  std::atomic<int> polling_{0};
  std::atomic<std::uint64_t> polls_{0};
  std::atomic<bool> ended_{false};
};

/// The token of a receiver in one generation of its watching.
[[nodiscard]] std::uint64_t token_of(const EdgeTaker& taker, std::uint16_t generation) noexcept;

}  // namespace wsalive::winsock
