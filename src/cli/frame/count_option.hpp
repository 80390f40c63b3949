// Options that take a count within a range.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstddef>
#include <limits>
#include <string>

namespace wsalive::cli {

struct CountRange {
  std::size_t least = 1;
  std::size_t most =
      std::numeric_limits<std::size_t>::max();  ///< The largest number: no bound is said.
};

/// What is none of these is refused with the range. \param target  A number, or an optional one.
template <typename Target>
CLI::Option* add_count(CLI::App& parser, const std::string& name, Target& target,
                       const CountRange& range, const std::string& help) {
  const auto read = [name, &target, range](const std::string& text) {
    std::size_t count = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, count);
    const bool fits = error == std::errc{} && stop == end;
    if (!fits || count < range.least || count > range.most) {
      const bool is_open = range.most == CountRange{}.most;
      const std::string wanted = is_open ? fmt::format(": {} or more", range.least)
                                         : fmt::format(" from {} to {}", range.least, range.most);
      throw CLI::ValidationError(name, fmt::format("'{}' is no count{}", text, wanted));
    }
    target = count;
  };
  return parser.add_option_function<std::string>(name, read, help)->type_name("COUNT");
}

}  // namespace wsalive::cli
