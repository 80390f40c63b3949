#include "drawing/coloured_text.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace wsalive::drawing {

ColouredText ColouredText::of_stdout() {
  const char* const terminal = std::getenv("TERM");
  const bool dumb = !terminal || std::string_view{terminal} == "dumb";
  return ColouredText{::isatty(STDOUT_FILENO) == 1 && !std::getenv("NO_COLOR") && !dumb};
}

std::string ColouredText::operator()(Tone tone, std::string_view text) const {
  if (!colours_ || tone == Tone::plain) return std::string{text};
  std::string painted{kColourSequences[static_cast<std::size_t>(tone)]};
  return painted.append(text).append(kColourSequences.front());
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

}  // namespace wsalive::drawing
