// Every TCP socket of a network namespace, from the kernel's sock_diag: one dump a family, ten thousand connections in some tens
// of milliseconds. The caller's own namespace needs no privilege.
//
// sock_diag does not report whether keep-alive is on, nor idle time, interval and count. These must be read from the socket
// itself: foreign_socket.hpp.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "attach/kernel_socket.hpp"
#include "base/result.hpp"
#include "os/socket/address.hpp"
#include "os/tcp/tcp_info.hpp"

namespace wsalive::attach {

/// The running timer of a connection; the kernel reports only one.
enum class TimerKind : std::uint8_t { none, retransmission, keep_alive, time_wait, window_probe };

struct Timer {
  TimerKind kind = TimerKind::none;
  std::chrono::milliseconds expires_in{};
  std::uint8_t tries = 0;  ///< Unanswered retransmissions, or keep-alive probes, so far.
};

/// The state of sending.
struct Sending {
  std::chrono::milliseconds timeout{};  ///< The current retransmission time-out.
  std::uint8_t retransmits = 0;         ///< Of the oldest unacknowledged segment.
  std::uint8_t backoff = 0;  ///< How often the time-out, or the wait for the window, was doubled.
  std::chrono::milliseconds round_trip{};
  std::uint32_t in_flight = 0;  ///< Sent and unacknowledged segments.
  std::uint32_t segment = 0;    ///< The largest segment, in octets.
  std::uint32_t room = 0;       ///< The peer's last window, in octets; 0 before Linux 5.4.
};

struct TcpSocket {
  os::Endpoint local;
  os::Endpoint remote;
  os::TcpState state{};
  std::uint32_t inode = 0;  ///< 0: no process owns it (TIME_WAIT, closed while sending).
  std::uint32_t uid = 0;
  std::uint64_t cookie = 0;  ///< As SO_COOKIE reads.
  /// The version-2 control group in which it, or the listener it was accepted from, was made; 0: not known (before 5.8).
  std::uint64_t cgroup = 0;
  Timer timer;
  std::uint32_t unread_bytes = 0;
  std::uint32_t unacknowledged_bytes = 0;  ///< Sent or not yet sent.
  std::chrono::milliseconds heard{};  ///< Silence: since the last data or acknowledgement came. No
                                      ///< measure before the connection stands.
  Sending sending;
};

enum class Which : std::uint8_t {
  connections,
  connections_and_listeners,
  everything,  ///< TIME-WAIT as well.
};

/// A snapshot; connections that come or go meanwhile may be in it or not.
/// Errors  EPERM, EACCES, ENOENT and whatever a netlink socket answers.
[[nodiscard]] Result<std::vector<TcpSocket>> tcp_table(Which which);

// Parsing of sock_diag's messages about TCP sockets.

enum class Answer : std::uint8_t { goes_on, complete };

/// Adds the sockets in one piece of an answer: one or more messages, received at once.
/// Errors  the kernel's own where it ends the answer with one; EPROTO where a message or an attribute is cut or its length is
///         impossible, where it answers another request, or where a socket is of no family of IP. What stands
///         before it has been added then.
[[nodiscard]] Result<Answer> add_sockets(std::span<const char> bytes, std::uint32_t sequence,
                                         std::vector<TcpSocket>& into);

// Network namespaces: the caller's, and those of other programs, such as containers.

/// One namespace.
struct Network {
  std::vector<TcpSocket> sockets;
  Defaults defaults;  ///< Of an untouched socket in this namespace.
};

/// The caller's own.
[[nodiscard]] Result<Network> network_here(Which which);

/// The namespace of a process. The calling thread enters it and returns.
/// Errors  EPERM: it takes CAP_SYS_ADMIN, here and over the namespace. ESRCH, ENOENT: gone meanwhile.
[[nodiscard]] Result<Network> network_of(pid_t process, Which which);

/// The namespace of a file: /run/netns/NAME, /proc/PID/ns/net.
/// Errors  those above; EINVAL: it is another file.
[[nodiscard]] Result<Network> network_at(const std::string& file, Which which);

/// Whether a file is the caller's own namespace, which needs no right.
[[nodiscard]] bool is_network_here(const std::string& file);

}  // namespace wsalive::attach
