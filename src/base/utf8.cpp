#include "base/utf8.hpp"

#include <algorithm>

namespace wsalive {

std::string printable(std::string_view outside, std::span<const std::string_view> kept) {
  std::string text;
  text.reserve(outside.size());
  for (std::size_t at = 0; at < outside.size();) {
    const std::string_view rest = outside.substr(at);
    const auto whole = std::ranges::find_if(
        kept, [rest](std::string_view each) { return rest.starts_with(each); });
    const DecodedCharacter next = decode_utf8(outside, at);
    const bool good = next.length != 0 && is_printable(next.code);
    const std::size_t length = whole != kept.end() ? whole->size()
                               : next.length != 0  ? next.length
                                                   : 1;
    if (good || whole != kept.end()) {
      text.append(rest.substr(0, length));
    } else {
      append_utf8(text, kReplacementCharacter);
    }
    at += length;
  }
  return text;
}

}  // namespace wsalive
