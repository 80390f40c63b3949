#include "win32/processes/command_line.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <string>

#include "kernel/text.hpp"
#include "os/file/file.hpp"
#include "win32/call.hpp"

namespace wsalive::win32 {
namespace {

bool is_blank(char character) noexcept { return character == ' ' || character == '\t'; }

/// Reads one argument of a line.
class Argument {
 public:
  Argument(std::string_view line, std::size_t at) : line_(line), at_(at) {}

  std::string read() {
    while (at_ < line_.size() && (in_quotes_ || !is_blank(line_[at_]))) {
      const std::size_t slashes = count_slashes();
      at_ += slashes;
      if (at_ == line_.size() || line_[at_] != '"') {
        out_.append(slashes, '\\');
        if (at_ < line_.size() && (in_quotes_ || !is_blank(line_[at_]))) out_ += line_[at_++];
        continue;
      }
      out_.append(slashes / 2, '\\');
      quote(slashes % 2 == 1);
    }
    return out_;
  }
  [[nodiscard]] std::size_t end() const noexcept { return at_; }

 private:
  [[nodiscard]] std::size_t count_slashes() const noexcept {
    std::size_t count = 0;
    while (at_ + count < line_.size() && line_[at_ + count] == '\\') ++count;
    return count;
  }
  void quote(bool escaped) {
    ++at_;
    if (escaped) {
      out_ += '"';
    } else if (in_quotes_ && at_ < line_.size() && line_[at_] == '"') {
      out_ += '"';  // Two in a row, inside: one.
      ++at_;
    } else {
      in_quotes_ = !in_quotes_;
    }
  }

  std::string_view line_;
  std::size_t at_;
  std::string out_;
  bool in_quotes_ = false;
};

}  // namespace

std::vector<std::string> split_command_line(std::string_view line) {
  std::vector<std::string> arguments;
  for (std::size_t at = 0;;) {
    while (at < line.size() && is_blank(line[at])) ++at;
    if (at == line.size()) return arguments;
    Argument argument{line, at};
    arguments.push_back(argument.read());
    at = argument.end();
  }
}

std::string quoted_argument(std::string_view argument) {
  if (!argument.empty() && argument.find_first_of(" \t\"") == std::string_view::npos) {
    return std::string{argument};
  }
  std::string out{'"'};
  std::size_t slashes = 0;
  for (const char character : argument) {
    if (character == '\\') {
      ++slashes;
      continue;
    }
    out.append(character == '"' ? slashes * 2 + 1 : slashes, '\\');
    slashes = 0;
    out += character;
  }
  out.append(slashes * 2, '\\');
  return out + '"';
}

// Environment variables and the command line. Names compare with case, as Linux has them.

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
