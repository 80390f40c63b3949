// The engine: chooses a driver for each connection, writes the kernel's values, reads back.
//
// The usual case takes no lock and makes no call but the program's own: a socket that is switched on
// again with the timing that the kernel already has costs one comparison and SO_KEEPALIVE. All else
// is done under one lock.
#pragma once

#include <mutex>

#include "base/clock.hpp"
#include "engine/engine.hpp"
#include "engine/host.hpp"
#include "engine/plan.hpp"
#include "engine/slot_table.hpp"

namespace wsalive::engine {

class KernelEngine final : public Engine {
 public:
  KernelEngine(Host& host, const Clock& clock) noexcept : host_(host) { (void)clock; }

  Status switch_on(int fd, const policy::SourcedTiming& wanted, KernelSwitch already) override;
  Status switch_off(int fd) override;
  void forget(int fd) noexcept override;
  InForce in_force(int fd, const policy::SourcedTiming& wanted) const override;
  Death cause_of_death(int fd, int error) const noexcept override;

 private:
  Status switch_on_anew(int fd, Slot& slot, const policy::SourcedTiming& wanted, const Plan& plan,
                        KernelSwitch already);
  bool is_same_socket(int fd, const Slot& slot) const noexcept;
  /// Writes what the plan says; on failure puts the earlier values back.
  Status write(int fd, const Plan& plan, KernelSwitch already);

  Host& host_;
  SlotTable slots_;
  std::mutex lock_;
};

}  // namespace wsalive::engine
