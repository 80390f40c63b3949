// secure_crt.h: one body for both spellings. Nothing is written beyond the given size.
#include "wsalive/secure_crt.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <string>

#include "crt/format.hpp"
#include "kernel/text.hpp"

namespace wsalive::crt {
namespace {

template <typename Character>
errno_t refuse(Character* dest, std::size_t size, errno_t code) noexcept {
  if (dest && size != 0) dest[0] = 0;
  return code;
}

/// Puts at most `count` characters of the source behind the first `at` of dest.
template <typename Character>
errno_t put(Character* dest, std::size_t size, std::size_t at, const Character* source,
            std::size_t count) noexcept {
  if (!dest || size == 0) return EINVAL;
  if (!source) return refuse(dest, size, EINVAL);
  const std::size_t wanted = kernel::length_within(source, count == _TRUNCATE ? size - at : count);
  const bool fits = wanted < size - at;
  if (!fits && count != _TRUNCATE) return refuse(dest, size, ERANGE);
  const std::size_t length = fits ? wanted : size - at - 1;
  std::copy_n(source, length, dest + at);
  dest[at + length] = 0;
  return fits ? 0 : STRUNCATE;
}

constexpr std::size_t kWhole = static_cast<std::size_t>(-2);  // Longer than any text.

template <typename Character>
errno_t append_text(Character* dest, std::size_t size, const Character* source) noexcept {
  if (!dest || size == 0) return EINVAL;
  const std::size_t at = kernel::length_within(dest, size);
  return at == size ? refuse(dest, size, EINVAL) : put(dest, size, at, source, kWhole);
}

template <typename Character>
int print(Character* buffer, std::size_t size, std::size_t count, const Character* format,
          va_list arguments) noexcept {
  if (!buffer || size == 0 || !format) {
    refuse(buffer, size, EINVAL);
    return -1;
  }
  try {
    const std::string text = format_text(kernel::utf8(format), kDialectOf<Character>, arguments);
    const auto spelled = kernel::spelled_for<Character>(text);
    const bool cut = count < spelled.size();  // The program asked for the cut: no error.
    const errno_t refused = put(buffer, size, 0, spelled.c_str(), count);
    return refused != 0 || cut ? -1 : static_cast<int>(spelled.size());
  } catch (const std::bad_alloc&) {
    refuse(buffer, size, ENOMEM);
    return -1;
  }
}

}  // namespace
}  // namespace wsalive::crt

using namespace wsalive::crt;

#define WSALIVE_VARIADIC(call) \
  va_list arguments;           \
  va_start(arguments, format); \
  const int result = call;     \
  va_end(arguments);           \
  return result

int sprintf_s(char* buffer, size_t size, const char* format, ...) {
  WSALIVE_VARIADIC(print(buffer, size, kWhole, format, arguments));
}
int vsprintf_s(char* buffer, size_t size, const char* format, va_list arguments) {
  return print(buffer, size, kWhole, format, arguments);
}
int _snprintf_s(char* buffer, size_t size, size_t count, const char* format, ...) {
  WSALIVE_VARIADIC(print(buffer, size, count, format, arguments));
}
int swprintf_s(wchar_t* buffer, size_t size, const wchar_t* format, ...) {
  WSALIVE_VARIADIC(print(buffer, size, kWhole, format, arguments));
}

errno_t strcpy_s(char* dest, size_t size, const char* source) {
  return put(dest, size, 0, source, kWhole);
}
errno_t strcat_s(char* dest, size_t size, const char* source) {
  return append_text(dest, size, source);
}
errno_t strncpy_s(char* dest, size_t size, const char* source, size_t count) {
  return put(dest, size, 0, source, count);
}
errno_t wcscpy_s(wchar_t* dest, size_t size, const wchar_t* source) {
  return put(dest, size, 0, source, kWhole);
}
errno_t wcscat_s(wchar_t* dest, size_t size, const wchar_t* source) {
  return append_text(dest, size, source);
}
errno_t wcsncpy_s(wchar_t* dest, size_t size, const wchar_t* source, size_t count) {
  return put(dest, size, 0, source, count);
}

errno_t memcpy_s(void* dest, size_t size, const void* source, size_t count) {
  if (count == 0) return 0;
  if (!dest) return EINVAL;
  const bool good = source && count <= size;
  if (good) {
    std::memcpy(dest, source, count);
    return 0;
  }
  std::memset(dest, 0, size);
  return source ? ERANGE : EINVAL;
}

errno_t fopen_s(FILE** stream, const char* name, const char* mode) {
  if (!stream || !name || !mode) return EINVAL;
  *stream = std::fopen(name, mode);
  return *stream ? 0 : errno;
}

errno_t localtime_s(struct tm* out, const time_t* when) {
  if (!out || !when) return EINVAL;
  return ::localtime_r(when, out) ? 0 : EINVAL;
}
