// An option or argument that takes one of a few words; help and completions show the words.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <vector>

namespace wsalive::cli {

inline CLI::Option* add_word_option(CLI::App& parser, const std::string& name, std::string& target,
                                    const std::vector<std::string>& words,
                                    const std::string& help) {
  const auto check = [words](const std::string& text) {
    if (std::ranges::find(words, text) != words.end()) return std::string{};
    return fmt::format("'{}' is none of {}", text, fmt::join(words, ", "));
  };
  return parser.add_option(name, target, help)
      ->type_name(fmt::format("{}", fmt::join(words, "|")))
      ->check(CLI::Validator{check, ""});
}

}  // namespace wsalive::cli
