// Text from and to a program, narrow and wide alike: inside, all text is UTF-8.
//
// The templates are for char and wchar_t, so that the A and the W form of a function are one body.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/utf8.hpp"
#include "os/memory/program_memory.hpp"

namespace wsalive::winsock {

/// Whether a text can be read to its NUL. For the functions whose pages name an error for one that cannot (K-26); the others
/// read the text unchecked.
template <typename Char>
[[nodiscard]] bool is_readable_text(const Char* text) noexcept {
  constexpr std::size_t kPage = 4096;
  for (;;) {
    const std::size_t to_edge = kPage - reinterpret_cast<std::uintptr_t>(text) % kPage;
    const std::size_t count = std::max<std::size_t>(1, to_edge / sizeof(Char));
    if (!os::is_readable(text, count * sizeof(Char))) return false;
    if (std::char_traits<Char>::find(text, count, Char{})) return true;
    text += count;
  }
}

[[nodiscard]] inline std::string from_program(const char* text) { return text; }
[[nodiscard]] inline std::string from_program(const wchar_t* text) { return narrow(text); }

/// The same for a text that may be absent.
template <typename Char>
[[nodiscard]] std::optional<std::string> optional_from_program(const Char* text) {
  if (!text) return std::nullopt;
  return from_program(text);
}

/// UTF-8 as a string of the program's characters.
template <typename Char>
[[nodiscard]] std::basic_string<Char> for_program(std::string_view utf8) {
  if constexpr (sizeof(Char) == 1) {
    return std::string{utf8};
  } else {
    return widen(utf8);
  }
}

/// Writes a text with its NUL. \return false, with nothing changed, if the place cannot be written.
template <typename Char>
[[nodiscard]] bool write_text(Char* place, const std::basic_string<Char>& text) noexcept {
  return os::write_program(place, text.c_str(), (text.size() + 1) * sizeof(Char));
}

}  // namespace wsalive::winsock
