// One .reg file in memory: what it says, and edits that leave all other lines as they were.
//
// The text is kept line by line; an edit replaces, adds or removes the lines of one statement and touches no other, so that
// comments, order, spelling, line ends, encoding and unrelated keys survive. Later statements win over earlier ones, as when
// regedit reads the file.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "registry/encoding.hpp"
#include "registry/syntax.hpp"
#include "registry/value.hpp"

namespace wsalive::registry {

class RegFile {
 public:
  /// An empty file; the first edit gives it the header of version 5, as UTF-8.
  RegFile() = default;

  /// Reads a file's bytes. No bytes at all are an empty file.
  [[nodiscard]] static tl::expected<RegFile, SyntaxError> parse(std::string_view bytes);

  [[nodiscard]] const std::vector<Statement>& statements() const noexcept {
    return syntax_.statements;
  }

  /// The file's bytes: those that were parsed, but for the edited lines.
  [[nodiscard]] std::string bytes() const;

  /// False after an edit whose result would not have been a readable file: that edit and all later ones have changed nothing.
  [[nodiscard]] bool sound() const noexcept { return sound_; }

  // Edits. Keys are full paths, root short or long; the empty name is the default value. Names hold
  // no control characters (valid_name).

  void set_value(std::string_view key, std::string_view name, const Value& value);
  /// Removes every statement about the value.
  void remove_value(std::string_view key, std::string_view name);
  /// Writes `"Name"=-`, which also hides a value of the machine's file.
  void hide_value(std::string_view key, std::string_view name);
  /// Adds `[KEY]` unless the file has it.
  void create_key(std::string_view key);
  /// Removes every statement about the key and what is below it.
  void remove_key(std::string_view key);
  /// The same, and `[-KEY]` at the end, which also hides the machine's key.
  void hide_key(std::string_view key);

  /// Puts the file into another encoding, for export.
  void set_encoding(Encoding encoding) noexcept { encoding_ = encoding; }

 private:
  void put(std::string_view key, std::string_view name, std::string text);
  void replace_lines(std::size_t first, std::size_t count, const std::vector<std::string>& by);
  void append_section(const std::string& heading, const std::vector<std::string>& lines);
  [[nodiscard]] std::string line_end() const;

  bool sound_ = true;
  Encoding encoding_ = Encoding::plain;
  std::vector<std::string> lines_;
  Syntax syntax_;
};

/// Whether a file can carry the name of a value or the path of a key.
[[nodiscard]] bool valid_name(std::string_view name) noexcept;

/// Whether `key` is `parent` or stands below it; both folded.
[[nodiscard]] bool is_within(std::string_view key, std::string_view parent) noexcept;

}  // namespace wsalive::registry
