// Statements as regedit writes them: the writing half of syntax.hpp.

#include <optional>

#include "base/utf8.hpp"
#include "registry/encoding.hpp"
#include "registry/syntax.hpp"

namespace wsalive::registry {
namespace {

constexpr std::size_t kLineLength = 78;

std::string escaped(std::string_view text) {
  std::string out = "\"";
  for (const char each : text) {
    if (each == '"' || each == '\\') out.push_back('\\');
    out.push_back(each);
  }
  return out + '"';
}

std::string name_text(std::string_view name) { return name.empty() ? "@" : escaped(name); }

std::string hex_digits(std::uint32_t number, std::size_t least_digits) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (; number != 0 || out.size() < least_digits; number >>= 4) {
    out.insert(out.begin(), kDigits[number & 0xF]);
  }
  return out;
}

/// The text of a REG_SZ that a quoted string gives back exactly, and that may be shown; nullopt if none would.
std::optional<std::string> quotable(const Value& value) {
  std::optional<std::string> text = as_string(value);
  if (!text || printable(*text) != *text) return std::nullopt;
  if (string_value(*text) != value) return std::nullopt;
  return text;
}

/// Bytes of hex data. An old REGEDIT4 file has its strings of these two types in narrow characters.
std::vector<std::byte> bytes_to_write(const Value& value, Header header) {
  const bool text = value.type == static_cast<std::uint32_t>(Type::expand_sz) ||
                    value.type == static_cast<std::uint32_t>(Type::multi_sz);
  if (header != Header::regedit4 || !text) return value.bytes;
  std::vector<std::byte> narrow;
  for (const char each : utf8_from(value.bytes)) narrow.push_back(static_cast<std::byte>(each));
  return narrow;
}

std::string hex_data(const Value& value, Header header, std::size_t column,
                     std::string_view line_end) {
  const bool plain = value.type == static_cast<std::uint32_t>(Type::binary);
  std::string out = plain ? "hex:" : "hex(" + hex_digits(value.type, 1) + "):";
  column += out.size();
  const std::vector<std::byte> bytes = bytes_to_write(value, header);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i != 0) {
      out += ',';
      column += 3;
      if (column >= kLineLength) {
        out.append("\\").append(line_end).append("  ");
        column = 2;
      }
    }
    out += hex_digits(std::to_integer<std::uint32_t>(bytes[i]), 2);
  }
  return out;
}

}  // namespace

std::string value_text(std::string_view name, const Value& value, Header header,
                       std::string_view line_end) {
  std::string out = name_text(name) + '=';
  if (const auto number = as_dword(value)) return out + "dword:" + hex_digits(*number, 8);
  if (const auto text = quotable(value)) return out + escaped(*text);
  return out + hex_data(value, header, out.size(), line_end);
}

std::string deletion_text(std::string_view name) { return name_text(name) + "=-"; }

}  // namespace wsalive::registry
