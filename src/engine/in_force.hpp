// What is in force on one connection: the read-back that Windows lacks (K-96).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "policy/driver_choice.hpp"
#include "policy/keepalive.hpp"

namespace wsalive::engine {

using policy::DriverKind;

/// What `keep_alive` reports for one socket.
struct InForce {
  bool on = false;
  policy::SourcedTiming wanted;  ///< What was asked for, with sources; valid also while off.
  policy::Timing actual;         ///< What the host really does; differs from `wanted` only if late.
  DriverKind driver = DriverKind::off;
  /// How late a probe or the end may be by the driver's nature, on a host that does not stall.
  std::chrono::nanoseconds lateness{};
  std::uint32_t unanswered = 0;  ///< Probes sent in the present silence.
  /// Probes that go out before a give-up: N, or more where a Linux peer could not answer N of them, or
  /// ten (K-52). 0: never given up.
  std::uint32_t probes_before_end = 0;
  std::optional<std::chrono::milliseconds>
      to_next_probe{};  ///< nullopt: none is due (off, silent, not connected, data outstanding).
  std::optional<std::chrono::milliseconds>
      to_give_up{};  ///< If silent from now on; nullopt: never.
};

}  // namespace wsalive::engine
