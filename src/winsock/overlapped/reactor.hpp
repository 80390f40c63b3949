// The one thread that completes what no thread of the program does: operations of sockets without a port, and
// those of ports whose threads are all busy for longer than kLook.
//
// It starts with the first operation that must wait and stays. It sleeps for as long as every port that has
// operations waiting is polled by a thread of its own; while such threads come and go it looks every
// kLook, and after kQuietLooks looks that found nothing to do it sleeps again until a port is left alone.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "winsock/overlapped/watch_set.hpp"
#include "winsock/service_thread.hpp"

namespace wsalive::winsock {

class Reactor {
 public:
  static constexpr std::chrono::milliseconds kLook{5};
  static constexpr int kQuietLooks = 100;

  /// The set of sockets without a port.
  [[nodiscard]] WatchSet& own() noexcept { return own_; }

  /// A new port's set, which is looked after from now on. Throws std::bad_alloc.
  [[nodiscard]] std::shared_ptr<WatchSet> make_set();

  /// An operation waits in that set. \return false where the thread cannot be started.
  [[nodiscard]] bool begin_waiting(WatchSet& set) noexcept;

  /// The last thread that polled the set has stopped.
  void left_alone(WatchSet& set) noexcept;

  /// Around a fork.
  void lock_for_fork() noexcept { mutex_.lock(); }
  void unlock_for_fork() noexcept { mutex_.unlock(); }
  void begin_anew_in_child() noexcept;

 private:
  struct Port {
    std::shared_ptr<WatchSet> set;
    std::uint64_t polls = 0;
  };

  static void* body(void* reactor) noexcept;
  void loop() noexcept;
  [[nodiscard]] bool look_after_ports() noexcept;
  [[nodiscard]] bool fall_asleep() noexcept;

  WatchSet own_;
  ServiceThread thread_;
  std::atomic<bool> asleep_{false};
  std::mutex mutex_;  // Guards what follows.
  std::vector<Port> ports_;
};

[[nodiscard]] Reactor& reactor() noexcept;

// A fork, seen from overlapped I/O: the child has the sockets and their ports, but no operation; what waits in
// the parent is the parent's.

/// Installs the handlers, once, before the first operation.
void prepare_for_forks() noexcept;

}  // namespace wsalive::winsock
