// --to and --from: select connections by the address and port of one end.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "cli/frame/failure.hpp"
#include "os/socket/address.hpp"

namespace wsalive::cli {

/// Why a text names no end of a connection: a sentence without a full stop.
struct EndpointProblem {
  std::string text;
  ExitCode code = ExitCode::usage;  ///< bad_input: well formed, but there is no such host.
};

/// The same as a failure. \param remedy  How the text is written.
[[nodiscard]] Failure failure_of(EndpointProblem problem, std::string attempt, std::string subject,
                                 std::string remedy);

template <typename T>
using Endpointed = tl::expected<T, EndpointProblem>;

/// The addresses of an address or a host's name, in the resolver's order, without ports; mapped ones as
/// IPv4. May block for as long as the resolver does.
[[nodiscard]] Endpointed<std::vector<os::Endpoint>> addresses_of(const std::string& host);

/// The networks of a network, an address or a host's name; none for an empty text. May block likewise.
[[nodiscard]] Endpointed<std::vector<os::Network>> networks_of(const std::string& host);

/// "HOST:PORT", "[HOST]:PORT", "HOST", ":PORT", split; at least one part is present. An IPv6 address without brackets has no
/// port. A network may replace the host, with its bits behind the brackets or in them: "10.0.0.0/8:5432", "[2001:db8::]/32".
struct HostAndPort {
  std::string host;
  std::optional<std::uint16_t> port;

  [[nodiscard]] static Endpointed<HostAndPort> parse(std::string_view text);
};

/// "10.0.0.5:5432", "10.0.0.5", "[fd00::1]:22", "fd00::1", ":443", "10.0.0.0/8", or a host's name in place of an address.
class EndpointFilter {
 public:
  [[nodiscard]] static Endpointed<EndpointFilter> parse(std::string_view text);

  /// An IPv4 address also matches its mapped form, ::ffff:a.b.c.d.
  [[nodiscard]] bool matches(const os::Endpoint& endpoint) const;

 private:
  std::vector<os::Network> networks_;  ///< Empty: any.
  std::optional<std::uint16_t> port_;
};

}  // namespace wsalive::cli
