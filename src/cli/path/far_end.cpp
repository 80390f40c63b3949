#include "cli/path/far_end.hpp"

#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "cli/frame/messages.hpp"
#include "cli/live/endpoint_filter.hpp"
#include "os/file/file.hpp"

namespace wsalive::cli::path_command {

Fallible<path::SharedKey> read_key(const std::string& file) {
  const auto refuse = [&](std::string reason) {
    return tl::unexpected(
        failure_of(Message::bad_key, "cannot read the key", file, {std::move(reason)}));
  };
  const auto content = os::read_file(file);
  if (!content) {
    return refuse(::strerrordesc_np(content.error().code));
  }
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = content->find_first_not_of(kBlanks);
  const std::size_t last = content->find_last_not_of(kBlanks);
  std::string secret =
      first == std::string::npos ? std::string{} : content->substr(first, last - first + 1);
  if (secret.size() < path::SharedKey::kShortest) {
    return refuse(fmt::format("shorter than {} characters", path::SharedKey::kShortest));
  }
  return path::SharedKey::of(std::move(secret));
}

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
