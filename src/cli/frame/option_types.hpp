// The types of options that commands share: one of a few words, a count within a range, a time with its unit.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "policy/duration.hpp"
#include "policy/kernel_fit.hpp"

namespace wsalive::cli {

/// An option or argument that takes one of a few words; help and completions show the words.
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

struct CountRange {
  std::size_t least = 1;
  std::size_t most =
      std::numeric_limits<std::size_t>::max();  ///< The largest number: messages name no bound.
};

/// Refuses anything else, with the range. \param target  A number, or an optional one.
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

// Options that take a time with its unit.

template <typename Time, typename Parse>
CLI::Option* add_time(CLI::App& parser, const std::string& name, std::optional<Time>& target,
                      const std::string& help, Parse parse) {
  const auto read = [name, &target, parse](const std::string& text) {
    const auto time = parse(text);
    if (!time) throw CLI::ValidationError(name, time.error());
    target = *time;
  };
  return parser.add_option_function<std::string>(name, read, help)->type_name("TIME");
}

/// T or I: 1 ms to 4,294,967,295 ms.
inline CLI::Option* add_keepalive_time(CLI::App& parser, const std::string& name,
                                       std::optional<policy::DwordMillis>& target,
                                       const std::string& help) {
  return add_time(parser, name, target, help, policy::parse_keepalive_time);
}

/// A time-out, above 0.
inline CLI::Option* add_time_out(CLI::App& parser, const std::string& name,
                                 std::optional<policy::Millis>& target, const std::string& help) {
  return add_time(parser, name, target, help, policy::parse_time_out);
}

/// Any length of time.
inline CLI::Option* add_duration(CLI::App& parser, const std::string& name,
                                 std::optional<policy::Millis>& target, const std::string& help) {
  return add_time(parser, name, target, help, policy::parse_duration);
}

/// --round: the direction of rounding for an idle time that the kernel cannot keep.
class RoundingOption {
 public:
  void declare(CLI::App& parser) {
    add_word_option(
        parser, "--round", word_, {"down", "up"},
        "Which way an idle time goes that the kernel cannot keep (down: a path forgets)");
  }
  [[nodiscard]] policy::RoundIdle rounding() const {
    return word_ == "up" ? policy::RoundIdle::up : policy::RoundIdle::down;
  }

 private:
  std::string word_ = "down";
};

}  // namespace wsalive::cli
