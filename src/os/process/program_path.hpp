// Where a program is that is named without its folder.
#pragma once

#include <string>

#include "base/result.hpp"

namespace wsalive::os {

/// Looks through PATH, as execvp does; a name with a slash is its own answer. A folder that may not be entered is passed
/// over: who looks there sees no more than that it has no such program.
///
/// \return A file that may be run, its path relative only where `name` or PATH is. ENOENT: there is none. EACCES: there is
///         one of that name, and it may not be run.
[[nodiscard]] Result<std::string> program_path(const std::string& name);

}  // namespace wsalive::os
