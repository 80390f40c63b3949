// Keep-alive on a socket of somebody else's program: what is in force there, and ours for each value that
// the program has not set itself.
//
// The kernel does not tell whether a program set a value, so one that differs from the default of the
// network namespace counts as set. The switch is on or off; on is the program's, and then our times still
// apply (psql and ssh switch it on and leave the two hours). Any thread.
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "os/tcp/keepalive_values.hpp"
#include "policy/kernel_fit.hpp"

namespace wsalive::attach {

/// What a socket reads that nobody has touched: the sysctls tcp_keepalive_time, _intvl and _probes.
struct Defaults {
  int idle_s = 7200;
  int interval_s = 75;
  int probes = 9;

  friend constexpr bool operator==(const Defaults&, const Defaults&) = default;
};

/// Of the network namespace in which the caller stands, read from a new socket.
[[nodiscard]] Result<Defaults> namespace_defaults() noexcept;

/// Whose values win where the program has set its own.
enum class Precedence : std::uint8_t { program, ours };

/// What `wanted` makes of a socket that has `now`: each value that is not the default stays.
[[nodiscard]] os::KernelKeepAlive merged_values(const os::KernelKeepAlive& now,
                                                const Defaults& defaults,
                                                const policy::KernelFit& wanted,
                                                Precedence whose) noexcept;

/// Writes what differs between `now` and `wanted`, in the order in which no probe goes out early:
/// switch, interval, count, idle. On failure what was written is taken back.
[[nodiscard]] Status change(int fd, const os::KernelKeepAlive& now,
                            const os::KernelKeepAlive& wanted) noexcept;

/// Reads, merges and writes. \return what was in force before.
[[nodiscard]] Result<os::KernelKeepAlive> set_keepalive(int fd, const Defaults& defaults,
                                                        const policy::KernelFit& wanted,
                                                        Precedence whose) noexcept;

}  // namespace wsalive::attach
