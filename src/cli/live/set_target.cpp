#include "cli/live/set_sockets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "os/socket/address.hpp"

namespace wsalive::cli {
namespace {

using Sockets = std::span<const Connection* const>;

bool is_listener(const Connection& connection) {
  return connection.socket.state == os::TcpState::listen;
}

/// Whether the narrowed selection `way` matches a connection.
bool is_taken(const Selection& way, const Connection& each) {
  return each.owner && (!way.pid || each.owner->pid == *way.pid) &&
         (way.with_listeners() || !is_listener(each)) && way.takes(each.socket) &&
         way.takes(*each.owner);
}

std::string named(Sockets sockets) {
  std::string words;
  for (const Connection* const each : sockets) {
    words += fmt::format("{}{}:{}", words.empty() ? "" : " ", each->owner->pid, each->owner->fd);
  }
  return words;
}

/// What all have, or nullopt.
template <typename Of>
auto alike(Sockets sockets, Of of) -> std::optional<decltype(of(*sockets.front()))> {
  const auto first = of(*sockets.front());
  const bool all =
      std::ranges::all_of(sockets, [&](const Connection* each) { return of(*each) == first; });
  return all ? std::optional{first} : std::nullopt;
}

/// The common far end, or its port, as --to takes it; empty: they differ, or there is none.
std::string far_end_of(Sockets sockets) {
  if (std::ranges::any_of(sockets, [](const Connection* each) { return is_listener(*each); }))
    return {};
  const auto whole = [](const Connection& c) { return os::format_endpoint(c.socket.remote); };
  if (auto peer = alike(sockets, whole)) return *peer;
  const auto port = alike(sockets, [](const Connection& c) { return c.socket.remote.port; });
  return port ? fmt::format(":{}", *port) : "";
}

/// The selection itself, and narrower ones that match all of these sockets.
std::vector<Selection> ways(Sockets sockets, const Selection& asked) {
  std::vector<Selection> ways{asked};
  const auto pid = alike(sockets, [](const Connection& c) { return c.owner->pid; });
  const auto program = alike(sockets, [](const Connection& c) { return c.owner->program; });
  if (pid && !asked.pid) {
    ways.push_back(asked);
    ways.back().pid = pid;
  }
  if (program && asked.program.empty()) {
    ways.push_back(asked);
    ways.back().program = *program;
  }
  const std::string to = asked.to ? "" : far_end_of(sockets);
  auto filter = EndpointFilter::parse(to);
  for (std::size_t at = 0, wide = ways.size(); !to.empty() && filter && at < wide; ++at) {
    ways.push_back(ways[at]);
    ways.back().to = *filter;
    ways.back().to_text = to;
  }
  std::erase_if(ways, [](const Selection& each) { return !each.is_given(); });
  return ways;
}

}  // namespace

SetTarget set_target(Sockets sockets, const Selection& asked, const Connections& all) {
  constexpr std::size_t kNamed = 8;
  if (sockets.size() <= kNamed) return {named(sockets), sockets.size()};
  const bool with_listeners =
      std::ranges::any_of(sockets, [](const Connection* each) { return is_listener(*each); });
  std::optional<SetTarget> best;
  for (Selection& way : ways(sockets, asked)) {
    way.listeners = with_listeners;
    const auto touches = static_cast<std::size_t>(std::ranges::count_if(
        all.list, [&way](const Connection& each) { return is_taken(way, each); }));
    if (best && touches >= best->touches) continue;
    best = SetTarget{way.words() + (with_listeners ? " --listeners" : ""), touches};
  }
  return best.value_or(SetTarget{named(sockets), sockets.size()});
}

}  // namespace wsalive::cli
