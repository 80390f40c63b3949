#include "cli/live/endpoint_filter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cli/frame/messages.hpp"
#include "os/names/resolver.hpp"

namespace wsalive::cli {
namespace {

struct Parts {
  std::string host;
  std::string port;
};

Parts split(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return {std::string{text}, {}};
    const bool has_port = end + 1 < text.size() && text[end + 1] == ':';
    return {std::string{text.substr(1, end - 1)},
            has_port ? std::string{text.substr(end + 2)} : std::string{}};
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || text.find(':') != colon) return {std::string{text}, {}};
  return {std::string{text.substr(0, colon)}, std::string{text.substr(colon + 1)}};
}

}  // namespace

Failure failure_of(EndpointProblem problem, std::string attempt, std::string subject,
                   std::string remedy) {
  const bool is_written_wrong = problem.code == ExitCode::usage;
  return failure_of(is_written_wrong ? Message::no_address : Message::no_host, std::move(attempt),
                    std::move(subject), {std::move(problem.text), std::move(remedy)});
}

Endpointed<std::vector<os::Endpoint>> addresses_of(const std::string& host) {
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

Endpointed<HostAndPort> HostAndPort::parse(std::string_view text) {
  const Parts parts = split(text);
  HostAndPort result{parts.host, std::nullopt};
  if (!parts.port.empty()) {
    std::uint16_t port = 0;
    const char* const end = parts.port.data() + parts.port.size();
    const auto [stop, error] = std::from_chars(parts.port.data(), end, port);
    if (error != std::errc{} || stop != end || port == 0) {
      return tl::unexpected(
          EndpointProblem{fmt::format("'{}' is no port, 1 to 65535", parts.port)});
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
  EndpointFilter filter;
  filter.port_ = parts->port;
  if (!parts->host.empty()) {
    auto addresses = addresses_of(parts->host);
    if (!addresses) return tl::unexpected(addresses.error());
    filter.addresses_ = std::move(*addresses);
  }
  return filter;
}

bool EndpointFilter::matches(const os::Endpoint& endpoint) const {
  if (port_ && *port_ != endpoint.port) return false;
  if (addresses_.empty()) return true;
  const os::Endpoint plain = os::unmapped(endpoint);
  return std::ranges::any_of(addresses_, [&](const os::Endpoint& wanted) {
    return wanted.family == plain.family && wanted.address == plain.address;
  });
}

}  // namespace wsalive::cli
