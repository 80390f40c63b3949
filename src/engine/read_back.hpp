// The read-back (K-96), computed from what the kernel and the engine say at this moment.
#pragma once

#include "engine/in_force.hpp"
#include "engine/slot.hpp"
#include "engine/tick_grid.hpp"
#include "os/tcp/keepalive_values.hpp"
#include "os/tcp/tcp_info.hpp"
#include "policy/keepalive.hpp"

namespace wsalive::engine {

/// Keep-alive is off: only what was asked for is told.
[[nodiscard]] InForce read_back_off(const policy::SourcedTiming& wanted) noexcept;

/// What the kernel says of a socket: its keep-alive values, its state, its TCP_USER_TIMEOUT in ms.
struct KernelSays {
  os::KernelKeepAlive values;
  os::TcpFacts facts;
  int user_timeout = 0;
};

/// A socket that only the kernel keeps, or that the engine knows nothing of: values that differ from
/// `written` were set by somebody outside, and then are what is in force. With a TCP_USER_TIMEOUT
/// the kernel goes by that and not by the count: `actual` says how many probes that comes to.
[[nodiscard]] InForce read_back_kernel(policy::SourcedTiming wanted,
                                       const os::KernelKeepAlive& written, const KernelSays& found,
                                       const TickGrid& ticks) noexcept;

/// A socket that the engine knows. `cells` is what the program's cells say, told while it is off.
[[nodiscard]] InForce read_back(const Slot& slot, const policy::SourcedTiming& cells,
                                const KernelSays& found, const TickGrid& ticks) noexcept;

}  // namespace wsalive::engine
