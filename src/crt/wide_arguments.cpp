// A program's arguments and environment as wide strings, for wmain. The archive that provides main
// (src/lib/wmain.c) calls it; it is part of the library so that a C program needs no C++ of its own.

#include <cstddef>
#include <cwchar>
#include <exception>
#include <memory>
#include <string>

#include "base/utf8.hpp"

extern "C" {

/// Converts `count` strings of UTF-8; malformed octets become U+FFFD.
///
/// \return `count` wide strings and a NULL behind them, which live as long as the process; NULL when
///         there is no memory for them.
__attribute__((visibility("default"))) wchar_t** wsalive_wide_strings(char** strings,
                                                                      std::size_t count) noexcept;
}

wchar_t** wsalive_wide_strings(char** strings, std::size_t count) noexcept try {
  auto wide = std::make_unique<wchar_t*[]>(count + 1);
  for (std::size_t i = 0; i < count; ++i) {
    wide[i] = ::wcsdup(wsalive::widen(strings[i]).c_str());
    if (!wide[i]) return nullptr;
  }
  return wide.release();
} catch (const std::exception&) {
  return nullptr;
}
