#include "cli/serve/listen_addresses.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>

#include "cli/frame/messages.hpp"
#include "cli/live/endpoint_filter.hpp"
#include "os/socket/address.hpp"
#include "path/plan/protocol.hpp"

namespace wsalive::cli::serve {
namespace {

using os::Endpoint;

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Both families' address that means any.
std::vector<Endpoint> anywhere(std::uint16_t port) {
  return {{.family = os::Family::ipv4, .port = port}, {.family = os::Family::ipv6, .port = port}};
}

Endpointed<std::vector<Endpoint>> parsed(std::string_view where) {
  std::string text = is_number(where) ? ':' + std::string{where} : std::string{where};
  if (text == ":0") return anywhere(0);
  // The parser knows no port 0, by which the system is asked to choose.
  const bool any_port =
      text.ends_with(":0") && (text.front() == '[' || text.find(':') == text.size() - 2);
  if (any_port) text.resize(text.size() - 2);
  const auto parts = HostAndPort::parse(text);
  if (!parts) return tl::unexpected(parts.error());
  const std::uint16_t port = any_port ? 0 : parts->port.value_or(path::kServePort);
  if (parts->host.empty()) return anywhere(port);
  const auto addresses = addresses_of(parts->host);
  if (!addresses) return tl::unexpected(addresses.error());
  Endpoint one = addresses->front();
  one.port = port;
  return std::vector{one};
}

std::string remedy_for(int error) {
  switch (error) {
    case EADDRNOTAVAIL:
      return "`ip address` lists those that it has; --listen PORT means all of them";
    case EADDRINUSE:
      return "`ss -ltnp` tells who listens there; --listen names another port";
    default:
      return "--listen names another port or address";
  }
}

}  // namespace

Fallible<std::vector<path::serve::Listener>> open_listeners(std::string_view where) {
  constexpr const char* kListening = "cannot listen on";
  const std::string subject = fmt::format("'{}'", where);
  const auto refuse = [&](Message message, const Particulars& particulars) {
    return tl::unexpected(failure_of(message, kListening, subject, particulars));
  };
  const auto endpoints = parsed(where);
  if (!endpoints) {
    return tl::unexpected(failure_of(endpoints.error(), kListening, subject,
                                     "name it as PORT, ADDRESS or ADDRESS:PORT"));
  }
  std::vector<path::serve::Listener> listeners;
  for (Endpoint at : *endpoints) {
    // A port that the system picks is one for both families.
    if (at.port == 0 && !listeners.empty()) at.port = listeners.front().at.port;
    auto listener = path::serve::listen_at(at);
    if (listener) {
      listeners.push_back(std::move(*listener));
      continue;
    }
    const int error = listener.error().code;
    const bool is_elsewhere = error == EADDRNOTAVAIL;
    const bool other_family_does = error == EAFNOSUPPORT || is_elsewhere;
    if (other_family_does && endpoints->size() > 1) continue;
    return refuse(error == EACCES ? Message::port_denied : Message::no_listening,
                  {is_elsewhere ? "this host has no such address" : ::strerrordesc_np(error),
                   remedy_for(error)});
  }
  if (listeners.empty()) return refuse(Message::no_family, {});
  return listeners;
}

std::string names_of(const std::vector<path::serve::Listener>& listeners) {
  std::vector<std::string> names;
  for (const path::serve::Listener& each : listeners) names.push_back(os::format_endpoint(each.at));
  return fmt::format("{}", fmt::join(names, " and "));
}

}  // namespace wsalive::cli::serve
