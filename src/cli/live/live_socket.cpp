#include "cli/live/live_socket.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>

#include "attach/inspect/keepalive_of.hpp"
#include "attach/pidfd/foreign_socket.hpp"
#include "cli/frame/messages.hpp"
#include "cli/frame/refusals.hpp"
#include "cli/live/connection_text.hpp"
#include "os/socket/address.hpp"
#include "os/tcp/keepalive_values.hpp"

namespace wsalive::cli {
namespace {

constexpr const char* kLooking = "cannot look at sockets";

bool listens(const Connection& connection) {
  return connection.socket.state == os::TcpState::listen;
}

bool may_have_accepted(const Connection& listener, const Connection& connection) {
  const os::Endpoint& at = listener.socket.local;
  const os::Endpoint& local = connection.socket.local;
  if (at.port != local.port || listener.network != connection.network) return false;
  const bool any_address = std::ranges::all_of(at.address, [](auto octet) { return octet == 0; });
  return any_address || unmapped(at).address == unmapped(local).address;
}

tl::unexpected<Failure> refused(const Selection& selection, ExitCode code, std::string reason) {
  return tl::unexpected(
      not_reached(code, kLooking, why_nothing(kLooking, selection).subject, std::move(reason)));
}

Fallible<Connections> find_all(const Selection& selection) {
  auto found = find_connections(selection);
  if (!found) return found;
  if (!found->hidden.empty()) {
    return refused(selection, ExitCode::denied, "no right to see its descriptors");
  }
  const auto unknown = [](const Connection& c) { return !c.keep_alive.has_value(); };
  if (!found->list.empty() && std::ranges::all_of(found->list, unknown)) {
    const Connection& first = found->list.front();
    return refused(selection, first.unknown_as, first.unknown_because);
  }
  return found;
}

}  // namespace

Fallible<Connections> sockets_of(Selection selection) {
  selection.listeners = true;
  auto found = find_all(selection);
  if (found && !process_exists(*selection.pid)) {
    return tl::unexpected(why_nothing(kLooking, selection));
  }
  return found;
}

Fallible<Connections> only_socket(Selection selection) {
  auto found = find_connections(selection);
  if (!found) return found;
  std::vector<Connection>& list = found->list;
  if (list.empty()) return tl::unexpected(why_nothing(kLooking, selection, *found));
  if (list.size() > 1) {
    constexpr std::size_t kNamed = 3;
    std::string names;
    for (std::size_t at = 0; at < std::min(kNamed, list.size()); ++at) {
      names += fmt::format("{}{}", at == 0 ? "" : ", ", list[at].name());
    }
    return tl::unexpected(failure_of(Message::several_fit, kLooking, {},
                                     {fmt::format("{} are meant: {}{}", list.size(), names,
                                                  list.size() > kNamed ? " and others" : ""),
                                      "name one as PID:FD, or choose more narrowly"}));
  }
  if (!list.front().keep_alive) {
    return refused(selection, list.front().unknown_as, list.front().unknown_because);
  }
  return found;
}

Fallible<Connections> socket_named(const SocketTarget& name) {
  Selection selection;
  selection.pid = name.pid;
  selection.fd = name.fd;
  selection.listeners = true;
  auto found = find_all(selection);
  if (found && found->list.empty()) return tl::unexpected(why_nothing(kLooking, selection));
  return found;
}

advice::LiveSocket live_socket(const Connection& connection, const Connections& all,
                               std::optional<policy::Millis> path) {
  const os::KernelKeepAlive& kernel = connection.keep_alive->kernel;
  const attach::Defaults& defaults = connection.defaults;
  advice::LiveSocket socket;
  socket.state = connection.state();
  socket.heard = connection.silent_for().value_or(policy::Millis{0});
  socket.listens = listens(connection);
  socket.values_set = kernel.idle_s != defaults.idle_s ||
                      kernel.interval_s != defaults.interval_s || kernel.probes != defaults.probes;
  socket.path_timeout = path;
  socket.unread = connection.socket.unread_bytes;
  socket.on_this_machine = connection.is_on_this_machine();
  socket.in_repair = connection.keep_alive->is_in_repair;
  socket.listener_has_more =
      !socket.listens && !is_on(connection) &&
      std::ranges::any_of(all.list, [&](const Connection& each) {
        return listens(each) && is_on(each) && may_have_accepted(each, connection);
      });
  return socket;
}

std::string ends_of(const Connection& connection) {
  const std::string local = os::format_endpoint(connection.socket.local);
  if (listens(connection)) return "listening on " + local;
  return fmt::format("{} to {}", local, os::format_endpoint(connection.socket.remote));
}

namespace {

template <typename Number>
bool read_number(std::string_view text, Number& number) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && stop == text.data() + text.size();
}

}  // namespace

std::optional<SocketTarget> SocketTarget::parse(std::string_view text) {
  SocketTarget target;
  const std::size_t colon = text.find(':');
  if (!read_number(text.substr(0, colon), target.pid) || target.pid <= 0) return std::nullopt;
  if (colon == std::string_view::npos) return target;
  int fd = -1;
  if (!read_number(text.substr(colon + 1), fd) || fd < 0) return std::nullopt;
  target.fd = fd;
  return target;
}

bool process_exists(pid_t pid) noexcept { return ::kill(pid, 0) == 0 || errno != ESRCH; }

bool is_out_of_sight(const Selection& selection, const Connections& found) {
  if (!selection.pid || !found.list.empty()) return false;
  return !found.hidden.empty() || !process_exists(*selection.pid);
}

Failure why_nothing(std::string attempt, const Selection& selection) {
  Failure failure = failure_of(Message::no_connection, std::move(attempt));
  if (!selection.pid) return failure;
  failure.subject = fmt::format("of process {}", *selection.pid);
  const auto process = attach::Process::open(*selection.pid);
  if (!process) {
    if (process.error().code == ESRCH)
      return failure_of(Message::no_process, failure.attempt, failure.subject);
    return failure_of(Message::system_refused, failure.attempt, failure.subject,
                      {std::strerror(process.error().code)});
  }
  // Standard input, to find out whether inspecting is allowed at all.
  const auto copy = process->borrow(selection.fd.value_or(0));
  if (!copy && copy.error().code == EPERM) {
    return not_reached(ExitCode::denied, failure.attempt, failure.subject,
                       reach_problem(copy.error()));
  }
  if (!selection.fd) {
    failure.reason = "it has no such TCP connection";
    return failure;
  }
  failure.subject = fmt::format("of process {}, descriptor {}", *selection.pid, *selection.fd);
  if (!copy) return failure_of(Message::no_descriptor, failure.attempt, failure.subject);
  const std::string kind = attach::kind_words(copy->get());
  if (!os::keep_alive_values(copy->get())) {
    return failure_of(Message::no_tcp_socket, failure.attempt, failure.subject, {kind});
  }
  failure.reason = "it is " + kind;
  return failure;
}

Failure why_nothing(std::string attempt, const Selection& selection, const Connections& found) {
  if (selection.pid || found.hidden.empty()) return why_nothing(std::move(attempt), selection);
  return failure_of(Message::unseen, std::move(attempt), {},
                    {fmt::format("{} process{} ({})", found.hidden.size(),
                                 found.hidden.size() == 1 ? "" : "es", names_of(found.hidden)),
                     as_root("CAP_SYS_PTRACE")});
}

}  // namespace wsalive::cli
