// --key-file: the file that holds the shared key.
#pragma once

#include <string>

#include "cli/frame/command.hpp"
#include "path/protocol_io.hpp"

namespace wsalive::cli::path_command {

/// The file's content without blanks and line ends around it. Failures: no such file, a short key.
[[nodiscard]] Fallible<path::SharedKey> read_key(const std::string& file);

}  // namespace wsalive::cli::path_command
