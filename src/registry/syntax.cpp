#include "registry/syntax.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "registry/encoding.hpp"

namespace wsalive::registry {
namespace {

constexpr std::string_view kBlanks = " \t";

struct RootRow {
  std::string_view shorter, longer;
};

constexpr std::array kRoots{
    // clang-format off
    RootRow{"HKCC", "HKEY_CURRENT_CONFIG"},
    RootRow{"HKCR", "HKEY_CLASSES_ROOT"  },
    RootRow{"HKCU", "HKEY_CURRENT_USER"  },
    RootRow{"HKLM", "HKEY_LOCAL_MACHINE" },
    RootRow{"HKU",  "HKEY_USERS"         },
    // clang-format on
};

const RootRow* root_named(std::string_view name) {
  const std::string wanted = folded(name);
  const auto* const found = std::ranges::find_if(kRoots, [&wanted](const RootRow& row) {
    return wanted == row.shorter || wanted == row.longer;
  });
  return found == kRoots.end() ? nullptr : found;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// Thrown only inside the parser; parse_lines catches it.
struct Bad {
  SyntaxError error;
};

[[noreturn]] void refuse(std::size_t line, std::string text) {
  throw Bad{{.line = line + 1, .text = std::move(text)}};
}

/// A place in the lines of a file, while one statement is read.
class Cursor {
 public:
  Cursor(const std::vector<std::string>& lines, std::size_t line)
      : lines_(lines), line_(line), rest_(without_end(lines[line])) {}

  [[nodiscard]] std::size_t line() const { return line_; }
  [[nodiscard]] std::string_view rest() const { return rest_; }

  void skip_blanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size()));
  }

