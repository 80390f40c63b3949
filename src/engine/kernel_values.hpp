// Between a Windows timing and the kernel's whole seconds.
//
// Pure. Seconds are rounded up, so that nothing happens early (K-57); `from_kernel` says what the kernel
// then really does.
#pragma once

#include <algorithm>
#include <cstdint>

#include "os/tcp/keepalive_values.hpp"
#include "policy/driver_choice.hpp"
#include "policy/timing_in_force.hpp"

namespace wsalive::engine {

constexpr policy::DwordMillis from_seconds(int seconds) noexcept {
  return policy::DwordMillis{static_cast<std::uint32_t>(seconds) * 1000U};
}

/// A timing that the kernel keeps, in its own values.
constexpr os::KernelKeepAlive in_kernel(const policy::Timing& timing) noexcept {
  const auto seconds = [](policy::DwordMillis time) {
    return static_cast<int>(
        std::clamp<std::uint32_t>(policy::seconds_up(time).count(), 1, os::kLongestSeconds));
  };
  return {os::Switch::on, seconds(timing.idle), seconds(timing.interval),
          std::clamp<int>(timing.probes, 1, os::kLargestCount)};
}

/// And back.
constexpr policy::Timing from_kernel(const os::KernelKeepAlive& values) noexcept {
  return {from_seconds(values.idle_s), from_seconds(values.interval_s),
          static_cast<std::uint8_t>(values.probes)};
}

/// The nearest later values for any timing. Where the kernel's longest time is too short they are its
/// longest.
constexpr os::KernelKeepAlive nearest_later_in_kernel(const policy::Timing& wanted) noexcept {
  const policy::Timing later = policy::choose_driver(wanted, {.has_engine = false}, {}).actual;
  return in_kernel(later);
}

/// Values of somebody outside take the place of what was asked for, each with its source (K-96).
constexpr void adopt_outside(policy::SourcedTiming& wanted, const os::KernelKeepAlive& written,
                             const os::KernelKeepAlive& found) noexcept {
  if (found.idle_s != written.idle_s) {
    wanted.timing.idle = from_seconds(found.idle_s);
    wanted.idle_from = policy::Source::outside;
  }
  if (found.interval_s != written.interval_s) {
    wanted.timing.interval = from_seconds(found.interval_s);
    wanted.interval_from = policy::Source::outside;
  }
  if (found.probes != written.probes) {
    wanted.timing.probes = static_cast<std::uint8_t>(found.probes);
    wanted.probes_from = policy::Source::outside;
  }
}

}  // namespace wsalive::engine
