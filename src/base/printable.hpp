// Text from outside made fit to be shown: what other programs call themselves, names of files and control groups, texts of
// a registry, lines of a far end. No other code has checked these octets.
//
// What comes out is UTF-8 that any terminal and any reader of JSON takes, and it does nothing there: each octet that is
// no UTF-8 (a name that was cut within a letter), each control character (C0, DEL, C1) and each character that turns
// the direction of what follows, or ends its line, is U+FFFD. So one character stays one column.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace wsalive {

/// Whether a character changes nothing but the place where it stands.
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

/// \param kept  Octets that pass as they are, each of them whole: ends of lines, the colours that we put in ourselves.
[[nodiscard]] std::string printable(std::string_view outside,
                                    std::span<const std::string_view> kept = {});

}  // namespace wsalive
