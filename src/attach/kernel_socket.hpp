// Keep-alive on a socket of somebody else's program: what is in force there, and ours for each value that
// the program has not set itself.
//
// The kernel does not tell whether a program set a value, so one that differs from the default of the
// network namespace counts as set. The switch is on or off; on is the program's, and then our times still
// apply (psql and ssh switch it on and leave the two hours). Any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "os/tcp/keepalive_values.hpp"
#include "policy/kernel_fit.hpp"

namespace wsalive::attach {

/// How long the kernel sends anew: sysctls of a network namespace.
struct SendingLimits {
  std::uint32_t retries2 = 15;              ///< tcp_retries2
  std::uint32_t requests = 6;               ///< tcp_syn_retries
  std::uint32_t undoubled_requests = 4;     ///< tcp_syn_linear_timeouts; 0 before Linux 6.5.
  std::uint32_t longest_wait_ms = 120'000;  ///< tcp_rto_max_ms, since Linux 6.15.

  friend constexpr bool operator==(const SendingLimits&, const SendingLimits&) = default;
};

/// Of the network namespace in which the caller stands. What there is no sysctl for is what the kernel has built in.
[[nodiscard]] SendingLimits sending_limits();

/// What an untouched socket reads: the sysctls tcp_keepalive_time, _intvl and _probes.
struct Defaults {
  int idle_s = 7200;
  int interval_s = 75;
  int probes = 9;
  SendingLimits sending{};  ///< Where a whole namespace is looked at.

  friend constexpr bool operator==(const Defaults&, const Defaults&) = default;
};

/// Of the network namespace in which the caller stands, read from a new socket.
[[nodiscard]] Result<Defaults> namespace_defaults() noexcept;

/// Whose values win where the program has set its own.
enum class Precedence : std::uint8_t { program, ours };

/// What we set on a socket, as it reads.
struct KernelValues {
  os::KernelKeepAlive keep_alive;
  std::optional<int>
      user_timeout_ms{};  ///< TCP_USER_TIMEOUT, 0 for none; nullopt: the socket knows none (MPTCP).

  friend constexpr bool operator==(const KernelValues&, const KernelValues&) = default;
};

/// Errors  EOPNOTSUPP, ENOPROTOOPT: it is no TCP socket.
[[nodiscard]] Result<KernelValues> kernel_values(int fd) noexcept;

/// What `wanted` makes of a socket that has `now`: each value that is not the default stays.
[[nodiscard]] KernelValues merged_values(const KernelValues& now, const Defaults& defaults,
                                         const policy::KernelFit& wanted,
                                         Precedence whose) noexcept;

/// Writes what differs between `now` and `wanted`, in the order in which no probe goes out early: user time-out, switch,
/// interval, count, idle. On failure what was written is taken back.
[[nodiscard]] Status change(int fd, const KernelValues& now, const KernelValues& wanted) noexcept;

/// Likewise of the user time-out alone: keep-alive and its timer are not touched.
[[nodiscard]] Status change_user_timeout(int fd, const KernelValues& now,
                                         const KernelValues& wanted) noexcept;

/// Reads, merges and writes. \return what was in force before.
[[nodiscard]] Result<KernelValues> set_keepalive(int fd, const Defaults& defaults,
                                                 const policy::KernelFit& wanted,
                                                 Precedence whose) noexcept;

}  // namespace wsalive::attach
