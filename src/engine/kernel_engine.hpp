// The engine: the conductor behind a lock, and the thread that wakes it.
//
// The usual case takes no lock and makes no call but the program's own: a socket that is switched off, or on
// again with the timing that the kernel already has, costs one comparison and SO_KEEPALIVE. All else
// is done under one lock, which is never held while waiting.
#pragma once

#include <atomic>
#include <mutex>

#include "base/clock.hpp"
#include "engine/conductor.hpp"
#include "engine/engine.hpp"
#include "engine/engine_thread.hpp"
#include "engine/fork_family.hpp"
#include "engine/host.hpp"
#include "engine/slot.hpp"

namespace wsalive::engine {

class KernelEngine final : public Engine, private EngineThread::Work {
 public:
  KernelEngine(const DriverParts& parts, const Clock& clock, Ownership& ownership);

  Status switch_on(int fd, const policy::SourcedTiming& wanted) override;
  Status switch_off(int fd) override;
  void own(int fd) noexcept override;
  void moves(int fd) noexcept override;
  std::optional<Asked> asked(int fd) const noexcept override;
  Status take_over(int fd, const Asked& asked) noexcept override;
  Status set_switch(int fd, const void* program_value,
                    const policy::SourcedTiming& wanted) override;
  Status set_values(int fd, const policy::SourcedTiming& wanted) override;
  void reconsider(int fd) noexcept override;
  Status limit_retransmission(int fd, int milliseconds) override;
  void forget(int fd) noexcept override;
  SharedConnection share(int fd) noexcept override;
  bool needs_lock_file(const SharedCourse& connection) const noexcept override;
  void stand_by(int fd, const SharedCourse& connection, Fd lock_file) noexcept override;
  void leave_to_kernel() noexcept override;
  InForce in_force(int fd, const policy::SourcedTiming& wanted) const override;
  CloseCause close_cause(int fd, int error) const noexcept override;

  // Around a fork: the lock is held from before until after, in the parent and in the child.
  void before_fork(ForkFamily& family) noexcept;
  void in_parent() noexcept { lock_.unlock(); }
  void in_child(ForkFamily& family) noexcept;

 private:
  std::optional<Instant> run(Instant now) noexcept override;
  bool let_end() noexcept override;

  void let_thread_go() noexcept;
  /// The kernel's switch is off already.
  void note_off(int fd, Slot& slot) noexcept;
  void sweep_soon() noexcept;
  void sweep(Instant now) noexcept;
  [[nodiscard]] bool is_same_socket(int fd, const Slot& slot) const noexcept;
  /// Runs `body`, which may give connections to drive, under the lock and wakes the thread for them.
  template <typename Body>
  Status with_thread(Body&& body);

  Host& host_;
  const Clock& clock_;
  Ownership& ownership_;
  SlotTable slots_;
  std::atomic<Instant> sweep_at_{Instant::max()};  ///< When to look for what was turned off.
  std::mutex leaving_;  ///< Held by the one that ends the thread. Before lock_.
  mutable std::mutex lock_;
  Conductor conductor_;
  EngineThread thread_;  // Last: it ends before what it works on.
};

}  // namespace wsalive::engine
