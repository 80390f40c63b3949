#include "cli/live/live_socket.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/frame/messages.hpp"
#include "cli/frame/refusals.hpp"
#include "cli/live/connection_text.hpp"
#include "os/socket/address.hpp"

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

}  // namespace wsalive::cli
