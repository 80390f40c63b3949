// The far end of `wsalive path`, as the command line gives it: the address and the file of the shared key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/frame/command.hpp"
#include "os/socket/address.hpp"
#include "path/protocol_io.hpp"

namespace wsalive::cli::path_command {

/// The key of --key-file: the file's content without surrounding blanks and line ends. Failures: no such file, a short key.
[[nodiscard]] Fallible<path::SharedKey> read_key(const std::string& file);

/// HOST:PORT of one far end, resolved.
struct Target {
  std::string host;
  os::Endpoint endpoint;
};

/// "db.example:5432", "10.0.0.5:5432", "[fd00::1]:22"; the text may omit the port if `port` is given.
/// Failures: no port, no such host.
[[nodiscard]] Fallible<Target> find_target(std::string_view text,
                                           std::optional<std::uint16_t> port = std::nullopt);

}  // namespace wsalive::cli::path_command
