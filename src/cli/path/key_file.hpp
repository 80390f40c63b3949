// --key-file: the file that holds the shared key.
#pragma once

#include <string>

#include "cli/command.hpp"
#include "cli/path/shared_key.hpp"

namespace wsalive::cli::path {

/// The file's content without blanks and line ends around it. Failures: no such file, a short key.
[[nodiscard]] Fallible<SharedKey> read_key(const std::string& file);

}  // namespace wsalive::cli::path
