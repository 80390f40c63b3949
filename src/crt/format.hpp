// printf formats of Windows' C library, translated into those of Linux' one.
//
// What differs: a `long` and so %ld is 32 bits wide; %I64d, %I32d and %Id name widths; %ws, %ls, %S and
// %hs say how wide a string is, and in wprintf a plain %s is a wide one. Text comes out as UTF-8
// whatever the locale.
#pragma once

#include <cstdarg>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace wsalive::crt {

/// How wide a plain %s and %c is: narrow in printf, wide in wprintf.
enum class Dialect : std::uint8_t { narrow, wide };

template <typename Character>
inline constexpr Dialect kDialectOf =
    std::is_same_v<Character, wchar_t> ? Dialect::wide : Dialect::narrow;

/// The C library's format for the same arguments. Unknown conversions stay
/// as they are.
[[nodiscard]] std::string translate_format(std::string_view format, Dialect dialect);

/// The formatted text, as UTF-8. Throws std::bad_alloc.
[[nodiscard]] std::string format_text(std::string_view format, Dialect dialect, va_list arguments);

/// One argument, a machine word that may be a number or a string, by one conversion.
[[nodiscard]] std::string format_word(std::string_view conversion, Dialect dialect,
                                      unsigned long long word);

}  // namespace wsalive::crt
