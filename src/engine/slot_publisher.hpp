// Keeps the published table (published_table.hpp) in step with the slots.
//
// The table comes into being with the first connection that needs it. Where the host refuses it, the
// engine works without. Under the engine's lock.
#pragma once

#include <optional>

#include "engine/slot.hpp"
#include "engine/tick_grid.hpp"
#include "os/memory/published_memory.hpp"

namespace wsalive::engine {

class SlotPublisher {
 public:
  SlotPublisher(const SlotTable& slots, const TickGrid& ticks) noexcept
      : slots_(slots), ticks_(ticks) {}

  /// Publishes a slot as it is now; one that the engine does not drive is taken out.
  void update(int fd) noexcept;

  /// After a fork the mapping is the parent's: the child lets go of it, and tells anew when asked.
  void lost_in_child() noexcept { memory_.reset(); }

 private:
  void open() noexcept;

  const SlotTable& slots_;
  TickGrid ticks_;
  std::optional<os::PublishedMemory> memory_;
  bool was_refused_ = false;
};

}  // namespace wsalive::engine
