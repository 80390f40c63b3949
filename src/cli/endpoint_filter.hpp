// --to and --from: which connections are meant, by one end's address and port.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "os/address.hpp"

namespace wsalive::cli {

/// ::ffff:a.b.c.d as a.b.c.d; anything else as it is.
[[nodiscard]] os::Endpoint unmapped(os::Endpoint endpoint);

/// "HOST:PORT", "[HOST]:PORT", "HOST", ":PORT", taken apart; one of the two is there. An IPv6 address without
/// brackets has no port.
struct HostAndPort {
  std::string host;
  std::optional<std::uint16_t> port;

  /// Errors are sentences without a full stop.
  [[nodiscard]] static tl::expected<HostAndPort, std::string> parse(std::string_view text);
};

/// "10.0.0.5:5432", "10.0.0.5", "[fd00::1]:22", "fd00::1", ":443", or a host's name in place of an address.
class EndpointFilter {
 public:
  /// Errors are sentences without a full stop.
  [[nodiscard]] static tl::expected<EndpointFilter, std::string> parse(std::string_view text);

  /// An IPv4 address also matches its mapped form, ::ffff:a.b.c.d.
  [[nodiscard]] bool matches(const os::Endpoint& endpoint) const;

  /// In the resolver's order, without ports; empty: any.
  [[nodiscard]] const std::vector<os::Endpoint>& addresses() const noexcept { return addresses_; }
  [[nodiscard]] std::optional<std::uint16_t> port() const noexcept { return port_; }

 private:
  std::vector<os::Endpoint> addresses_;  ///< Empty: any.
  std::optional<std::uint16_t> port_;
};

}  // namespace wsalive::cli
