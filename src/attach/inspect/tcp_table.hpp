// Every TCP socket of the network namespace in which the caller stands, from the kernel's sock_diag: one
// dump a family, ten thousand connections in some tens of milliseconds. No privilege is needed.
//
// What sock_diag does not tell (whether keep-alive is on, idle time, interval, count) must be read from the
// socket itself: foreign_socket.hpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "os/socket/address.hpp"
#include "os/tcp/tcp_info.hpp"

namespace wsalive::attach {

/// Which of the kernel's timers of a connection runs; the kernel tells of one only.
enum class TimerKind : std::uint8_t { none, retransmission, keep_alive, time_wait, window_probe };

struct Timer {
  TimerKind kind = TimerKind::none;
  std::chrono::milliseconds expires_in{};
  std::uint8_t tries = 0;  ///< Retransmissions, or keep-alive probes, that went unanswered so far.
};

/// How sending stands.
struct Sending {
  std::chrono::milliseconds timeout{};  ///< The present retransmission time-out.
  std::uint8_t retransmits = 0;         ///< Of the oldest segment, unanswered so far.
  std::uint8_t backoff = 0;  ///< So often the time-out, or the wait for the window, was doubled.
  std::chrono::milliseconds round_trip{};
  std::uint32_t in_flight = 0;  ///< Segments that were sent and are not acknowledged.
  std::uint32_t segment = 0;    ///< The largest segment, in octets.
  std::uint32_t room = 0;       ///< At the peer, in octets, as it said last; 0 before Linux 5.4.
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

// What sock_diag's messages about TCP sockets say, read within their bounds.

enum class Answer : std::uint8_t { goes_on, complete };

/// Adds the sockets that one piece of an answer names: the messages, one or more, that were received at once.
/// Errors  the kernel's own where it ends the answer with one; EPROTO where a message or an attribute is cut or its length is
///         impossible, where it answers another request, or where a socket is of no family of IP. What stands
///         before it has been added then.
[[nodiscard]] Result<Answer> add_sockets(std::span<const char> bytes, std::uint32_t sequence,
                                         std::vector<TcpSocket>& into);

}  // namespace wsalive::attach
