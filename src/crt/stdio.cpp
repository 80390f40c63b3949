// The printf family of windows_stdio.h and of conio.h. Output is formatted whole and then written in one piece.

#include "conio.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <new>
#include <span>
#include <string>
#include <string_view>

#include "base/utf8.hpp"
#include "crt/format.hpp"
#include "kernel/completion_port.hpp"
#include "os/file/descriptor.hpp"
#include "wsalive/compiler.h"

namespace wsalive::crt {
namespace {

int out_of_memory() noexcept {
  errno = ENOMEM;
  return -1;
}

int print(std::FILE* stream, std::string_view format, Dialect dialect, va_list arguments) noexcept {
  try {
    const std::string text = format_text(format, dialect, arguments);
    if (std::fwrite(text.data(), 1, text.size(), stream) != text.size()) return -1;
    return static_cast<int>(text.size());
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
}

int print_wide(std::FILE* stream, const wchar_t* format, va_list arguments) noexcept {
  try {
    return print(stream, narrow(format), Dialect::wide, arguments);
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
}

/// Cuts what does not fit; returns the whole length, as in C99.
int print_to(char* buffer, std::size_t size, const char* format, va_list arguments) noexcept {
  try {
    const std::string text = format_text(format, Dialect::narrow, arguments);
    if (size != 0) {
      const std::size_t fits = std::min(text.size(), size - 1);
      std::copy_n(text.data(), fits, buffer);
      buffer[fits] = '\0';
    }
    return static_cast<int>(text.size());
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
}

/// The wide form fails if the text does not fit.
int print_to(wchar_t* buffer, std::size_t size, const wchar_t* format, va_list arguments) noexcept {
  try {
    const std::wstring text = widen(format_text(narrow(format), Dialect::wide, arguments));
    if (size == 0) return -1;
    const std::size_t fits = std::min(text.size(), size - 1);
    std::copy_n(text.data(), fits, buffer);
    buffer[fits] = L'\0';
    return fits == text.size() ? static_cast<int>(fits) : -1;
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
}

constexpr std::size_t kUnknownSize = SIZE_MAX;

}  // namespace
}  // namespace wsalive::crt

using namespace wsalive::crt;

// One definition: the arguments become a va_list, and the answer is that of `call`.
#define WSALIVE_VARIADIC(call) \
  va_list arguments;           \
  va_start(arguments, format); \
  const int result = call;     \
  va_end(arguments);           \
  return result

extern "C" {

WSALIVE_API int wsalive_printf(const char* format, ...) {
  WSALIVE_VARIADIC(print(stdout, format, Dialect::narrow, arguments));
}
WSALIVE_API int wsalive_fprintf(std::FILE* stream, const char* format, ...) {
  WSALIVE_VARIADIC(print(stream, format, Dialect::narrow, arguments));
}
WSALIVE_API int wsalive_vprintf(const char* format, va_list arguments) {
  return print(stdout, format, Dialect::narrow, arguments);
}
WSALIVE_API int wsalive_vfprintf(std::FILE* stream, const char* format, va_list arguments) {
  return print(stream, format, Dialect::narrow, arguments);
}
WSALIVE_API int wsalive_sprintf(char* buffer, const char* format, ...) {
  WSALIVE_VARIADIC(print_to(buffer, kUnknownSize, format, arguments));
}
WSALIVE_API int wsalive_snprintf(char* buffer, std::size_t size, const char* format, ...) {
  WSALIVE_VARIADIC(print_to(buffer, size, format, arguments));
}
WSALIVE_API int wsalive_wprintf(const wchar_t* format, ...) {
  WSALIVE_VARIADIC(print_wide(stdout, format, arguments));
}
WSALIVE_API int wsalive_fwprintf(std::FILE* stream, const wchar_t* format, ...) {
  WSALIVE_VARIADIC(print_wide(stream, format, arguments));
}
WSALIVE_API int wsalive_swprintf(wchar_t* buffer, std::size_t size, const wchar_t* format, ...) {
  WSALIVE_VARIADIC(print_to(buffer, size, format, arguments));
}

}  // extern "C"

// conio.h over standard input and output.

namespace wsalive::crt {
namespace {

enum class Echo : bool { off, on };

int next_key(Echo echo) {
  const kernel::BlockedScope blocked;
  return os::read_key(STDIN_FILENO, echo == Echo::on);
}

bool write(const char* text, std::size_t length) {
  return os::write_all(STDOUT_FILENO, std::as_bytes(std::span{text, length})).has_value();
}

}  // namespace
}  // namespace wsalive::crt

using namespace wsalive::crt;

int _kbhit() { return wsalive::os::is_readable_now(STDIN_FILENO) ? 1 : 0; }

int _getch() { return next_key(Echo::off); }

int _getche() { return next_key(Echo::on); }

int _putch(int character) {
  const char one = static_cast<char>(character);
  return write(&one, 1) ? character : -1;
}

int _cputs(const char* text) { return write(text, std::strlen(text)) ? 0 : -1; }
