// Keep-alive on a socket of another program: reading the values in force, and setting each value that the program has not set
// itself.
//
// The kernel does not tell whether a program set a value, so a value that differs from the default of the network namespace
// counts as set. A program that only switches keep-alive on still gets our times (psql and ssh switch it on and leave the two
// hours). Any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "os/tcp/keepalive_values.hpp"
#include "policy/kernel_fit.hpp"

namespace wsalive::attach {

/// How long the kernel retransmits: sysctls of a network namespace.
struct SendingLimits {
  std::uint32_t retries2 = 15;              ///< tcp_retries2
  std::uint32_t requests = 6;               ///< tcp_syn_retries
  std::uint32_t undoubled_requests = 4;     ///< tcp_syn_linear_timeouts; 0 before Linux 6.5.
  std::uint32_t longest_wait_ms = 120'000;  ///< tcp_rto_max_ms, since Linux 6.15.

  friend constexpr bool operator==(const SendingLimits&, const SendingLimits&) = default;
};

/// Of the caller's network namespace. A missing sysctl means the kernel's built-in value.
[[nodiscard]] SendingLimits sending_limits();

/// The values of an untouched socket: the sysctls tcp_keepalive_time, _intvl and _probes.
struct Defaults {
  int idle_s = 7200;
  int interval_s = 75;
  int probes = 9;
  SendingLimits sending{};  ///< Only where a whole namespace is read.

  friend constexpr bool operator==(const Defaults&, const Defaults&) = default;
};

/// Of the caller's network namespace, read from a new socket.
[[nodiscard]] Result<Defaults> namespace_defaults() noexcept;

/// Whose values take precedence where the program has set its own.
enum class Precedence : std::uint8_t { program, ours };

/// The values that we set on a socket, as it reads them back.
struct KernelValues {
  os::KernelKeepAlive keep_alive;
  std::optional<int>
      user_timeout_ms{};  ///< TCP_USER_TIMEOUT, 0 for none; nullopt: the socket does not have it (MPTCP).

  friend constexpr bool operator==(const KernelValues&, const KernelValues&) = default;
};

/// Errors  EOPNOTSUPP, ENOPROTOOPT: it is no TCP socket.
[[nodiscard]] Result<KernelValues> kernel_values(int fd) noexcept;

/// Merges `wanted` into the values `now` of a socket: each value that is not the default stays.
[[nodiscard]] KernelValues merged_values(const KernelValues& now, const Defaults& defaults,
                                         const policy::KernelFit& wanted,
                                         Precedence whose) noexcept;

/// Writes the differences between `now` and `wanted`, in an order that sends no early probe: user time-out, switch, interval,
/// count, idle. On failure it restores the values.
[[nodiscard]] Status change(int fd, const KernelValues& now, const KernelValues& wanted) noexcept;

/// The same for the user time-out alone, without touching keep-alive and its timer.
[[nodiscard]] Status change_user_timeout(int fd, const KernelValues& now,
                                         const KernelValues& wanted) noexcept;

/// Reads, merges and writes. \return what was in force before.
[[nodiscard]] Result<KernelValues> set_keepalive(int fd, const Defaults& defaults,
                                                 const policy::KernelFit& wanted,
                                                 Precedence whose) noexcept;

}  // namespace wsalive::attach
