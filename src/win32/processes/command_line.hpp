// Command lines: Windows passes one text, Linux a list. Both conversions follow Microsoft's C library: blanks
// separate arguments, quotes group them, and a backslash means itself unless it precedes a quote.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wsalive::win32 {

/// The arguments of a line.
[[nodiscard]] std::vector<std::string> split_command_line(std::string_view line);

/// Quotes an argument so that a line with it splits into the same argument again.
[[nodiscard]] std::string quoted_argument(std::string_view argument);

}  // namespace wsalive::win32
