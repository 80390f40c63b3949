// Keep-alive rules of the Windows TCP stack: which T, I and N are in force, and where each came from.
//
// Pure layer: no system call, no clock, no allocation, includes from base only. All of it is
// constexpr, so the library, the command and the bpf loader use the same rules and tests can use
// static_assert. T is the idle time, I the interval, N the number of probes (K-50 to K-57).
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "policy/release.hpp"

namespace wsalive::policy {

/// A DWORD of milliseconds, the unit and width in which Windows stores every keep-alive time.
using DwordMillis = std::chrono::duration<std::uint32_t, std::milli>;

/// System-wide values read from the registry; nullopt means that the value is not present or does
/// not count (K-80 to K-84).
struct RegistryValues {
  std::optional<DwordMillis> keep_alive_time;
  std::optional<DwordMillis> keep_alive_interval;
  std::optional<std::uint32_t> tcp_max_data_retransmissions;
  std::optional<std::uint32_t> pptp_tcp_max_data_retransmissions;

  friend constexpr bool operator==(const RegistryValues&, const RegistryValues&) = default;
};

/// What a socket's program has set on that socket (TCP_KEEP*, SIO_KEEPALIVE_VALS).  K-55
struct SocketValues {
  std::optional<DwordMillis> idle;
  std::optional<DwordMillis> interval;
  std::optional<std::uint8_t> probes;

  friend constexpr bool operator==(const SocketValues&, const SocketValues&) = default;
};

/// What a connection does while keep-alive is on.
struct Timing {
  DwordMillis idle{};       ///< T: silence before the first probe, 1 ms or more.
  DwordMillis interval{};   ///< I: gap between unanswered probes, 1 ms or more.
  std::uint8_t probes = 0;  ///< N: unanswered probes before the reset; 0 means never probe.

  friend constexpr bool operator==(const Timing&, const Timing&) = default;
};

/// Where a value in force came from.  K-55, K-96
enum class Source : std::uint8_t {
  release,   ///< The release's own default.
  registry,  ///< The registry store.
  socket,    ///< The program set it on this socket.
  outside,   ///< Another process set it on the kernel's socket.
};

/// How exactly the times are to be kept.  K-121
enum class Precision : std::uint8_t {
  exact,   ///< On the instant: the engine's thread drives the kernel's timer.
  kernel,  ///< By the kernel alone, with its coarse timers: no thread, whole seconds.
};

/// Timing with the source of each part.
struct SourcedTiming {
  Timing timing;
  Source idle_from = Source::release;
  Source interval_from = Source::release;
  Source probes_from = Source::release;
  Precision precision = Precision::exact;

  friend constexpr bool operator==(const SourcedTiming&, const SourcedTiming&) = default;
};

inline constexpr DwordMillis kDefaultIdle{7'200'000};  // K-51
inline constexpr DwordMillis kDefaultInterval{1'000};  // K-51
inline constexpr std::uint8_t kProbesSinceVista = 10;  // K-53
inline constexpr std::uint32_t kAbsentCount = 5;       // K-54
inline constexpr std::uint32_t kLargestCount = 255;    // K-53

/// Unanswered probes after which a connection is reset, if its socket has no count of its own.
///
/// \return 0 to 255. Values above 255 are lowered to 255, as Windows does; nothing is rejected.
///
/// Source: K-53; an absent count stands for its documented default, K-54.
constexpr std::uint8_t probe_limit(Release release, const RegistryValues& registry) noexcept {
  if (row(release).probe_count == ProbeCountRule::ten) return kProbesSinceVista;
  const std::uint32_t plain = registry.tcp_max_data_retransmissions.value_or(kAbsentCount);
  const std::uint32_t pptp = registry.pptp_tcp_max_data_retransmissions.value_or(kAbsentCount);
  return static_cast<std::uint8_t>(std::min(std::max(plain, pptp), kLargestCount));
}

/// Timing in force for a socket: its own values, else the registry's, else the release's.
///
/// Source: K-51, K-53, K-55. A time of 0 counts as not set: K-62, K-84.
constexpr SourcedTiming timing_in_force(Release release, const RegistryValues& registry,
                                        const SocketValues& socket) noexcept {
  struct Choice {
    DwordMillis value;
    Source from;
  };
  const auto choose = [](std::optional<DwordMillis> own, std::optional<DwordMillis> stored,
                         DwordMillis fallback) -> Choice {
    if (own && own->count() != 0) return {*own, Source::socket};
    if (stored && stored->count() != 0) return {*stored, Source::registry};
    return {fallback, Source::release};
  };
  const Choice idle = choose(socket.idle, registry.keep_alive_time, kDefaultIdle);
  const Choice interval = choose(socket.interval, registry.keep_alive_interval, kDefaultInterval);
  const bool counted =
      row(release).probe_count == ProbeCountRule::registry &&
      (registry.tcp_max_data_retransmissions || registry.pptp_tcp_max_data_retransmissions);
  return {
      .timing = {.idle = idle.value,
                 .interval = interval.value,
                 .probes = socket.probes.value_or(probe_limit(release, registry))},
      .idle_from = idle.from,
      .interval_from = interval.from,
      .probes_from = socket.probes ? Source::socket
                     : counted     ? Source::registry
                                   : Source::release,
  };
}

/// `defaults`, but for the values that `own` has of its own: those that were set on the socket itself, by its program or from
/// outside. The precision is that of `defaults`.
constexpr SourcedTiming with_own(const SourcedTiming& defaults, const SourcedTiming& own) noexcept {
  const auto is_own = [](Source from) { return from == Source::socket || from == Source::outside; };
  SourcedTiming all = defaults;
  if (is_own(own.idle_from)) {
    all.timing.idle = own.timing.idle;
    all.idle_from = own.idle_from;
  }
  if (is_own(own.interval_from)) {
    all.timing.interval = own.timing.interval;
    all.interval_from = own.interval_from;
  }
  if (is_own(own.probes_from)) {
    all.timing.probes = own.timing.probes;
    all.probes_from = own.probes_from;
  }
  return all;
}

}  // namespace wsalive::policy
