// HOST:PORT of one far end, looked up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/frame/command.hpp"
#include "os/socket/address.hpp"

namespace wsalive::cli::path_command {

struct Target {
  std::string host;
  os::Endpoint endpoint;
};

/// "db.example:5432", "10.0.0.5:5432", "[fd00::1]:22"; with a port of its own, the text may leave it out.
/// Failures: no port, no such host.
[[nodiscard]] Fallible<Target> find_target(std::string_view text,
                                           std::optional<std::uint16_t> port = std::nullopt);

}  // namespace wsalive::cli::path_command
