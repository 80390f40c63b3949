#include "cli/live/endpoint_filter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cli/frame/messages.hpp"
#include "os/names/resolver.hpp"
#include "os/socket/address.hpp"

namespace wsalive::cli {
namespace {

struct Parts {
  std::string host;
  std::optional<std::string> port;  ///< The text after the colon, if there is one.
};

/// Parses the text after a bracket: "", ":PORT", "/BITS", "/BITS:PORT"; nullopt: something else.
std::optional<Parts> split_bracketed(std::string_view text) {
  const std::size_t end = text.find(']');
  if (end == std::string_view::npos) return std::nullopt;
  Parts parts{std::string{text.substr(1, end - 1)}, std::nullopt};
  std::string_view rest = text.substr(end + 1);
  const std::size_t colon = rest.find(':');
  if (colon != std::string_view::npos) parts.port = rest.substr(colon + 1);
  rest = rest.substr(0, colon);
  if (!rest.empty() && rest.front() != '/') return std::nullopt;
  parts.host += rest;
  return parts;
}

std::optional<Parts> split(std::string_view text) {
  if (text.starts_with('[')) return split_bracketed(text);
  const std::size_t colon = text.rfind(':');
  const bool is_bare = colon == std::string_view::npos || text.find(':') != colon;
  if (is_bare) return Parts{std::string{text}, std::nullopt};
  return Parts{std::string{text.substr(0, colon)}, std::string{text.substr(colon + 1)}};
}

}  // namespace

Failure failure_of(EndpointProblem problem, std::string attempt, std::string subject,
                   std::string remedy) {
  const bool is_written_wrong = problem.code == ExitCode::usage;
  return failure_of(is_written_wrong ? Message::no_address : Message::no_host, std::move(attempt),
                    std::move(subject), {std::move(problem.text), std::move(remedy)});
}

Endpointed<std::vector<os::Endpoint>> addresses_of(const std::string& host) {
  if (host.find('/') != std::string::npos) {
    return tl::unexpected(
        EndpointProblem{fmt::format("'{}' is a network, and one address is wanted", host)});
  }
  os::HostQuestion question;
  question.name = host.c_str();
  const auto found = os::find_host(question);
  if (!found) {
    const bool is_unknown = found.error() != WsaError::try_again;
    const char* const problem = is_unknown ? "is no address and no host's name"
                                           : "has no address now: no name server answers";
    return tl::unexpected(
        EndpointProblem{fmt::format("'{}' {}", host, problem), ExitCode::bad_input});
  }
  std::vector<os::Endpoint> addresses;
  for (const os::Endpoint& address : found->addresses) addresses.push_back(os::unmapped(address));
  return addresses;
}

Endpointed<std::vector<os::Network>> networks_of(const std::string& host) {
  if (host.empty()) return std::vector<os::Network>{};
  if (const auto network = os::Network::parse(host)) return std::vector{*network};
  if (host.find('/') != std::string::npos) {
    return tl::unexpected(
        EndpointProblem{fmt::format("'{}' is no network such as 10.0.0.0/8 or fd00::/8", host)});
  }
  const auto addresses = addresses_of(host);
  if (!addresses) return tl::unexpected(addresses.error());
  std::vector<os::Network> networks;
  for (const os::Endpoint& address : *addresses) {
    const auto network = os::Network::parse(os::format_address(address));
    if (network && std::ranges::find(networks, *network) == networks.end())
      networks.push_back(*network);
  }
  return networks;
}

Endpointed<HostAndPort> HostAndPort::parse(std::string_view text) {
  const auto parts = split(text);
  if (!parts) {
    return tl::unexpected(
        EndpointProblem{fmt::format("'{}' is not written as [fd00::1]:22 is", text)});
  }
  HostAndPort result{parts->host, std::nullopt};
  if (parts->port) {
    std::uint16_t port = 0;
    const char* const end = parts->port->data() + parts->port->size();
    const auto [stop, error] = std::from_chars(parts->port->data(), end, port);
    if (error != std::errc{} || stop != end || port == 0) {
      return tl::unexpected(
          EndpointProblem{fmt::format("'{}' is no port, 1 to 65535", *parts->port)});
    }
    result.port = port;
  }
  if (result.host.empty() && !result.port) {
    return tl::unexpected(EndpointProblem{"neither an address nor a port"});
  }
  return result;
}

Endpointed<EndpointFilter> EndpointFilter::parse(std::string_view text) {
  const auto parts = HostAndPort::parse(text);
  if (!parts) return tl::unexpected(parts.error());
  auto networks = networks_of(parts->host);
  if (!networks) return tl::unexpected(networks.error());
  EndpointFilter filter;
  filter.port_ = parts->port;
  filter.networks_ = std::move(*networks);
  return filter;
}

bool EndpointFilter::matches(const os::Endpoint& endpoint) const {
  if (port_ && *port_ != endpoint.port) return false;
  return networks_.empty() || std::ranges::any_of(networks_, [&](const os::Network& each) {
           return each.contains(endpoint);
         });
}

}  // namespace wsalive::cli
