// Text to and from programs: both spellings of a function (A: UTF-8, W: 32-bit wide characters)
// share one body over std::string, and copy its answer into the program's buffer here. The C run-time and the
// Win32 functions both use it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/utf8.hpp"

namespace wsalive::kernel {

[[nodiscard]] inline std::string utf8(const char* text) { return text ? text : ""; }
[[nodiscard]] inline std::string utf8(const wchar_t* text) { return text ? narrow(text) : ""; }

/// Length of a text; `most` if there is no NUL before that.
template <typename Character>
[[nodiscard]] std::size_t length_within(const Character* text, std::size_t most) noexcept {
  std::size_t length = 0;
  while (length < most && text[length]) ++length;
  return length;
}

[[nodiscard]] inline std::string utf8_of(std::string_view text) { return std::string{text}; }
[[nodiscard]] inline std::string utf8_of(std::wstring_view text) { return narrow(text); }

/// The text in the characters of a buffer.
inline void spell(std::string_view text, std::string& out) { out = text; }
inline void spell(std::string_view text, std::wstring& out) { out = widen(text); }

template <typename Character>
[[nodiscard]] std::basic_string<Character> spelled_for(std::string_view text) {
  std::basic_string<Character> out;
  spell(text, out);
  return out;
}

/// Fills a buffer as most functions do.
/// \return the length without NUL; if the text does not fit, the size that is needed, NUL included, with nothing written.
template <typename Character>
std::uint32_t copy_or_ask(std::string_view text, Character* buffer, std::uint32_t size) {
  const auto spelled = spelled_for<Character>(text);
  const auto needed = static_cast<std::uint32_t>(spelled.size()) + 1;
  if (!buffer || size < needed) return needed;
  std::copy_n(spelled.c_str(), needed, buffer);
  return needed - 1;
}

/// Upper-case ASCII made lower: names of modules and files compare without case.
[[nodiscard]] inline std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  });
  return text;
}

}  // namespace wsalive::kernel
