// The one place that writes to standard output and standard error. Whatever the text contains from outside, the output is valid
// UTF-8 without control characters but our own line ends and colours (base/printable.hpp).
#pragma once

#include <string_view>

namespace wsalive::cli {

/// One line on standard error; the end of the line is added.
void say(std::string_view line);

/// Whole lines on standard error.
void say_lines(std::string_view lines);

inline constexpr std::string_view kNoMemory = "cannot go on: there is no memory left for it";

/// The same on standard error, without allocating.
void say_out_of_memory() noexcept;

/// Replaces the line of the cursor on standard error's terminal; empty: clears it.
void say_over(std::string_view line);

/// Writes a report to standard output. \return false on any failure: a full disk or a closed pipe is no silent success.
[[nodiscard]] bool write_report(std::string_view report);

}  // namespace wsalive::cli
