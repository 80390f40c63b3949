// The connections of a selection, joined with their programs and their keep-alive state. Shared by ls, watch, explain, lint and
// set.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "advice/notice.hpp"
#include "attach/inspect/keepalive_of.hpp"
#include "attach/inspect/owners.hpp"
#include "attach/inspect/tcp_table.hpp"
#include "cli/frame/failure.hpp"
#include "cli/live/ownership.hpp"
#include "cli/live/selection.hpp"

namespace wsalive::cli {

/// One connection of one program: a socket that two processes share is one, with its first owner.
struct Connection {
  attach::TcpSocket socket;
  std::optional<attach::Owner> owner;  ///< nullopt: no visible process has it.
  std::optional<attach::KeepAliveOf> keep_alive;
  std::string unknown_because;  ///< If `keep_alive` is unknown.
  ExitCode unknown_as =
      ExitCode::ok;  ///< If `keep_alive` is unknown: the exit status of a command that needs it.
  attach::Defaults defaults;  ///< Of its network namespace.
  std::size_t network = 0;    ///< Connections of one network namespace have one number.

  /// "psql 4711:5", or "-". A program may call itself anything: it is printable.
  [[nodiscard]] std::string name() const;
  [[nodiscard]] advice::Condition condition() const;
  /// Since the peer's last segment; nullopt if none has come yet, or the kernel does not report it.
  [[nodiscard]] std::optional<policy::Millis> silent_for() const;
  /// Whether both ends are, so that no path lies between them.
  [[nodiscard]] bool is_on_this_machine() const;
  /// The state that keep-alive depends on, as far as it is known.
  [[nodiscard]] advice::SocketState state() const;
  [[nodiscard]] advice::Noticed noticed() const;
  /// Whether there is a peer that may fall silent, with a known effect.
  [[nodiscard]] bool can_notice() const;
  /// From now to the kernel's or the engine's next probe; nullopt if none is due.
  [[nodiscard]] std::optional<policy::Span> to_next_probe() const;

 private:
  [[nodiscard]] std::optional<advice::Resending> resending() const;
  [[nodiscard]] policy::Millis longest_wait() const;
};

struct Connections {
  std::vector<Connection> list;  ///< By program, then by remote address.
  attach::Defaults defaults;     ///< Of the network namespace in which the command runs.
  std::vector<Hidden> hidden;    ///< Processes that may own more selected connections.
};

/// "sshd 812, cron 4", the first three of them, then " and 9 others".
[[nodiscard]] std::string names_of(const std::vector<Hidden>& hidden);

/// Failures: the list could not be read; the selected control group or network namespace does not exist, or may not be
/// entered.
[[nodiscard]] Fallible<Connections> find_connections(const Selection& selection);

/// Why a socket of another process cannot be reached, for a person: "no right to trace", "pidfd_getfd denied".
[[nodiscard]] std::string reach_problem(const SysError& error);
/// The exit status for that: denied, gone or failed.
[[nodiscard]] ExitCode reach_code(const SysError& error);
/// The failure for one socket that could not be reached or set.
/// \param code  As `reach_code` says.  \param reason  As `reach_problem` says.
[[nodiscard]] Failure not_reached(ExitCode code, std::string attempt, std::string subject,
                                  std::string reason);

}  // namespace wsalive::cli
