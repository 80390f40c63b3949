// The engine's conductor over a simulated kernel: hours of keep-alive in microseconds.
//
// `run_for` lets the kernel, the peers and the engine act in the order of their instants; a stalled
// engine is left out. Instants are milliseconds since the simulation's beginning.
#pragma once

#include <chrono>
#include <vector>

#include "engine/conductor.hpp"
#include "support/asked.hpp"
#include "support/interrupted_host.hpp"
#include "support/simulated_kernel.hpp"

namespace wsalive::test {

class Simulation {
 public:
  using Millis = std::chrono::milliseconds;

  explicit Simulation(int longest_idle_s = os::kLongestSeconds)
      : conductor_({host, {}, longest_idle_s, &kernel}, slots_, sole_) {}

  Status switch_on(int fd, const policy::SourcedTiming& wanted) {
    return conductor_.start(fd, slot(fd), {wanted}, kernel.now());
  }
  void switch_off(int fd) {
    (void)kernel.set_switch(fd, os::Switch::off);
    conductor_.stop(fd, slot(fd));
  }

  Status limit_retransmission(int fd, int milliseconds) {
    return conductor_.limit_retransmission(fd, slot(fd), milliseconds, engine::Driving::possible,
                                           kernel.now());
  }

  void run_for(Millis time) {
    const Instant target = kernel.now() + time;
    for (;;) {
      const bool has_due = !stalled && !conductor_.idle();
      const Instant due = has_due ? conductor_.next_due() + engine_delay : Instant::max();
      const Instant next = std::min(due, kernel.next_event());
      if (next > target || kernel.now() > target) break;  // A look may take time.
      kernel.advance_to(std::max(next, kernel.now()));
      if (next == due) ++wakes;
      while (!stalled && !conductor_.idle() && kernel.now() <= target &&
             conductor_.next_due() + engine_delay <= kernel.now()) {
        conductor_.run_first(kernel.now());
        ++looks;
      }
    }
    kernel.advance_to(std::max(target, kernel.now()));
  }

  [[nodiscard]] std::vector<Millis> probes(int fd) const {
    return kernel.instants(fd, OnWire::probe);
  }
  [[nodiscard]] std::vector<Millis> resets(int fd) const {
    return kernel.instants(fd, OnWire::reset);
  }
  [[nodiscard]] engine::Slot& slot(int fd) { return slots_.at(fd); }
  [[nodiscard]] engine::Conductor& conductor() noexcept { return conductor_; }
  [[nodiscard]] policy::DriverKind driver(int fd) {
    return engine::kind_of(engine::course_of(slot(fd)));
  }

  SimulatedKernel kernel;
  InterruptedHost host{kernel};  ///< The kernel as the engine sees it.
  bool stalled = false;          ///< The engine's thread does not run.
  std::chrono::nanoseconds engine_delay{};
  unsigned looks = 0;
  unsigned wakes = 0;  ///< Instants with looks.

 private:
  engine::SlotTable slots_;
  engine::SoleOwner sole_;
  engine::Conductor conductor_;
};

}  // namespace wsalive::test
