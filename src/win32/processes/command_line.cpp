#include "win32/processes/command_line.hpp"

#include <cstddef>

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

}  // namespace wsalive::win32
