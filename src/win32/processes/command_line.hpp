// Command lines: Windows passes one text, Linux a list. Both ways follow Microsoft's C library: blanks
// part arguments, quotes hold them together, and a backslash means itself unless it leads up to a quote.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wsalive::win32 {

/// The arguments of a line.
[[nodiscard]] std::vector<std::string> split_command_line(std::string_view line);

/// An argument as it must stand in a line to come out the same.
[[nodiscard]] std::string quoted_argument(std::string_view argument);

}  // namespace wsalive::win32
