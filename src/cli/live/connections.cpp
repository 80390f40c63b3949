#include "cli/live/connections.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <functional>
#include <iterator>
#include <set>
#include <string_view>
#include <tuple>

#include "attach/pidfd/foreign_socket.hpp"
#include "cli/frame/messages.hpp"
#include "cli/frame/refusals.hpp"
#include "os/file/file.hpp"
#include "os/socket/address.hpp"

namespace wsalive::cli {
namespace {

/// Yama's switch: from 1 on a process may trace only its children.
bool is_tracing_restricted() {
  return os::sysctl_number("kernel/yama/ptrace_scope").value_or(0) != 0;
}

Connection read(attach::KeepAliveReader& reader, const attach::TcpSocket& socket,
                std::optional<attach::Owner> owner, const attach::Defaults& defaults) {
  Connection connection;
  connection.socket = socket;
  connection.owner = std::move(owner);
  connection.defaults = defaults;
  if (!connection.owner) {
    connection.unknown_as = socket.inode == 0 ? ExitCode::gone : ExitCode::denied;
    connection.unknown_because = socket.inode == 0           ? "no process has it"
                                 : socket.uid != ::geteuid() ? "another user's"
                                                             : "no process that may be seen has it";
    return connection;
  }
  Result<attach::KeepAliveOf> values = reader.read(socket, *connection.owner, defaults);
  if (values) {
    connection.keep_alive = std::move(*values);
  } else {
    connection.unknown_because = reach_problem(values.error());
    connection.unknown_as = reach_code(values.error());
  }
  return connection;
}

/// Whether no process has it, although its owner would be visible.
bool is_unowned(const Connection& connection) {
  const attach::TcpSocket& socket = connection.socket;
  return !connection.owner && socket.inode != 0 && (::geteuid() == 0 || socket.uid == ::geteuid());
}

/// Drops connections that were closed between the look at the sockets and the look at the programs.
void drop_closed(std::vector<Connection>& list, const Result<attach::Network>& later) {
  std::set<std::uint64_t> open;
  if (later) {
    for (const attach::TcpSocket& socket : later->sockets) {
      if (socket.inode != 0) open.insert(socket.cookie);
    }
  }
  std::erase_if(list, [&](const Connection& each) {
    return is_unowned(each) && !open.contains(each.socket.cookie);
  });
}

/// The selected connections of one network namespace.
/// \param look_again  Lists its sockets another time.
std::vector<Connection> connections_in(const attach::Network& network, const Selection& selection,
                                       Ownership& ownership, attach::KeepAliveReader& reader,
                                       const LookAgain& look_again) {
  std::vector<Connection> list;
  for (const attach::TcpSocket& socket : network.sockets) {
    if (!selection.takes(socket)) continue;
    std::optional<attach::Owner> owner = ownership.owner_of(socket);
    if (owner || selection.takes_ownerless()) {
      list.push_back(read(reader, socket, std::move(owner), network.defaults));
    }
  }
  if (std::ranges::any_of(list, is_unowned)) drop_closed(list, look_again());
  return list;
}

auto order_of(const Connection& connection) {
  return std::tuple{
      !connection.owner,
      connection.owner ? std::string_view{connection.owner->program} : std::string_view{},
      connection.owner ? connection.owner->pid : 0,
      connection.socket.remote.address,
      connection.socket.remote.port,
      connection.socket.local.port};
}

Failure not_entered(const std::string& netns, const SysError& error) {
  const std::string subject = "of network namespace " + netns;
  const auto known = [&](Message message, const Particulars& particulars = {}) {
    return failure_of(message, "cannot list connections", subject, particulars);
  };
  const std::string reason = fmt::format("{}: {}", error.attempt, std::strerror(error.code));
  switch (error.code) {
    case EPERM:
    case EACCES:
      return known(Message::netns_denied, {reason, as_root("CAP_SYS_ADMIN over it")});
    case EINVAL:
      return known(Message::foreign_file);
    case ENOENT:
    case ESRCH:
      return known(Message::no_network);
    default:
      return known(Message::system_refused, {reason});
  }
}

/// The action for each network namespace. `process` is in it, unless the namespace was chosen by name.
using Take = std::function<void(const attach::Network&, pid_t process, const LookAgain&)>;

/// The one that is chosen alone.
Fallible<attach::Defaults> look_at_one(const Selection& selection, attach::Which which,
                                       const Take& take) {
  const Fallible<std::string> file = network_file(selection.netns);
  if (!file) return tl::unexpected(file.error());
  const auto look = [file = *file, which] {
    return attach::is_network_here(file) ? attach::network_here(which)
                                         : attach::network_at(file, which);
  };
  const Result<attach::Network> network = look();
  if (!network) {
    return tl::unexpected(attach::is_network_here(*file)
                              ? no_connection_list(network.error())
                              : not_entered(selection.netns, network.error()));
  }
  take(*network, 0, look);
  return network->defaults;
}

/// The caller's, and those of the owners.
Fallible<attach::Defaults> look_at_all(const attach::Owners& owners, attach::Which which,
                                       const Take& take) {
  const Result<attach::Network> ours = attach::network_here(which);
  if (!ours) return tl::unexpected(no_connection_list(ours.error()));
  take(*ours, ::getpid(), [which] { return attach::network_here(which); });
  for (const auto& [inode, process] : owners.other_networks) {
    const auto look = [which, pid = process] { return attach::network_of(pid, which); };
    // Without the right, or gone meanwhile: then its connections are not visible.
    if (const Result<attach::Network> other = look()) take(*other, process, look);
  }
  return ours->defaults;
}

}  // namespace

std::string reach_problem(const SysError& error) {
  switch (reach_code(error)) {
    case ExitCode::denied:
      if (const char* const call = attach::filtered_call()) return fmt::format("{} denied", call);
      return is_tracing_restricted() ? "no right to trace (ptrace_scope)" : "no right to trace";
    case ExitCode::gone:
      return "gone meanwhile";
    case ExitCode::unavailable:
      return "the kernel does not tell (MPTCP)";
    default:
      return std::strerror(error.code);
  }
}

ExitCode reach_code(const SysError& error) {
  switch (error.code) {
    case EPERM:
    case EACCES:
      return ExitCode::denied;
    case ESRCH:
    case EBADF:
    case ESTALE:
      return ExitCode::gone;
    case EOPNOTSUPP:
    case ENOPROTOOPT:
      return ExitCode::unavailable;
    default:
      return ExitCode::failed;
  }
}

Failure not_reached(ExitCode code, std::string attempt, std::string subject, std::string reason) {
  struct Row {
    ExitCode code;
    Message message;
  };
  constexpr std::array kRows{Row{ExitCode::denied, Message::no_tracing},
                             Row{ExitCode::gone, Message::socket_gone},
                             Row{ExitCode::unavailable, Message::not_on_this_socket},
                             Row{ExitCode::bad_input, Message::ambiguous_values}};
  const auto* const row = std::ranges::find(kRows, code, &Row::code);
  const Message message = row == kRows.end() ? Message::system_refused : row->message;
  const bool denied = message == Message::no_tracing;
  return failure_of(message, std::move(attempt), std::move(subject),
                    {std::move(reason), denied ? trace_remedy() : ""});
}

std::string Connection::name() const {
  return owner ? fmt::format("{} {}:{}", owner->program, owner->pid, owner->fd) : "-";
}

std::string names_of(const std::vector<Hidden>& hidden) {
  constexpr std::size_t kNamed = 3;
  std::string names;
  for (std::size_t at = 0; at < std::min(kNamed, hidden.size()); ++at) {
    names += fmt::format("{}{} {}", at == 0 ? "" : ", ", hidden[at].program, hidden[at].pid);
  }
  const std::size_t rest = hidden.size() - std::min(kNamed, hidden.size());
  return rest == 0 ? names : names + fmt::format(" and {} other{}", rest, rest == 1 ? "" : "s");
}

Fallible<Connections> find_connections(const Selection& asked) {
  const Fallible<Selection> by_sockets = asked.by_sockets();
  if (!by_sockets) return tl::unexpected(by_sockets.error());
  const Selection& selection = *by_sockets;
  const auto which = selection.with_ended()       ? attach::Which::everything
                     : selection.with_listeners() ? attach::Which::connections_and_listeners
                                                  : attach::Which::connections;
  const Fallible<attach::Owners> owners = selection.owners();
  if (!owners) return tl::unexpected(owners.error());
  attach::KeepAliveReader reader{*owners};
  Connections result;
  std::size_t number = 0;
  Ownership ownership{selection, *owners};
  const Take take = [&](const attach::Network& network, pid_t process, const LookAgain& look) {
    auto found = connections_in(network, selection, ownership, reader, look);
    ownership.look_at(network, process, look);
    for (Connection& each : found) each.network = number;
    ++number;
    std::ranges::move(found, std::back_inserter(result.list));
  };
  const Fallible<attach::Defaults> defaults = selection.netns.empty()
                                                  ? look_at_all(*owners, which, take)
                                                  : look_at_one(selection, which, take);
  if (!defaults) return tl::unexpected(defaults.error());
  result.defaults = *defaults;
  result.hidden = ownership.hidden();
  std::ranges::sort(result.list, {}, order_of);
  return result;
}

}  // namespace wsalive::cli
