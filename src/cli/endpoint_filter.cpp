#include "cli/endpoint_filter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "os/resolver.hpp"

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

os::Endpoint unmapped(os::Endpoint endpoint) {
  constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (endpoint.family != os::Family::ipv6 ||
      !std::equal(kMapped.begin(), kMapped.end(), endpoint.address.begin())) {
    return endpoint;
  }
  os::Endpoint four;
  four.family = os::Family::ipv4;
  four.port = endpoint.port;
  std::copy(endpoint.address.begin() + 12, endpoint.address.end(), four.address.begin());
  return four;
}

tl::expected<HostAndPort, std::string> HostAndPort::parse(std::string_view text) {
  const Parts parts = split(text);
  HostAndPort result{parts.host, std::nullopt};
  if (!parts.port.empty()) {
    std::uint16_t port = 0;
    const char* const end = parts.port.data() + parts.port.size();
    const auto [stop, error] = std::from_chars(parts.port.data(), end, port);
    if (error != std::errc{} || stop != end || port == 0) {
      return tl::unexpected(fmt::format("'{}' is no port, 1 to 65535", parts.port));
    }
    result.port = port;
  }
  if (result.host.empty() && !result.port) {
    return tl::unexpected(std::string{"neither an address nor a port"});
  }
  return result;
}

tl::expected<EndpointFilter, std::string> EndpointFilter::parse(std::string_view text) {
  const auto parts = HostAndPort::parse(text);
  if (!parts) return tl::unexpected(parts.error());
  EndpointFilter filter;
  filter.port_ = parts->port;
  if (!parts->host.empty()) {
    os::HostQuestion question;
    question.name = parts->host.c_str();
    const auto host = os::find_host(question);
    if (!host)
      return tl::unexpected(fmt::format("'{}' is no address and no host's name", parts->host));
    for (const os::Endpoint& address : host->addresses)
      filter.addresses_.push_back(unmapped(address));
  }
  return filter;
}

bool EndpointFilter::matches(const os::Endpoint& endpoint) const {
  if (port_ && *port_ != endpoint.port) return false;
  if (addresses_.empty()) return true;
  const os::Endpoint plain = unmapped(endpoint);
  return std::ranges::any_of(addresses_, [&](const os::Endpoint& wanted) {
    return wanted.family == plain.family && wanted.address == plain.address;
  });
}

}  // namespace wsalive::cli
