// The keep-alive values that the kernel keeps for one TCP socket, in its own units.
//
// Thin wrappers: one system call each (keep_alive_values and keep_alive_times make several). Linux
// keeps whole seconds 1..32767 and a count 1..127; other values answer EINVAL. A socket that is not
// TCP answers EOPNOTSUPP or ENOPROTOOPT for all but the switch. Any thread.
#pragma once

#include "base/result.hpp"

namespace wsalive::os {

inline constexpr int kLongestSeconds = 32767;  ///< The kernel's MAX_TCP_KEEPIDLE and -INTVL.
inline constexpr int kLargestCount = 127;      ///< The kernel's MAX_TCP_KEEPCNT.

enum class Switch : bool { off, on };

struct KernelKeepAlive {
  Switch on = Switch::off;
  int idle_s = 0;
  int interval_s = 0;
  int probes = 0;

  friend constexpr bool operator==(const KernelKeepAlive&, const KernelKeepAlive&) = default;
};

[[nodiscard]] Result<KernelKeepAlive> keep_alive_values(int fd) noexcept;
/// The same without the switch, which reads off: three system calls.
[[nodiscard]] Result<KernelKeepAlive> keep_alive_times(int fd) noexcept;

[[nodiscard]] Result<Switch> keep_alive_switch(int fd) noexcept;
[[nodiscard]] Result<int> keep_alive_idle(int fd) noexcept;
[[nodiscard]] Result<int> keep_alive_interval(int fd) noexcept;
[[nodiscard]] Result<int> keep_alive_count(int fd) noexcept;

/// SO_KEEPALIVE. Switching on starts the kernel's timer at once, counting the present silence.
[[nodiscard]] Status set_keep_alive_switch(int fd, Switch value) noexcept;
/// The same by a DWORD in a program's memory, nonzero for on. EFAULT where it cannot be read.
[[nodiscard]] Status pass_keep_alive_switch(int fd, const void* program_value) noexcept;
/// TCP_KEEPIDLE, seconds. With the switch on the timer is armed anew at idle - silence, 0 if past.
[[nodiscard]] Status set_keep_alive_idle(int fd, int seconds) noexcept;
/// TCP_KEEPINTVL, seconds.
[[nodiscard]] Status set_keep_alive_interval(int fd, int seconds) noexcept;
/// TCP_KEEPCNT.
[[nodiscard]] Status set_keep_alive_count(int fd, int probes) noexcept;

/// TCP_USER_TIMEOUT in milliseconds, 0 for none. With one the kernel ignores TCP_KEEPCNT.
[[nodiscard]] Result<int> user_timeout(int fd) noexcept;
[[nodiscard]] Status set_user_timeout(int fd, int milliseconds) noexcept;

// One keep-alive segment, sent at once, by a system call.
//
// TCP_REPAIR = 0 on a socket that was never in repair mode sends exactly a keep-alive probe (SEG.SEQ
// = SND.UNA - 1, no data) and enters no mode: other traffic is not disturbed. The kernel does not
// count the probe. Needs CAP_NET_ADMIN over the socket's network namespace.

/// Whether this process has that capability for this socket. Asks by a call that the kernel always
/// refuses, so nothing changes. Any thread.
[[nodiscard]] bool may_repair(int fd) noexcept;

/// Sends the probe, if the socket is ESTABLISHED; in other states nothing is sent. The call's side
/// effect on SO_REUSEADDR is undone before it returns.
///
/// Errors  EPERM without the capability; EBADF, ENOTSOCK.
/// Thread  Any; a bind to the same port by another thread may meet SO_REUSEADDR off for the moment
///         between the two calls.
[[nodiscard]] Status send_repair_probe(int fd) noexcept;

}  // namespace wsalive::os
