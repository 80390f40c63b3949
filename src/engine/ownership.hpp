// Who drives a connection that several processes have after a fork.
#pragma once

#include "engine/slot.hpp"

namespace wsalive::engine {

class Ownership {
 public:
  Ownership() = default;
  Ownership(const Ownership&) = delete;
  Ownership& operator=(const Ownership&) = delete;
  virtual ~Ownership() = default;

  /// Tries to become the one process that drives this inherited connection. Under the engine's lock.
  [[nodiscard]] virtual bool claim(const Slot& slot) noexcept = 0;
  /// Lets another process have a connection that was shared by a fork. Under the engine's lock.
  virtual void yield(const Slot& slot) noexcept = 0;
};

/// A process alone.
class SoleOwner final : public Ownership {
 public:
  bool claim(const Slot& /*slot*/) noexcept override { return true; }
  void yield(const Slot& /*slot*/) noexcept override {}
};

}  // namespace wsalive::engine
