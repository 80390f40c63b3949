// Chooses each connection's driver and lets it look when it is due.
//
// All that the engine decides is decided here, without a thread, a lock or a clock: the instant comes
// in as a parameter, so that tests run hours in microseconds. The caller holds the engine's lock.
// Before every look the socket's cookie is compared: a descriptor that now means another socket is
// dropped without being touched.
#pragma once

#include <optional>

#include "engine/drivers/rearm.hpp"
#include "engine/drivers/repair.hpp"
#include "engine/due_heap.hpp"
#include "engine/engine.hpp"
#include "engine/ownership.hpp"
#include "engine/probe_driver.hpp"
#include "engine/slot.hpp"
#include "engine/slot_publisher.hpp"

namespace wsalive::engine {

/// Whether connections can be driven at all: not where no thread can be started.
enum class Driving : bool { kernel_only, possible };

/// What is known of the kernel's own SO_KEEPALIVE.
enum class KernelSwitch : bool { unknown, on };

/// What is to be in force, and how it may be done.
struct Order {
  policy::SourcedTiming wanted;
  KernelSwitch kernel = KernelSwitch::unknown;
  Driving driving = Driving::possible;
};

class Conductor {
 public:
  Conductor(const DriverParts& parts, SlotTable& slots, Ownership& ownership);

  /// Keep-alive goes on, or its values change while it is on. On failure nothing has changed.
  [[nodiscard]] Status start(int fd, Slot& slot, const Order& order, Instant now);

  /// Keeps what was asked of a socket; nothing is in force by the engine any more. The socket is not touched.
  void note(int fd, Slot& slot, const Asked& asked) noexcept;

  /// Keeps values for the next time that keep-alive goes on. \return false where it is on: nothing has changed then.
  [[nodiscard]] bool keep_values(int fd, Slot& slot, const policy::SourcedTiming& wanted) noexcept;

  /// The kernel's switch has just been set off: nothing is driven, the values stay for the next time.
  void stop(int fd, Slot& slot) noexcept;

  /// Forgets what was turned off without the lock: nothing is driven, the kernel has the values.
  void sweep() noexcept;

  /// All that are driven are the kernel's alone from now on.
  void leave_to_kernel(Instant now) noexcept;

  /// Nothing is kept of the descriptor; its socket is not touched.
  void drop(int fd, Slot& slot) noexcept;

  /// The socket's state, or a value that counts for the choice, has changed: chooses again.
  void reconsider(int fd, Slot& slot, Driving driving, Instant now);

  /// Sets TCP_USER_TIMEOUT so that keep-alive's end is not touched by it, and chooses again.
  [[nodiscard]] Status limit_retransmission(int fd, Slot& slot, int milliseconds, Driving driving,
                                            Instant now);

  [[nodiscard]] bool idle() const noexcept { return due_.empty(); }
  /// When the first connection is due; not while idle.
  [[nodiscard]] Instant next_due() const noexcept { return due_.first_due(); }
  /// Looks at the first connection if it is due; false if none is.
  bool run_first(Instant now);

  /// Stops driving without a touch: another process does.
  void abandon(int fd, Slot& slot) noexcept;
  /// All that are driven, in no useful order. `body` may drop or abandon its own, and may be called twice for one: taking
  /// one out moves others to places that have been passed.
  template <typename Body>
  void for_each_driven(Body&& body) {
    for (std::size_t before = due_.size() + 1; due_.size() < before;) {
      before = due_.size();
      for (std::size_t i = before; i > 0; --i) {
        if (i > due_.size()) continue;
        const int fd = due_.at(i - 1);
        body(fd, slots_.at(fd));
      }
    }
  }
  /// The connection is another process's to drive (`Engine::stand_by`).
  void stand_by(int fd, Slot& slot, const SharedCourse& connection, std::uint32_t family) noexcept;
  /// After a fork: the parent gives back what was borrowed, and the table is published anew.
  void lost_in_child() noexcept;

  [[nodiscard]] const DriverParts& parts() const noexcept { return parts_; }

 private:
  struct Choice {
    policy::DriverChoice made;
    bool plain;  ///< The kernel itself can have the values of a driven connection.
  };

  /// Chooses a driver and lets it begin, without a look. On failure nothing has changed.
  [[nodiscard]] Status put_in_force(int fd, Slot& slot, const Order& order) noexcept;
  [[nodiscard]] Choice choose(int fd, const Order& order, bool has_user_timeout) noexcept;
  void take_back(int fd, Slot& slot, const Asked& before, bool was_in_force) noexcept;
  /// Puts the same values in force anew. \return false where there is nothing to choose.
  bool choose_anew(int fd, Slot& slot, Driving driving) noexcept;
  void forget_connection(int fd, Slot& slot) noexcept;
  [[nodiscard]] Status install(int fd, Slot& slot, const policy::SourcedTiming& wanted,
                               const Choice& choice) noexcept;
  /// Interval, count and idle time; interval and count that the kernel has `already` are left alone.
  [[nodiscard]] Status write_kernel(int fd, const policy::Timing& timing,
                                    const os::KernelKeepAlive& already = {}) noexcept;
  [[nodiscard]] ProbeDriver* driver(Driver which) noexcept;
  void let_go(int fd, Slot& slot) noexcept;
  void leave_values(int fd, const Slot& slot) noexcept;
  [[nodiscard]] bool let_go_if_off(int fd, Slot& slot) noexcept;
  /// Whether a driver is to look: after each time that values are put in force.
  [[nodiscard]] bool has_driver(const Slot& slot) noexcept;
  /// Looks, and again as long as a look leads to another choice.
  void look(int fd, Slot& slot, Instant now);
  [[nodiscard]] Instant after_absence(Instant now) noexcept;
  /// \return whether another look must follow.
  [[nodiscard]] bool conclude(int fd, Slot& slot, const Next& next) noexcept;
  void become_listener(int fd, Slot& slot) noexcept;
  void take_outside_values(int fd, Slot& slot) noexcept;
  [[nodiscard]] bool is_driven_here(const Slot& other) noexcept;
  [[nodiscard]] bool stands_by(int fd, Slot& slot, Instant now) noexcept;

  DriverParts parts_;
  SlotTable& slots_;
  Ownership& ownership_;
  DueHeap due_;
  RearmDriver rearm_;
  RepairDriver repair_;
  SlotPublisher publisher_;
  // Looks that an absence has delayed.
  unsigned queued_ = 0;
  Instant queue_ends_{};
};

}  // namespace wsalive::engine
