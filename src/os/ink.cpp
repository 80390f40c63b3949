#include "os/ink.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace wsalive::os {

Ink Ink::of_stdout() {
  const char* const terminal = std::getenv("TERM");
  const bool dumb = !terminal || std::string_view{terminal} == "dumb";
  return Ink{::isatty(STDOUT_FILENO) == 1 && !std::getenv("NO_COLOR") && !dumb};
}

std::string Ink::operator()(Tone tone, std::string_view text) const {
  constexpr std::array<std::string_view, 6> kCodes{"0", "2", "32", "33", "31", "1"};
  if (!colours_ || tone == Tone::plain) return std::string{text};
  std::string painted{"\033["};
  painted.append(kCodes[static_cast<std::size_t>(tone)]).append("m");
  return painted.append(text).append("\033[0m");
}

std::string padded(std::string_view utf8, std::size_t width) {
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
  const auto shown = utf8.size() - static_cast<std::size_t>(std::ranges::count_if(utf8, continues));
  return std::string{utf8} + std::string(width > shown ? width - shown : 0, ' ');
}

std::size_t terminal_width() {
  constexpr std::size_t kUsual = 80;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsual;
  return size.ws_col;
}

}  // namespace wsalive::os
