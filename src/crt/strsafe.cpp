// strsafe.h: one body for both spellings and both units of size.
#include "strsafe.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "crt/format.hpp"
#include "kernel/text.hpp"

namespace wsalive::crt {
namespace {

bool is_bad_size(std::size_t size) noexcept { return size == 0 || size > STRSAFE_MAX_CCH; }

/// Puts a text at `at` in a buffer, cut if it does not fit.
template <typename Character>
HRESULT put(Character* buffer, std::size_t size, std::size_t at,
            std::basic_string_view<Character> text) noexcept {
  const std::size_t fits = std::min(text.size(), size - at - 1);
  std::copy_n(text.data(), fits, buffer + at);
  buffer[at + fits] = 0;
  return fits == text.size() ? S_OK : STRSAFE_E_INSUFFICIENT_BUFFER;
}

template <typename Character>
HRESULT copy_text(Character* buffer, std::size_t size, const Character* source,
                  std::size_t most) noexcept {
  if (is_bad_size(size)) return STRSAFE_E_INVALID_PARAMETER;
  return put(buffer, size, 0,
             std::basic_string_view<Character>{source, kernel::length_within(source, most)});
}

template <typename Character>
HRESULT cat(Character* buffer, std::size_t size, const Character* source) noexcept {
  if (is_bad_size(size)) return STRSAFE_E_INVALID_PARAMETER;
  const std::size_t at = kernel::length_within(buffer, size);
  if (at == size) return STRSAFE_E_INVALID_PARAMETER;
  return put(buffer, size, at, std::basic_string_view<Character>{source});
}

template <typename Character>
HRESULT print(Character* buffer, std::size_t size, const Character* format,
              va_list arguments) noexcept {
  if (is_bad_size(size)) return STRSAFE_E_INVALID_PARAMETER;
  try {
    const std::string text = format_text(kernel::utf8(format), kDialectOf<Character>, arguments);
    const auto spelled = kernel::spelled_for<Character>(text);
    return put(buffer, size, 0, std::basic_string_view<Character>{spelled});
  } catch (const std::bad_alloc&) {
    return E_OUTOFMEMORY;
  }
}

template <typename Character>
HRESULT measure(const Character* text, std::size_t most, std::size_t unit,
                std::size_t* length) noexcept {
  const bool bad = !text || most > STRSAFE_MAX_CCH;
  const std::size_t found = bad ? most : kernel::length_within(text, most);
  if (length) *length = found == most ? 0 : found * unit;
  return found == most ? STRSAFE_E_INVALID_PARAMETER : S_OK;
}

constexpr std::size_t kAll = STRSAFE_MAX_CCH;

}  // namespace
}  // namespace wsalive::crt

using namespace wsalive::crt;

// One spelling of all functions. The format functions differ from the others in their va_list.
// NOLINTBEGIN(bugprone-macro-parentheses): the argument is a type.
#define WSALIVE_STRSAFE(suffix, Character)                                                      \
  HRESULT StringCchCopy##suffix(Character* dest, size_t size, const Character* source) {        \
    return copy_text(dest, size, source, kAll);                                                 \
  }                                                                                             \
  HRESULT StringCbCopy##suffix(Character* dest, size_t size, const Character* source) {         \
    return copy_text(dest, size / sizeof(Character), source, kAll);                             \
  }                                                                                             \
  HRESULT StringCchCopyN##suffix(Character* dest, size_t size, const Character* source,         \
                                 size_t count) {                                                \
    return copy_text(dest, size, source, count);                                                \
  }                                                                                             \
  HRESULT StringCchCat##suffix(Character* dest, size_t size, const Character* source) {         \
    return cat(dest, size, source);                                                             \
  }                                                                                             \
  HRESULT StringCbCat##suffix(Character* dest, size_t size, const Character* source) {          \
    return cat(dest, size / sizeof(Character), source);                                         \
  }                                                                                             \
  HRESULT StringCchVPrintf##suffix(Character* dest, size_t size, const Character* format,       \
                                   va_list arguments) {                                         \
    return print(dest, size, format, arguments);                                                \
  }                                                                                             \
  HRESULT StringCchPrintf##suffix(Character* dest, size_t size, const Character* format, ...) { \
    va_list arguments;                                                                          \
    va_start(arguments, format);                                                                \
    const HRESULT result = print(dest, size, format, arguments);                                \
    va_end(arguments);                                                                          \
    return result;                                                                              \
  }                                                                                             \
  HRESULT StringCbPrintf##suffix(Character* dest, size_t size, const Character* format, ...) {  \
    va_list arguments;                                                                          \
    va_start(arguments, format);                                                                \
    const HRESULT result = print(dest, size / sizeof(Character), format, arguments);            \
    va_end(arguments);                                                                          \
    return result;                                                                              \
  }                                                                                             \
  HRESULT StringCchLength##suffix(const Character* text, size_t most, size_t* length) {         \
    return measure(text, most, 1, length);                                                      \
  }                                                                                             \
  HRESULT StringCbLength##suffix(const Character* text, size_t most, size_t* length) {          \
    return measure(text, most / sizeof(Character), sizeof(Character), length);                  \
  }
// NOLINTEND(bugprone-macro-parentheses)

WSALIVE_STRSAFE(A, char)
WSALIVE_STRSAFE(W, wchar_t)
