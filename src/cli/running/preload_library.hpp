// Where the library is that `run --via preload` puts into a program.
#pragma once

#include <string>

namespace wsalive::cli {

/// Beside the command: in the folder of libraries where it is installed, or in the build tree. Empty: not there.
[[nodiscard]] std::string preload_library();

}  // namespace wsalive::cli
