// What the drivers write into the kernel, and how they tell whether it is still theirs.
//
// Where the kernel can say T, I and N, it has them as they are ("plain"): a stopped engine leaves the connection to the
// kernel as if there were no engine, and other readers see the truth. Any other driven connection is *parked*: the
// kernel's own values stand a few seconds behind the wanted next instant, so that a stopped engine makes probes late,
// never absent, and other readers see nearly the truth. Where the wanted silence is longer than TCP_KEEPIDLE can say,
// the kernel's switch is off in between ("resting").
#pragma once

#include <chrono>
#include <optional>

#include "engine/probe_driver.hpp"
#include "policy/timing_in_force.hpp"

namespace wsalive::engine {

class KernelBackstop {
 public:
  explicit KernelBackstop(const DriverParts& parts) noexcept : parts_(parts) {}

  /// The timing that driving really keeps: what is wanted, or the nearest later one that re-arming
  /// can do.
  [[nodiscard]] policy::Timing actual(const Slot& slot, Driver driver) const noexcept;

  /// Probes before the end: the rule of K-52 applied to the actual timing.
  [[nodiscard]] static std::uint32_t probes(const policy::Timing& actual) noexcept;

  /// Whether the kernel has the connection's own T, I and N.
  [[nodiscard]] static bool is_plain(const Slot& slot) noexcept;

  /// Interval, count and idle time: those of `actual` where they are plain, in a silence that is longer than T already
  /// with its next instant for TCP_KEEPIDLE; else behind `actual` and behind the present silence.
  [[nodiscard]] Status write_all(int fd, Slot& slot, const policy::Timing& actual,
                                 unsigned base) noexcept;

  /// TCP_KEEPIDLE, or rest, for a wanted silence: plain, or behind it.
  void park(int fd, Slot& slot, std::chrono::nanoseconds silence) noexcept;

  /// TCP_KEEPCNT for a silence that began with the kernel's count at `base`.
  void write_count(int fd, const policy::Timing& actual, unsigned base) noexcept;
  [[nodiscard]] static int count(const policy::Timing& actual, unsigned base) noexcept;

  /// Whether TCP_KEEPIDLE differs from what was written: all that the first probe of a silence rests on.
  [[nodiscard]] bool idle_changed_outside(int fd, const Slot& slot) noexcept;
  /// Whether any of the kernel's values differs from those that were written.
  [[nodiscard]] bool changed_outside(int fd, const Slot& slot, const policy::Timing& actual,
                                     unsigned base) noexcept;
  /// The values found, as somebody outside has set them over what was wanted.
  [[nodiscard]] Result<policy::SourcedTiming> outside_values(int fd, const Slot& slot,
                                                             const policy::Timing& actual,
                                                             unsigned base) noexcept;

  /// A verdict for a state in which nothing is driven; nullopt where probes are sent.
  [[nodiscard]] static std::optional<Next> not_driven(os::TcpState state, Slot& slot,
                                                      Instant now) noexcept;

 private:
  [[nodiscard]] std::chrono::milliseconds silence_so_far(int fd) noexcept;
  [[nodiscard]] std::chrono::milliseconds next_instant(int fd, const policy::Timing& actual,
                                                       unsigned base) noexcept;
  [[nodiscard]] static int interval_seconds(const Slot& slot,
                                            const policy::Timing& actual) noexcept;

  DriverParts parts_;
};

}  // namespace wsalive::engine
