#include "cli/path/target.hpp"

#include <fmt/format.h>

#include "cli/live/endpoint_filter.hpp"

namespace wsalive::cli::path_command {

Fallible<Target> find_target(std::string_view text, std::optional<std::uint16_t> port) {
  const auto refuse = [&](EndpointProblem problem) {
    return tl::unexpected(failure_of(
        std::move(problem), "cannot tell which far end is meant by", fmt::format("'{}'", text),
        "name it as HOST:PORT, as in db.example:5432 or [fd00::1]:22"));
  };
  const auto parsed = HostAndPort::parse(text);
  if (!parsed) return refuse(parsed.error());
  if (parsed->port) port = parsed->port;
  if (parsed->host.empty()) return refuse({"there is no host"});
  const auto addresses = addresses_of(parsed->host);
  if (!addresses) return refuse(addresses.error());
  if (!port) return refuse({"there is no port"});
  Target target{std::string{text}, addresses->front()};
  target.endpoint.port = *port;
  return target;
}

}  // namespace wsalive::cli::path_command
