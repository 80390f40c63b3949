#include "crt/format.hpp"

#include <locale.h>  // NOLINT(modernize-deprecated-headers): newlocale is POSIX.
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>

#include "base/owned.hpp"

namespace wsalive::crt {
namespace {

/// Length prefixes of Windows and what they mean for a whole number here, longest first.
struct Length {
  std::string_view windows;
  std::string_view here;
  bool wide;    ///< A string or character behind it is wide.
  bool narrow;  ///< It is narrow.
};
constexpr Length kLengths[] = {
    // clang-format off
    {"I64", "ll", false, false},
    {"I32", "",   false, false},
    {"ll",  "ll", false, false},
    {"hh",  "hh", false, true },
    {"h",   "h",  false, true },
    {"l",   "",   true,  false},  // A long is 32 bits wide on Windows.
    {"w",   "",   true,  false},
    {"I",   "z",  false, false},
    {"z",   "z",  false, false},
    {"j",   "j",  false, false},
    {"t",   "t",  false, false},
    {"L",   "L",  false, false},
    {"",    "",   false, false},
    // clang-format on
};

const Length& length_at(std::string_view text) noexcept {
  for (const Length& length : kLengths) {
    if (text.starts_with(length.windows)) return length;
  }
  return kLengths[std::size(kLengths) - 1];
}

bool is_one_of(char character, std::string_view set) noexcept {
  return set.find(character) != std::string_view::npos;
}

/// The conversion of a string or character, %s %S %c %C, by its prefix and the dialect.
std::string text_conversion(char letter, const Length& length, Dialect dialect) {
  const bool capital = letter == 'S' || letter == 'C';
  bool wide = (dialect == Dialect::wide) != capital;
  if (length.wide) wide = true;
  if (length.narrow) wide = false;
  const char small = letter == 'S' || letter == 's' ? 's' : 'c';
  return wide ? std::string{'l', small} : std::string{small};
}

std::string number_conversion(char letter, const Length& length) {
  if (is_one_of(letter, "diouxX")) return std::string{length.here} + letter;
  if (is_one_of(letter, "aAeEfFgG")) return std::string{length.windows == "L" ? "L" : ""} + letter;
  return std::string{length.windows} + letter;
}

/// Switches this thread's wide characters to UTF-8; the rest of the locale stays as the program has set it.
class Utf8Locale {
 public:
  Utf8Locale() noexcept {
    const locale_t base = ::duplocale(::uselocale(nullptr));
    if (!base) return;
    mine_ = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", base);
    if (mine_) {
      before_ = ::uselocale(mine_);
    } else {
      ::freelocale(base);
    }
  }
  ~Utf8Locale() {
    if (!mine_) return;
    ::uselocale(before_);
    ::freelocale(mine_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  locale_t mine_ = nullptr;
  locale_t before_ = nullptr;
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
std::string print(const std::string& format, va_list arguments) {
  char* raw = nullptr;
  const bool has_wide =
      format.find("ls") != std::string::npos || format.find("lc") != std::string::npos;
  int length = 0;
  if (has_wide) {
    const Utf8Locale locale;
    length = ::vasprintf(&raw, format.c_str(), arguments);
  } else {
    length = ::vasprintf(&raw, format.c_str(), arguments);
  }
  if (length < 0) throw std::bad_alloc{};
  const std::unique_ptr<char, Releases<std::free>> owned{raw};
  return {raw, static_cast<std::size_t>(length)};
}
#pragma GCC diagnostic pop

// NOLINTNEXTLINE(performance-unnecessary-value-param): va_start takes no reference.
std::string print_word(std::string format, ...) {
  va_list arguments;
  va_start(arguments, format);
  std::string text;
  try {
    text = print(format, arguments);
  } catch (...) {
    va_end(arguments);
    throw;
  }
  va_end(arguments);
  return text;
}

}  // namespace

std::string translate_format(std::string_view format, Dialect dialect) {
  std::string out;
  out.reserve(format.size() + 8);
  for (std::size_t at = 0; at < format.size();) {
    const char character = format[at++];
    out += character;
    if (character != '%' || at == format.size()) continue;
    while (at < format.size() && is_one_of(format[at], "-+ #0123456789.*'")) out += format[at++];
    const Length& length = length_at(format.substr(at));
    const std::size_t letter_at = at + length.windows.size();
    if (letter_at >= format.size()) continue;
    const char letter = format[letter_at];
    out += is_one_of(letter, "sScC") ? text_conversion(letter, length, dialect)
                                     : number_conversion(letter, length);
    at = letter_at + 1;
  }
  return out;
}

std::string format_text(std::string_view format, Dialect dialect, va_list arguments) {
  return print(translate_format(format, dialect), arguments);
}

std::string format_word(std::string_view conversion, Dialect dialect, unsigned long long word) {
  return print_word(translate_format(conversion, dialect), word);
}

}  // namespace wsalive::crt
