// The one thread that completes operations where no thread of the program does: those of sockets without a port, and
// those of ports whose threads are all busy for longer than kLook.
//
// It starts with the first operation that must wait and never ends. It sleeps as long as each port with waiting
// operations has a thread that polls it. While such threads come and go, it checks every
// kLook. After kQuietLooks checks without work it sleeps again, until the last thread of a port stops polling.
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

  /// A new port's set, which the reactor checks from now on. Throws std::bad_alloc.
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

// Fork: the child has the sockets and their ports, but none of the parent's waiting operations.

/// Installs the handlers, once, before the first operation.
void prepare_for_forks() noexcept;

}  // namespace wsalive::winsock
