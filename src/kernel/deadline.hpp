// Until when a call waits: a Windows count of milliseconds turned into an instant once, at the call's
// start, so that a wait that is woken and goes on does not start its time again.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.hpp"
#include "os/clock.hpp"

namespace wsalive::kernel {

class Deadline {
 public:
  static constexpr std::uint32_t kInfinite = 0xffff'ffff;

  [[nodiscard]] static Deadline never() noexcept { return Deadline{Instant::max()}; }
  /// Already past: look once, do not sleep.
  [[nodiscard]] static Deadline at_once() noexcept { return Deadline{Instant::min()}; }
  /// A program's time-out: 0 looks once, kInfinite has no end, anything else is milliseconds from now.
  [[nodiscard]] static Deadline after(std::uint32_t milliseconds) noexcept {
    if (milliseconds == 0) return at_once();
    if (milliseconds == kInfinite) return never();
    return Deadline{os::monotonic_clock().now() + std::chrono::milliseconds{milliseconds}};
  }

  [[nodiscard]] bool looks_once() const noexcept { return instant_ == Instant::min(); }
  [[nodiscard]] Instant instant() const noexcept { return instant_; }

 private:
  explicit Deadline(Instant instant) noexcept : instant_(instant) {}
  Instant instant_;
};

}  // namespace wsalive::kernel
