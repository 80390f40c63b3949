// What a thread that waits for descriptors is woken by: a descriptor that another thread makes readable.
#pragma once

#include "base/fd.hpp"

namespace wsalive::os {

class WakeEvent {
 public:
  /// Makes the descriptor. The owner only. \return false where the host gives none.
  [[nodiscard]] bool make() noexcept;

  /// -1 before make().
  [[nodiscard]] int descriptor() const noexcept { return event_.get(); }

  /// Makes it readable. Any thread, once it is made.
  void tell() const noexcept;

  /// Makes it unreadable again.
  void clear() const noexcept;

 private:
  Fd event_;
};

}  // namespace wsalive::os
