// Who drives a connection that several processes have after a fork.
#pragma once

#include <cstdint>
#include <optional>

#include "base/owned.hpp"
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

  /// A file that decides among processes, with a number that is the same in all of them.
  struct Arbiter {
    std::uint64_t id = 0;  ///< 0: there is none.
    int descriptor = -1;   ///< Stays the owner's.
  };
  /// Makes sure that other processes can only stand by for this driven connection. Under the engine's lock.
  [[nodiscard]] virtual Arbiter share(Slot& slot) noexcept = 0;
  /// The number of an arbiter for Course::family; nullopt if it is not known.
  [[nodiscard]] virtual std::optional<std::uint32_t> family_of(std::uint64_t id) const noexcept = 0;
  /// Takes a new one; nullopt where there is no room.
  [[nodiscard]] virtual std::optional<std::uint32_t> join(Fd arbiter) noexcept = 0;
};

/// A process alone.
class SoleOwner final : public Ownership {
 public:
  bool claim(const Slot& /*slot*/) noexcept override { return true; }
  void yield(const Slot& /*slot*/) noexcept override {}
  Arbiter share(Slot& /*slot*/) noexcept override { return {}; }
  std::optional<std::uint32_t> family_of(std::uint64_t /*id*/) const noexcept override {
    return std::nullopt;
  }
  std::optional<std::uint32_t> join(Fd /*arbiter*/) noexcept override { return std::nullopt; }
};

}  // namespace wsalive::engine
