// Which driver makes a connection's probes: the first that keeps its timing on this host.
//
// Pure layer: the caller measures what the host can do and passes HostFacts and ConnectionFacts.
// The order and the conditions are one table.
// A time that the host cannot reach becomes the nearest later one, never an earlier one (K-57).
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

#include "policy/timing_in_force.hpp"
#include "policy/units.hpp"

namespace wsalive::policy {

/// Who makes a connection's probes.
enum class Driver : std::uint8_t {
  none,    ///< N = 0, or there is no connection that is to be probed.
  kernel,  ///< By itself.
  rearm,   ///< The kernel, at the engine's sign.
  repair,  ///< The engine.
};

/// How a driver that was chosen reads: which it is, and whether it keeps what is wanted.
enum class DriverKind : std::uint8_t {
  off,     ///< SO_KEEPALIVE is off.
  silent,  ///< N = 0: reads as on, sends nothing (K-53).
  native,  ///< The kernel keeps T, I and N by itself, by its coarse timers.
  rearm,   ///< The engine re-arms the kernel's timer at each due instant.
  repair,  ///< The engine sends each probe by TCP_REPAIR.
  late,    ///< The nearest later values that the host can do.
};

/// What the machine and this process can do; the same for all connections.
struct HostFacts {
  std::chrono::microseconds tick{4000};  ///< The kernel's timer tick, as measured.
  bool has_engine = true;                ///< The engine's thread may drive (rearm, repair).  K-121
  bool can_repair = false;               ///< CAP_NET_ADMIN over the socket's network namespace.
};

/// What is known of one connection at the moment of choosing.
struct ConnectionFacts {
  bool established = false;   ///< State ESTABLISHED: elsewhere TCP_REPAIR sends nothing.
  bool user_timeout = false;  ///< TCP_USER_TIMEOUT is set: with one the kernel ignores N.  K-76
};

/// The chosen driver and the timing that it keeps: the wanted one, unless the driver is `late`.
struct DriverChoice {
  DriverKind kind = DriverKind::off;
  Timing actual;
  Driver driver = Driver::none;

  friend constexpr bool operator==(const DriverChoice&, const DriverChoice&) = default;
};

inline constexpr DwordSeconds kLongestKernelTime{32'767};
inline constexpr std::uint8_t kLargestKernelCount = 127;
inline constexpr DwordMillis kShortestRearmIdle{1'000};  ///< TCP_KEEPIDLE's own least.

/// The shortest interval that re-arming keeps exactly: two ticks, in whole ms rounded up.
constexpr DwordMillis shortest_rearm_interval(const HostFacts& host) noexcept {
  return std::chrono::ceil<DwordMillis>(2 * host.tick);
}

/// The first driver that keeps `wanted`, for keep-alive that is on.
///
/// \return `late` with the nearest later timing if none does. `late` with N = 0 (never) only
///         without an engine, for times beyond the kernel's 32,767 s, which it would keep too early.
///
/// Source: K-53, K-57. The choice holds while the facts hold; ask again when the state changes.
constexpr DriverChoice choose_driver(const Timing& wanted, const HostFacts& host,
                                     const ConnectionFacts& connection) noexcept;

// ---------------------------------------------------------------------------------------------

namespace detail {

using Keeps = bool (*)(const Timing&, const HostFacts&, const ConnectionFacts&) noexcept;

constexpr bool kernel_keeps(DwordMillis time) noexcept {
  return is_whole_seconds(time) && time.count() != 0 && time <= kLongestKernelTime;
}

constexpr bool silent_is_exact(const Timing& wanted, const HostFacts& /*host*/,
                               const ConnectionFacts& /*connection*/) noexcept {
  return wanted.probes == 0;
}

/// Whether the kernel can keep these values itself, as exactly as its timers can: never early, and late by a step
/// of them (kernel_timer.hpp), which is more than the engine's two ticks from a second on.
///
/// Where I is above T, the kernel is later: after a probe its timer runs for I, so an answer starts I again instead of T
/// (measured: T = 1 s, I = 3 s, a healthy peer: a probe every 3 s).  K-50
constexpr bool kernel_has_values(const Timing& wanted, const HostFacts& /*host*/,
                                 const ConnectionFacts& connection) noexcept {
  return kernel_keeps(wanted.idle) && kernel_keeps(wanted.interval) &&
         wanted.interval <= wanted.idle && wanted.probes <= kLargestKernelCount &&
         !connection.user_timeout;
}

constexpr bool rearm_is_exact(const Timing& wanted, const HostFacts& host,
                              const ConnectionFacts& /*connection*/) noexcept {
  return host.has_engine && wanted.idle >= kShortestRearmIdle &&
         wanted.interval >= shortest_rearm_interval(host);
}

constexpr bool repair_is_exact(const Timing& /*wanted*/, const HostFacts& host,
                               const ConnectionFacts& connection) noexcept {
  return host.has_engine && host.can_repair && connection.established;
}

struct DriverRow {
  DriverKind kind;
  Driver driver;
  Keeps keeps;
};

// In the order of preference: exact drivers first, the cheapest of them at the top.
inline constexpr std::array kDrivers{
    // clang-format off
    DriverRow{DriverKind::silent, Driver::none,   silent_is_exact  },
    DriverRow{DriverKind::rearm,  Driver::rearm,  rearm_is_exact   },
    DriverRow{DriverKind::repair, Driver::repair, repair_is_exact  },
    DriverRow{DriverKind::native, Driver::kernel, kernel_has_values},
    // clang-format on
};

/// Nearest later timing in whole seconds, 1 to 32,767, with a count up to 127. If that lowers the
/// count, the interval grows, so that the connection is not given up before T + N x I.
constexpr Timing nearest_later_seconds(const Timing& wanted) noexcept {
  const std::uint8_t probes = std::min(wanted.probes, kLargestKernelCount);
  const std::uint64_t whole_interval = seconds_up(wanted.interval).count();
  const std::uint64_t stretched = (whole_interval * wanted.probes + probes - 1) / probes;
  const DwordSeconds idle = seconds_up(wanted.idle);
  if (idle > kLongestKernelTime || stretched > kLongestKernelTime.count()) {
    return {.idle = wanted.idle, .interval = wanted.interval, .probes = 0};
  }
  return {.idle = DwordMillis{idle},
          .interval = DwordMillis{static_cast<std::uint32_t>(stretched) * 1000},
          .probes = probes};
}

/// Nearest later timing when the engine can re-arm the kernel's timer, but not repair.
constexpr Timing nearest_later_rearm(const Timing& wanted, const HostFacts& host) noexcept {
  return {.idle = std::max(wanted.idle, kShortestRearmIdle),
          .interval = std::max(wanted.interval, shortest_rearm_interval(host)),
          .probes = wanted.probes};
}

}  // namespace detail

constexpr DriverChoice choose_driver(const Timing& wanted, const HostFacts& host,
                                     const ConnectionFacts& connection) noexcept {
  for (const detail::DriverRow& driver : detail::kDrivers) {
    if (driver.keeps(wanted, host, connection)) return {driver.kind, wanted, driver.driver};
  }
  if (host.has_engine)
    return {DriverKind::late, detail::nearest_later_rearm(wanted, host), Driver::rearm};
  // Without a thread the kernel, or none where its times are too short.
  const Timing later = detail::nearest_later_seconds(wanted);
  return {DriverKind::late, later, later.probes == 0 ? Driver::none : Driver::kernel};
}

}  // namespace wsalive::policy