  /// Takes `word` if it comes next; letters compare without case.
  bool take(std::string_view word) {
    const auto lower = [](char each) { return each >= 'A' && each <= 'Z' ? each + 0x20 : each; };
    if (!std::ranges::equal(rest_.substr(0, word.size()), word, {}, lower, lower)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  char take_one() {
    const char next = rest_.front();
    rest_.remove_prefix(1);
    return next;
  }

  /// Goes to the next line; false at the end of the file.
  bool next_line() {
    if (line_ + 1 >= lines_.size()) return false;
    rest_ = without_end(lines_[++line_]);
    return true;
  }

  /// The line end of the current line, as the file has it.
  [[nodiscard]] std::string_view line_end() const {
    const std::string_view line = lines_[line_];
    return line.substr(without_end(line).size());
  }

  /// A number of one to `longest` hex digits.
  std::uint32_t take_hex(std::size_t longest, std::string_view what) {
    std::uint32_t number = 0;
    const std::string_view digits = rest_.substr(0, longest);
    const auto parsed = std::from_chars(digits.begin(), digits.end(), number, 16);
    if (parsed.ec != std::errc{}) refuse(line_, std::string{what} + " is expected");
    rest_.remove_prefix(static_cast<std::size_t>(parsed.ptr - digits.begin()));
    return number;
  }

  /// Nothing but a comment may follow.
  void expect_end() {
    skip_blanks();
    if (rest_.empty() || rest_.front() == ';') return;
    refuse(line_, "unexpected text after the value: " + std::string{rest_.substr(0, 40)});
  }

 private:
  const std::vector<std::string>& lines_;
  std::size_t line_;
  std::string_view rest_;
};

/// A quoted string, behind its opening quote. A string may go on over lines where `lines_allowed`.
std::string text_in_quotes(Cursor& cursor, bool lines_allowed) {
  const std::size_t opened = cursor.line();
  std::string out;
  for (;;) {
    if (cursor.rest().empty()) {
      out += cursor.line_end();
      if (!lines_allowed || !cursor.next_line()) refuse(opened, "a quotation mark is not closed");
      continue;
    }
    const char next = cursor.take_one();
    if (next == '"') return out;
    const bool escapes = next == '\\' && !cursor.rest().empty() &&
                         (cursor.rest().front() == '\\' || cursor.rest().front() == '"');
    out.push_back(escapes ? cursor.take_one() : next);
  }
}

/// The bytes of `hex:` data, over as many lines as end with a backslash.
std::vector<std::byte> hex_bytes(Cursor& cursor) {
  std::vector<std::byte> bytes;
  for (;;) {
    cursor.skip_blanks();
    if (cursor.take("\\")) {
      if (!trimmed(cursor.rest()).empty())
        refuse(cursor.line(), "text after a continuation's backslash");
      if (!cursor.next_line())
        refuse(cursor.line(), "the file ends after a continuation's backslash");
      continue;
    }
    if (cursor.rest().empty() || cursor.rest().front() == ';') return bytes;
    bytes.push_back(static_cast<std::byte>(cursor.take_hex(2, "a byte of two hex digits")));
    cursor.skip_blanks();
    if (cursor.take(",")) continue;
    return bytes;
  }
}

bool is_narrow_text(std::uint32_t type, Header header) {
  return header == Header::regedit4 && (type == static_cast<std::uint32_t>(Type::expand_sz) ||
                                        type == static_cast<std::uint32_t>(Type::multi_sz));
}

Value hex_value(Cursor& cursor, Header header) {
  Value value{.type = static_cast<std::uint32_t>(Type::binary), .bytes = {}};
  if (cursor.take("(")) {
    value.type = cursor.take_hex(8, "a type of hex digits");
    if (!cursor.take(")")) refuse(cursor.line(), "a closing parenthesis is expected");
  }
  if (!cursor.take(":")) refuse(cursor.line(), "a colon is expected after hex");
  value.bytes = hex_bytes(cursor);
  if (is_narrow_text(value.type, header)) {
    std::string narrow;
    for (const std::byte each : value.bytes) narrow.push_back(std::to_integer<char>(each));
    value.bytes = utf16_bytes(narrow);
  }
  return value;
}

Value value_data(Cursor& cursor, Header header) {
  if (cursor.take("\"")) return string_value(text_in_quotes(cursor, /*lines_allowed=*/true));
  if (cursor.take("dword:")) {
    cursor.skip_blanks();
    return dword_value(cursor.take_hex(8, "a number of one to eight hex digits"));
  }
  if (cursor.take("hex")) return hex_value(cursor, header);
  refuse(cursor.line(), "the data is neither a string, dword:, hex: nor -");
}

Statement value_statement(Cursor& cursor, const std::string& key, Header header) {
  Statement statement{.kind = StatementKind::value, .key = key, .name = {}, .value = {}};
  statement.first_line = cursor.line();
  if (cursor.take("\"")) {
    statement.name = text_in_quotes(cursor, /*lines_allowed=*/false);
  } else {
    cursor.take("@");
  }
  cursor.skip_blanks();
  if (!cursor.take("=")) refuse(cursor.line(), "an equals sign is expected after the value's name");
  cursor.skip_blanks();
  if (cursor.take("-")) {
    statement.kind = StatementKind::delete_value;
  } else {
    statement.value = value_data(cursor, header);
  }
  cursor.expect_end();
  statement.last_line = cursor.line();
  return statement;
}

/// `[KEY]` or `[-KEY]`; a key's name may hold brackets, so the last one closes.
Statement key_statement(std::string_view text, std::size_t line) {
  std::size_t close = text.rfind(']');
  if (close != text.size() - 1) {
    close = text.find(']');
    const std::string_view after =
        close == std::string_view::npos ? std::string_view{} : trimmed(text.substr(close + 1));
    if (!after.starts_with(';')) refuse(line, "the key's bracket is not closed");
  }
  std::string_view path = text.substr(1, close - 1);
  const bool deletes = path.starts_with('-');
  if (deletes) path.remove_prefix(1);
  Statement statement{.kind = deletes ? StatementKind::delete_key : StatementKind::key,
                      .key = with_long_root(path),
                      .name = {},
                      .value = {},
                      .first_line = line,
                      .last_line = line};
  if (statement.key.empty()) refuse(line, "the key has no name");
  return statement;
}

Header header_of(std::string_view line, std::size_t number) {
  if (line == kVersion5Header) return Header::version5;
  if (line == kRegedit4Header) return Header::regedit4;
  refuse(number, "the first line is neither \"" + std::string{kVersion5Header} + "\" nor \"" +
                     std::string{kRegedit4Header} + "\"");
}

Syntax parse(const std::vector<std::string>& lines) {
  Syntax syntax;
  std::optional<std::string> key;
  for (std::size_t at = 0; at < lines.size(); ++at) {
    if (lines[at].find('\0') != std::string::npos) refuse(at, "a NUL character");
  }
  for (std::size_t at = 0; at < lines.size(); ++at) {
    const std::string_view text = trimmed(without_end(lines[at]));
    if (text.empty()) continue;
    if (syntax.header == Header::none) {
      syntax.header = header_of(text, at);
    } else if (text.front() == '[') {
      syntax.statements.push_back(key_statement(text, at));
      const Statement& added = syntax.statements.back();
      key = added.kind == StatementKind::key ? std::optional{added.key} : std::nullopt;
    } else if (text.front() == '"' || text.front() == '@') {
      if (!key) refuse(at, "a value that stands under no key");
      Cursor cursor{lines, at};
      cursor.skip_blanks();
      syntax.statements.push_back(value_statement(cursor, *key, syntax.header));
      at = cursor.line();
    } else if (text.front() != ';') {
      refuse(at, "neither a key, a value nor a comment");
    }
  }
  return syntax;
}

}  // namespace

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::size_t length = end == std::string_view::npos ? text.size() : end + 1;
    lines.emplace_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

std::string_view without_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  while (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

tl::expected<Syntax, SyntaxError> parse_lines(const std::vector<std::string>& lines) {
  try {
    return parse(lines);
  } catch (Bad& bad) {
    return tl::unexpected(std::move(bad.error));
  }
}

std::string with_long_root(std::string_view key) {
  while (key.ends_with('\\')) key.remove_suffix(1);
  const std::size_t length = std::min(key.find('\\'), key.size());
  const RootRow* const row = root_named(key.substr(0, length));
  return row ? std::string{row->longer}.append(key.substr(length)) : std::string{key};
}

std::string folded_key(std::string_view key) { return folded(with_long_root(key)); }

bool has_known_root(std::string_view key) {
  return root_named(key.substr(0, std::min(key.find('\\'), key.size()))) != nullptr;
}

}  // namespace wsalive::registry
