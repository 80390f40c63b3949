// What is in force on one connection: the read-back that Windows lacks (K-96).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "engine/slot.hpp"
#include "engine/tick_grid.hpp"
#include "os/tcp/keepalive_values.hpp"
#include "os/tcp/tcp_info.hpp"
#include "policy/driver_choice.hpp"
#include "policy/timing_in_force.hpp"

namespace wsalive::engine {

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
      to_next_probe{};  ///< nullopt: none is due (off, silent, not connected, data outstanding, the end is next).
  std::optional<std::chrono::milliseconds>
      to_give_up{};  ///< If silent from now on; nullopt: never.
};

// The read-back (K-96), computed from what the kernel and the engine say at this moment.

/// Keep-alive is off: the answer has only what was asked for.
[[nodiscard]] InForce in_force_while_off(const policy::SourcedTiming& wanted) noexcept;

/// What the kernel says of a socket: its keep-alive values, its state, its TCP_USER_TIMEOUT in ms.
struct KernelSays {
  os::KernelKeepAlive values;
  os::TcpFacts facts;
  int user_timeout = 0;
};

/// A socket that only the kernel keeps, or that the engine knows nothing of: values that differ from
/// `written` were set by somebody outside, and then are what is in force. With a TCP_USER_TIMEOUT
/// the kernel goes by that and not by the count: `actual` says how many probes that comes to.
[[nodiscard]] InForce in_force_in_kernel(policy::SourcedTiming wanted,
                                         const os::KernelKeepAlive& written,
                                         const KernelSays& found, const TickGrid& ticks) noexcept;

/// A socket that the engine knows. `cells` is what the program's cells say, told while it is off.
[[nodiscard]] InForce in_force_when_driven(const Slot& slot, const policy::SourcedTiming& cells,
                                           const KernelSays& found, const TickGrid& ticks) noexcept;

}  // namespace wsalive::engine
