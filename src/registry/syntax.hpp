// The grammar of .reg files: lines of text in, statements out.
//
// Strict where regedit skips silently: a line that is neither a key, a value nor a comment is an error with its line number,
// because a skipped setting would have no effect (K-85). The parser knows both headers, continuation lines of hex data,
// strings that span lines (regedit writes them so), comments with `;`, deletions of values and of keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "registry/value.hpp"

namespace wsalive::registry {

enum class Header : std::uint8_t {
  none,      ///< An empty file.
  regedit4,  ///< `REGEDIT4`: hex(2) and hex(7) hold narrow characters.
  version5,  ///< `Windows Registry Editor Version 5.00`: they hold UTF-16LE.
};

inline constexpr std::string_view kVersion5Header = "Windows Registry Editor Version 5.00";
inline constexpr std::string_view kRegedit4Header = "REGEDIT4";

enum class StatementKind : std::uint8_t { key, delete_key, value, delete_value };

struct Statement {
  StatementKind kind = StatementKind::key;
  std::string key;   ///< Its full path with the long name of the root (HKLM is spelled out).
  std::string name;  ///< Of a value; empty is the default value, `@`.
  Value value;
  std::size_t first_line = 0;  ///< From 0; the statement covers [first_line, last_line].
  std::size_t last_line = 0;
};

/// What is wrong with a file, and where; lines count from 1.
struct SyntaxError {
  std::size_t line = 0;
  std::string text;
};

struct Syntax {
  Header header = Header::none;
  std::vector<Statement> statements;
};

/// Cuts text into lines that keep their line ends; joined they are the text again.
[[nodiscard]] std::vector<std::string> split_lines(std::string_view text);

/// A line without its line end.
[[nodiscard]] std::string_view without_end(std::string_view line);

[[nodiscard]] tl::expected<Syntax, SyntaxError> parse_lines(const std::vector<std::string>& lines);

/// The key's path with the root's long name, and no backslash at the end.
[[nodiscard]] std::string with_long_root(std::string_view key);

/// The same path for all spellings of a key.
[[nodiscard]] std::string folded_key(std::string_view key);

/// Whether the path begins with one of the five roots, by its short or its long name.
[[nodiscard]] bool has_known_root(std::string_view key);

/// A value's statement as regedit writes it, without a line end at its end; `line_end` stands between
/// the lines of long data.
[[nodiscard]] std::string value_text(std::string_view name, const Value& value, Header header,
                                     std::string_view line_end);

/// `"Name"=-`
[[nodiscard]] std::string deletion_text(std::string_view name);

}  // namespace wsalive::registry
