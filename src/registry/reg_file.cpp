#include "registry/reg_file.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <optional>
#include <utility>

namespace wsalive::registry {
namespace {

bool is_about(const Statement& statement, std::string_view key, std::string_view name) {
  const bool about_value =
      statement.kind == StatementKind::value || statement.kind == StatementKind::delete_value;
  return about_value && folded(statement.name) == name && folded(statement.key) == key;
}

bool deletes(const Statement& statement, std::string_view key) {
  return statement.kind == StatementKind::delete_key && is_within(key, folded(statement.key));
}

std::string joined(const std::vector<std::string>& lines) {
  return std::accumulate(lines.begin(), lines.end(), std::string{});
}

/// The last statement that satisfies `wanted` and that no later `[-KEY]` undoes.
template <typename Wanted>
const Statement* last_standing(const std::vector<Statement>& all, std::string_view key,
                               const Wanted& wanted) {
  const auto found = std::find_if(all.rbegin(), all.rend(), [&](const Statement& each) {
    return deletes(each, key) || wanted(each);
  });
  return found == all.rend() || deletes(*found, key) ? nullptr : &*found;
}

}  // namespace

bool valid_name(std::string_view name) noexcept {
  return std::ranges::none_of(name, [](char c) { return c == '\0' || c == '\r' || c == '\n'; });
}

bool is_within(std::string_view key, std::string_view parent) noexcept {
  return key.starts_with(parent) && (key.size() == parent.size() || key[parent.size()] == '\\');
}

tl::expected<RegFile, SyntaxError> RegFile::parse(std::string_view bytes) {
  const std::optional<DecodedText> decoded = decode_file(bytes);
  if (!decoded) {
    return tl::unexpected(SyntaxError{1, "the text is neither UTF-8 nor whole UTF-16LE"});
  }
  RegFile file;
  file.encoding_ = decoded->encoding;
  file.lines_ = split_lines(decoded->text);
  tl::expected<Syntax, SyntaxError> syntax = parse_lines(file.lines_);
  if (!syntax) return tl::unexpected(std::move(syntax.error()));
  file.syntax_ = std::move(*syntax);
  return file;
}

std::string RegFile::bytes() const { return encode_file(encoding_, joined(lines_)); }

void RegFile::set_value(std::string_view key, std::string_view name, const Value& value) {
  const Header header = syntax_.header == Header::none ? Header::version5 : syntax_.header;
  put(key, name, value_text(name, value, header, line_end()));
}

void RegFile::hide_value(std::string_view key, std::string_view name) {
  put(key, name, deletion_text(name));
}

void RegFile::remove_value(std::string_view key, std::string_view name) {
  const std::string wanted = folded_key(key);
  const std::string wanted_name = folded(name);
  while (sound_) {
    const auto found = std::ranges::find_if(syntax_.statements, [&](const Statement& each) {
      return is_about(each, wanted, wanted_name);
    });
    if (found == syntax_.statements.end()) return;
    replace_lines(found->first_line, found->last_line - found->first_line + 1, {});
  }
}

void RegFile::create_key(std::string_view key) {
  const std::string wanted = folded_key(key);
  const bool there = last_standing(syntax_.statements, wanted, [&](const Statement& each) {
    return each.kind == StatementKind::key && folded(each.key) == wanted;
  });
  if (!there) append_section("[" + with_long_root(key) + "]", {});
}

void RegFile::remove_key(std::string_view key) {
  const std::string wanted = folded_key(key);
  while (sound_) {
    const auto found = std::ranges::find_if(syntax_.statements, [&](const Statement& each) {
      return is_within(folded(each.key), wanted);
    });
    if (found == syntax_.statements.end()) return;
    // The first statement about a key is a heading; it goes together with what stands under it.
    const auto last =
        std::find_if(std::next(found), syntax_.statements.end(), [](const auto& each) {
          return each.kind == StatementKind::key || each.kind == StatementKind::delete_key;
        });
    const std::size_t first_line = found->first_line;
    replace_lines(first_line, std::prev(last)->last_line - first_line + 1, {});
  }
}

void RegFile::hide_key(std::string_view key) {
  remove_key(key);
  append_section("[-" + with_long_root(key) + "]", {});
}

// ---------------------------------------------------------------------------------------------

void RegFile::put(std::string_view key, std::string_view name, std::string text) {
  const std::string wanted = folded_key(key);
  const std::string wanted_name = folded(name);
  const auto same_value = [&](const Statement& each) {
    return is_about(each, wanted, wanted_name);
  };
  const auto in_key = [&](const Statement& each) {
    return each.kind != StatementKind::delete_key && folded(each.key) == wanted;
  };
  text += line_end();
  if (const Statement* const old = last_standing(syntax_.statements, wanted, same_value)) {
    replace_lines(old->first_line, old->last_line - old->first_line + 1, {std::move(text)});
  } else if (const Statement* const last = last_standing(syntax_.statements, wanted, in_key)) {
    replace_lines(last->last_line + 1, 0, {std::move(text)});
  } else {
    append_section("[" + with_long_root(key) + "]", {std::move(text)});
  }
}

/// The only place that changes lines. A last line without an end gets one before another follows.
void RegFile::replace_lines(std::size_t first, std::size_t count,
                            const std::vector<std::string>& by) {
  std::vector<std::string> edited{lines_.begin(),
                                  lines_.begin() + static_cast<std::ptrdiff_t>(first)};
  if (!by.empty() && first > 0 && !edited.back().ends_with('\n')) edited.back() += line_end();
  edited.insert(edited.end(), by.begin(), by.end());
  edited.insert(edited.end(), lines_.begin() + static_cast<std::ptrdiff_t>(first + count),
                lines_.end());

  std::vector<std::string> lines = split_lines(joined(edited));
  tl::expected<Syntax, SyntaxError> syntax = parse_lines(lines);
  sound_ = sound_ && syntax.has_value();
  if (!sound_) return;
  lines_ = std::move(lines);
  syntax_ = std::move(*syntax);
}

void RegFile::append_section(const std::string& heading, const std::vector<std::string>& lines) {
  const std::string end = line_end();
  std::vector<std::string> added;
  if (syntax_.header == Header::none) added.push_back(std::string{kVersion5Header} + end);
  added.push_back(end);
  added.push_back(heading + end);
  added.insert(added.end(), lines.begin(), lines.end());
  replace_lines(lines_.size(), 0, added);
}

/// As the first line has it.
std::string RegFile::line_end() const {
  return !lines_.empty() && lines_.front().ends_with("\r\n") ? "\r\n" : "\n";
}

}  // namespace wsalive::registry
