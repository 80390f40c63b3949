// The read-back (K-96), computed from what the kernel says at this moment.
#pragma once

#include "engine/in_force.hpp"
#include "os/keepalive_values.hpp"
#include "os/tcp_info.hpp"
#include "policy/keepalive.hpp"

namespace wsalive::engine {

/// Keep-alive is off: only what was asked for is told.
[[nodiscard]] InForce read_back_off(const policy::SourcedTiming& wanted) noexcept;

/// N = 0: on, and never a probe (K-53).
[[nodiscard]] InForce read_back_silent(const policy::SourcedTiming& wanted) noexcept;

/// The kernel's own timing: native where it is what was asked for, else late. Values that differ from
/// `written` were set by somebody outside, and then are what is in force.
[[nodiscard]] InForce read_back_kernel(policy::SourcedTiming wanted,
                                       const os::KernelKeepAlive& written,
                                       const os::KernelKeepAlive& found,
                                       const os::TcpFacts& facts) noexcept;

/// Fills in what depends on the present silence: the next probe and the end. Neither is told of a
/// connection that is not established, nor where unacknowledged data keeps the kernel from probing.
void add_instants(InForce& in_force, const os::TcpFacts& facts) noexcept;

}  // namespace wsalive::engine
