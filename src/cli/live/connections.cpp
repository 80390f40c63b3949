#include "cli/live/connections.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <set>
#include <string_view>
#include <tuple>

#include "attach/pidfd/foreign_socket.hpp"
#include "base/printable.hpp"
#include "cli/frame/refusals.hpp"
#include "cli/live/socket_target.hpp"
#include "os/socket/address_text.hpp"
#include "os/sysctl.hpp"
#include "os/tick.hpp"

namespace wsalive::cli {
namespace {

std::uint32_t read_retries2() {
  return static_cast<std::uint32_t>(os::sysctl_number("net/ipv4/tcp_retries2").value_or(15));
}

/// Yama's switch: 1 and more keeps a process from tracing those that are not its children.
bool is_tracing_restricted() {
  return os::sysctl_number("kernel/yama/ptrace_scope").value_or(0) != 0;
}

std::optional<attach::Owner> owner_of(const attach::Owners& owners, std::uint32_t inode) {
  // The lowest process and descriptor, so that the answer is the same each time.
  const auto [first, last] = owners.by_inode.equal_range(inode);
  std::optional<attach::Owner> lowest;
  for (auto at = first; at != last; ++at) {
    const attach::Owner& owner = at->second;
    if (!lowest || std::tie(owner.pid, owner.fd) < std::tie(lowest->pid, lowest->fd))
      lowest = owner;
  }
  return lowest;
}

bool is_chosen(const Selection& selection, const attach::TcpSocket& socket) {
  if (selection.to && !selection.to->matches(socket.remote)) return false;
  return !selection.from || selection.from->matches(socket.local);
}

bool is_chosen(const Selection& selection, const std::optional<attach::Owner>& owner) {
  if (selection.pid && !owner) return false;
  return selection.program.empty() || (owner && owner->program == printable(selection.program));
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

attach::Owners owners_for(const Selection& selection) {
  if (!selection.pid) return attach::socket_owners();
  attach::Owners owners = attach::socket_owners(*selection.pid);
  std::erase_if(owners.by_inode, [&](const auto& entry) {
    return selection.fd && entry.second.fd != *selection.fd;
  });
  return owners;
}

/// Of our user, and yet nobody whom we may see has it.
bool is_unclaimed(const Connection& connection) {
  const attach::TcpSocket& socket = connection.socket;
  return !connection.owner && socket.inode != 0 && socket.uid == ::geteuid();
}

/// What was closed between the look at the sockets and that at the programs is no connection any more.
void drop_closed(std::vector<Connection>& list, const Result<attach::Network>& later) {
  std::set<std::uint64_t> open;
  if (later) {
    for (const attach::TcpSocket& socket : later->sockets) {
      if (socket.inode != 0) open.insert(socket.cookie);
    }
  }
  std::erase_if(list, [&](const Connection& each) {
    return is_unclaimed(each) && !open.contains(each.socket.cookie);
  });
}

/// What is meant of one network namespace.
/// \param look_again  Lists its sockets another time.
template <typename LookAgain>
std::vector<Connection> connections_in(const attach::Network& network, const Selection& selection,
                                       const attach::Owners& owners,
                                       attach::KeepAliveReader& reader, LookAgain look_again) {
  std::vector<Connection> list;
  for (const attach::TcpSocket& socket : network.sockets) {
    if (!is_chosen(selection, socket)) continue;
    std::optional<attach::Owner> owner = owner_of(owners, socket.inode);
    if (is_chosen(selection, owner)) {
      list.push_back(read(reader, socket, std::move(owner), network.defaults));
    }
  }
  if (std::ranges::any_of(list, is_unclaimed)) drop_closed(list, look_again());
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

void add_filter(CLI::App& parser, const std::string& name, std::optional<EndpointFilter>& target,
                const std::string& help) {
  const auto read_filter = [name, &target](const std::string& text) {
    auto filter = EndpointFilter::parse(text);
    if (filter) {
      target = std::move(*filter);
    } else if (filter.error().code == ExitCode::usage) {
      throw CLI::ValidationError(name, filter.error().text);
    } else {
      throw Refusal{{.code = filter.error().code,
                     .attempt = "cannot tell which connections are meant by",
                     .subject = fmt::format("{} {}", name, text),
                     .reason = filter.error().text,
                     .remedy = "`wsalive ls` shows addresses and ports"}};
    }
  };
  parser.add_option_function<std::string>(name, read_filter, help)->type_name("HOST:PORT");
}

}  // namespace

std::string reach_problem(const SysError& error) {
  switch (reach_code(error)) {
    case ExitCode::denied:
      if (attach::borrowing_is_filtered()) return "pidfd_getfd denied";
      return is_tracing_restricted() ? "no right to trace (ptrace_scope)" : "no right to trace";
    case ExitCode::gone:
      return "gone meanwhile";
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
    default:
      return ExitCode::failed;
  }
}

std::string Connection::name() const {
  return owner ? fmt::format("{} {}:{}", owner->program, owner->pid, owner->fd) : "-";
}

advice::SocketState Connection::state(std::uint32_t retries2) const {
  advice::SocketState state;
  state.retries2 = retries2;
  state.data_on_the_way = socket.unacknowledged_bytes != 0 && socket.state != os::TcpState::listen;
  state.heard = policy::Millis{socket.heard};
  state.accuracy.tick = os::tick_length();
  if (keep_alive) {
    const policy::DriverKind driver = keep_alive->driver;
    const bool driven = driver != policy::DriverKind::off && driver != policy::DriverKind::native;
    state.on = driver != policy::DriverKind::off;
    state.timing = keep_alive->timing;
    state.user_timeout = keep_alive->user_timeout;
    state.unanswered = keep_alive->unanswered;
    state.accuracy.by = driven ? policy::KeptBy::engine : policy::KeptBy::kernel;
  }
  if (socket.timer.kind == attach::TimerKind::keep_alive) {
    state.armed = policy::Millis{socket.timer.expires_in};
  }
  return state;
}

advice::Noticed Connection::noticed(std::uint32_t retries2) const {
  return advice::when_noticed(state(retries2));
}

std::optional<policy::Span> Connection::to_next_probe() const {
  const advice::SocketState now = state(0);
  // Without a timer the kernel has nothing to send, whatever the values say.
  if (now.accuracy.by == policy::KeptBy::kernel && !now.armed) return std::nullopt;
  return advice::next_probe(now);
}

CLI::Validator process_number() {
  const auto check = [](const std::string& text) {
    const std::optional<SocketTarget> target = SocketTarget::parse(text);
    if (target && !target->fd) return std::string{};
    return fmt::format("'{}' is no process number, like 4711; `wsalive ls` shows them", text);
  };
  return CLI::Validator{check, ""};
}

void Selection::declare(CLI::App& parser) {
  parser.add_option("--pid", pid, "Connections of this process")
      ->type_name("PID")
      ->check(process_number());
  declare_filters(parser);
}

void Selection::declare_filters(CLI::App& parser) {
  parser.add_option("--program", program, "Connections of programs of this name")
      ->type_name("NAME");
  add_filter(parser, "--to", to, "Connections to this address, port or both");
  add_filter(parser, "--from", from, "Connections of this local address, port or both");
}

tl::expected<Connections, Failure> find_connections(const Selection& selection) {
  const auto which =
      selection.listeners ? attach::Which::connections_and_listeners : attach::Which::connections;
  const Result<attach::Network> ours = attach::network_here(which);
  if (!ours) {
    return tl::unexpected(no_connection_list(ours.error()));
  }
  const attach::Owners owners = owners_for(selection);
  attach::KeepAliveReader reader{owners};
  Connections result;
  result.defaults = ours->defaults;
  result.retries2 = read_retries2();
  result.hidden = owners.hidden.size();
  result.list = connections_in(*ours, selection, owners, reader,
                               [which] { return attach::network_here(which); });
  for (const auto& [inode, process] : owners.other_networks) {
    const auto look = [which, pid = process] { return attach::network_of(pid, which); };
    // Without the right, or gone meanwhile: then its connections are not to be seen.
    const Result<attach::Network> other = look();
    if (!other) continue;
    std::ranges::move(connections_in(*other, selection, owners, reader, look),
                      std::back_inserter(result.list));
  }
  std::ranges::sort(result.list, {}, order_of);
  return result;
}

}  // namespace wsalive::cli
