// Windows timing on a socket of another program, where no engine of ours drives and the kernel alone keeps the
// time. The kernel has whole seconds, 1 to 32,767, and a count up to 127.
//
// Pure layer. The idle time is rounded down, because a path forgets at a fixed time and a late probe
// is useless; it can be rounded up on request. The interval is rounded up. Then the count
// and, if that is not enough, the interval grow until the end is not before the wanted one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "policy/driver_choice.hpp"
#include "policy/timing_in_force.hpp"
#include "policy/units.hpp"

namespace wsalive::policy {

/// How an idle time with a fraction of a second is rounded.
enum class RoundIdle : std::uint8_t { down, up };

/// What is written into the kernel: seconds, seconds and a count; and how long data may wait for its acknowledgement.
struct KernelFit {
  std::uint32_t idle_s = 1;
  std::uint32_t interval_s = 1;
  std::uint32_t probes = 1;
  std::optional<std::uint32_t>
      user_timeout_ms{};  ///< TCP_USER_TIMEOUT, 0 for none; nullopt: it stays as it is.

  friend constexpr bool operator==(const KernelFit&, const KernelFit&) = default;
};

/// The kernel's values for `wanted`.
///
/// \param wanted  At least one probe; N = 0 means that keep-alive stays off, and the caller handles that.
/// \return Idle within 1..32,767 s: sooner than wanted above that range, later below 1 s. The end
///         T + N x I is never before the wanted one unless the kernel's largest values end sooner.
///
/// Source: OURS; K-52 for the end.
constexpr KernelFit fit_to_kernel(const Timing& wanted, RoundIdle rounding) noexcept {
  constexpr std::uint64_t kLongest = kLongestKernelTime.count();
  constexpr std::uint64_t kMost = kLargestKernelCount;
  const auto clamp = [&](std::uint64_t value) {
    return std::clamp<std::uint64_t>(value, 1, kLongest);
  };

  const std::uint64_t idle = clamp(rounding == RoundIdle::down ? seconds_down(wanted.idle).count()
                                                               : seconds_up(wanted.idle).count());
  const std::uint64_t end_ms =
      wanted.idle.count() + std::uint64_t{wanted.probes} * wanted.interval.count();
  const std::uint64_t rest_s = end_ms > idle * 1000 ? (end_ms - idle * 1000 + 999) / 1000 : 0;

  std::uint64_t interval = clamp(seconds_up(wanted.interval).count());
  // The wanted count stays where it ends late enough.
  std::uint64_t probes = std::max<std::uint64_t>(std::min<std::uint64_t>(wanted.probes, kMost), 1);
  if (probes * interval < rest_s) probes = std::min(kMost, (rest_s + interval - 1) / interval);
  if (probes * interval < rest_s) interval = clamp((rest_s + probes - 1) / probes);
  return {.idle_s = static_cast<std::uint32_t>(idle),
          .interval_s = static_cast<std::uint32_t>(interval),
          .probes = static_cast<std::uint32_t>(probes),
          .user_timeout_ms = {}};
}

/// The fit as timing again, to compare with what was wanted.
constexpr Timing as_timing(const KernelFit& fit) noexcept {
  return {.idle = DwordMillis{fit.idle_s * 1000},
          .interval = DwordMillis{fit.interval_s * 1000},
          .probes = static_cast<std::uint8_t>(fit.probes)};
}

}  // namespace wsalive::policy
