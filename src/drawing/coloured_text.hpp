// Colours for a terminal, and nothing for anything else: no escape leaves when standard output is a
// file or a pipe, when NO_COLOR is set or when the terminal is dumb.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace wsalive::drawing {

enum class Tone : unsigned char { plain, faint, good, busy, bad, strong };

/// The escape sequence that starts each tone, in the order of the enumeration; the first also ends it. No other is ever used.
inline constexpr std::array<std::string_view, 6> kColourSequences{
    "\033[0m", "\033[2m", "\033[32m", "\033[33m", "\033[31m", "\033[1m"};

class ColouredText {
 public:
  explicit ColouredText(bool colours) noexcept : colours_(colours) {}
  /// With colours if standard output shows them.
  [[nodiscard]] static ColouredText of_stdout();

  [[nodiscard]] bool colours() const noexcept { return colours_; }
  [[nodiscard]] std::string operator()(Tone tone, std::string_view text) const;

 private:
  bool colours_;
};

/// Padded with blanks to `width` columns; counts characters, not octets.
[[nodiscard]] std::string padded(std::string_view utf8, std::size_t width);

/// Columns of the terminal on standard output; 80 if it is no terminal or does not report its size.
[[nodiscard]] std::size_t terminal_width();

}  // namespace wsalive::drawing
