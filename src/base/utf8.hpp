// UTF-8: one character at a time, both ways between it and the 32-bit wide strings of programs' wide functions (narrow text
// is UTF-8, a wchar_t is one character), and text from outside made fit to be shown.
//
// A conversion refuses nothing: bytes that are no UTF-8 and numbers that are no character become U+FFFD, so that
// it never shortens a text silently. Halves of surrogate pairs pass through.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace wsalive {

inline constexpr std::uint32_t kReplacementCharacter = 0xFFFD;

/// Appends one character up to U+10FFFF.
inline void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xC0 | code >> 6);
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
  }
  put(0x80 | (code & 0x3F));
}

struct DecodedCharacter {
  std::uint32_t code = 0;
  std::size_t length = 0;  ///< In bytes; 0: these bytes are no UTF-8.
};

/// The character that begins at a place of a text.
[[nodiscard]] inline DecodedCharacter decode_utf8(std::string_view text, std::size_t at) {
  struct Form {
    std::uint32_t mask, lead, least;
    std::size_t length;
  };
  static constexpr std::initializer_list<Form> kForms{
      {0x80, 0x00, 0, 1}, {0xE0, 0xC0, 0x80, 2}, {0xF0, 0xE0, 0x800, 3}, {0xF8, 0xF0, 0x10000, 4}};
  const auto byte = [text](std::size_t place) -> std::uint32_t {
    return static_cast<unsigned char>(text[place]);
  };
  const std::uint32_t first = byte(at);
  for (const Form& form : kForms) {
    if ((first & form.mask) != form.lead) continue;
    if (at + form.length > text.size()) break;
    std::uint32_t code = first & ~form.mask;
    for (std::size_t i = 1; i < form.length; ++i) {
      if ((byte(at + i) & 0xC0) != 0x80) return {};
      code = code << 6 | (byte(at + i) & 0x3F);
    }
    if (code < form.least || code > 0x10FFFF) break;
    return {code, form.length};
  }
  return {};
}

[[nodiscard]] inline std::wstring widen(std::string_view utf8) {
  std::wstring wide;
  for (std::size_t at = 0; at < utf8.size();) {
    const DecodedCharacter next = decode_utf8(utf8, at);
    const bool good = next.length != 0;
    wide.push_back(static_cast<wchar_t>(good ? next.code : kReplacementCharacter));
    at += good ? next.length : 1;
  }
  return wide;
}

[[nodiscard]] inline std::string narrow(std::wstring_view wide) {
  std::string utf8;
  for (const wchar_t character : wide) {
    const auto code = static_cast<std::uint32_t>(character);
    append_utf8(utf8, code <= 0x10FFFF ? code : kReplacementCharacter);
  }
  return utf8;
}

// Text from outside made fit to be shown: what other programs call themselves, names of files and control groups, texts of
// a registry, lines of a far end. No other code has checked these octets.
//
// The result is UTF-8 that any terminal and any reader of JSON takes and that controls nothing there: each octet that is
// no UTF-8 (a name that was cut within a letter), each control character (C0, DEL, C1), and each character that turns
// the direction of the following text or ends its line becomes U+FFFD. So one character stays one column.

/// Whether showing a character affects only its own place.
[[nodiscard]] constexpr bool is_printable(std::uint32_t code) noexcept {
  struct Range {
    std::uint32_t first, last;
  };
  constexpr Range kRefused[] = {
      // clang-format off
      {0x0000, 0x001F},    // C0
      {0x007F, 0x009F},    // DEL and C1
      {0x2028, 0x202E},    // Ends of lines and paragraphs; embeddings and overrides of direction
      {0x2066, 0x2069},    // Isolates of direction
      {0xD800, 0xDFFF},    // Halves of surrogate pairs: no characters
      {0xFFFE, 0xFFFF},    // No characters
      // clang-format on
  };
  for (const Range& range : kRefused) {
    if (code >= range.first && code <= range.last) return false;
  }
  return code <= 0x10FFFF;
}

/// \param kept  Strings that pass as they are: ends of lines, the caller's own colour codes.
[[nodiscard]] std::string printable(std::string_view outside,
                                    std::span<const std::string_view> kept = {});

}  // namespace wsalive
