// The one place where the command's words leave for a terminal, a file or a pipe. Whatever got into them from outside, they
// are valid UTF-8 without a control character but our own line ends and colours (base/utf8.hpp).
#pragma once

#include <string_view>

namespace wsalive::cli {

/// One line on standard error; the end of the line is added.
void say(std::string_view line);

/// Whole lines on standard error.
void say_lines(std::string_view lines);

inline constexpr std::string_view kNoMemory = "cannot go on: there is no memory left for it";

/// The same on standard error, for which no memory is needed.
void say_out_of_memory() noexcept;

/// In place of the line on which the cursor of standard error's terminal stands; empty: clears it.
void say_over(std::string_view line);

/// A report on standard output: everything or nothing, since a full disk or a closed pipe is no silent success.
[[nodiscard]] bool write_report(std::string_view report);

}  // namespace wsalive::cli
