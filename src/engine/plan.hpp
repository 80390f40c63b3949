// Which driver a connection gets, and what the kernel is given for it.
//
// Pure: a value from values. "Actual" is what the connection then does; it differs from what was
// asked for only where the host cannot reach it, and then lies later (K-57).
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/in_force.hpp"
#include "os/keepalive_values.hpp"
#include "policy/keepalive.hpp"

namespace wsalive::engine {

struct Plan {
  DriverKind driver = DriverKind::off;
  policy::Timing actual;
  os::KernelKeepAlive kernel;  ///< What is written; `kernel.on` says whether the switch goes on.
};

/// Whole seconds, rounded up, within what the kernel keeps.
constexpr int kernel_seconds(policy::DwordMillis time) noexcept {
  const std::uint32_t up = time.count() / 1000 + (time.count() % 1000 == 0 ? 0 : 1);
  return static_cast<int>(std::clamp<std::uint32_t>(up, 1, os::kLongestSeconds));
}

constexpr policy::DwordMillis from_seconds(int seconds) noexcept {
  return policy::DwordMillis{static_cast<std::uint32_t>(seconds) * 1000U};
}

constexpr Plan plan_for(const policy::Timing& wanted) noexcept {
  if (wanted.probes == 0) {  // K-53
    return {DriverKind::silent, wanted, {.on = os::Switch::off}};
  }
  const os::KernelKeepAlive kernel{os::Switch::on, kernel_seconds(wanted.idle),
                                   kernel_seconds(wanted.interval),
                                   std::min<int>(wanted.probes, os::kLargestCount)};
  const policy::Timing reached{from_seconds(kernel.idle_s), from_seconds(kernel.interval_s),
                               static_cast<std::uint8_t>(kernel.probes)};
  return {reached == wanted ? DriverKind::native : DriverKind::late, reached, kernel};
}

}  // namespace wsalive::engine
