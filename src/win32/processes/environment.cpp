// Environment variables and the command line. Names compare with case, as Linux has them.
#include <cerrno>
#include <cstdlib>
#include <string>

#include "kernel/text.hpp"
#include "os/file/file.hpp"
#include "win32/call.hpp"
#include "win32/processes/command_line.hpp"

namespace wsalive::win32 {
namespace {

template <typename Text, typename Character>
DWORD get_variable(Text name, Character* buffer, DWORD size) {
  return guarded(DWORD{0}, [&]() -> DWORD {
    const char* const value = std::getenv(kernel::utf8(name).c_str());
    if (!value) return fail(ERROR_ENVVAR_NOT_FOUND, DWORD{0});
    kernel::set_last_error(ERROR_SUCCESS);  // An empty value answers 0, too.
    return kernel::copy_or_ask(value, buffer, size);
  });
}

template <typename Text>
BOOL set_variable(Text name, Text value) {
  return guarded(FALSE, [&]() -> BOOL {
    const std::string text = kernel::utf8(name);
    const int refused =
        value ? ::setenv(text.c_str(), kernel::utf8(value).c_str(), 1) : ::unsetenv(text.c_str());
    return succeed_if(refused == 0, refused != 0 && errno == ENOMEM ? ERROR_NOT_ENOUGH_MEMORY
                                                                    : ERROR_INVALID_PARAMETER);
  });
}

/// The process's arguments as one line that splits into them again.
std::string own_command_line() {
  const auto arguments = os::read_file("/proc/self/cmdline");
  std::string line;
  if (!arguments) return line;
  for (std::size_t at = 0; at < arguments->size();) {
    const std::string argument = arguments->c_str() + at;
    if (at != 0) line += ' ';
    line += quoted_argument(argument);
    at += argument.size() + 1;
  }
  return line;
}

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive;
using namespace wsalive::win32;

DWORD GetEnvironmentVariableA(LPCSTR lpName, LPSTR lpBuffer, DWORD nSize) {
  return get_variable(lpName, lpBuffer, nSize);
}

DWORD GetEnvironmentVariableW(LPCWSTR lpName, LPWSTR lpBuffer, DWORD nSize) {
  return get_variable(lpName, lpBuffer, nSize);
}

BOOL SetEnvironmentVariableA(LPCSTR lpName, LPCSTR lpValue) {
  return set_variable(lpName, lpValue);
}

BOOL SetEnvironmentVariableW(LPCWSTR lpName, LPCWSTR lpValue) {
  return set_variable(lpName, lpValue);
}

LPSTR GetCommandLineA() {
  return guarded<LPSTR>(nullptr, [] {
    static std::string line = own_command_line();
    return line.data();
  });
}

LPWSTR GetCommandLineW() {
  return guarded<LPWSTR>(nullptr, [] {
    static std::wstring line = widen(own_command_line());
    return line.data();
  });
}
