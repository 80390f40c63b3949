// Options that take a time with its unit.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "policy/duration.hpp"

namespace wsalive::cli {

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

/// How long something lasts that must not be over at once.
inline CLI::Option* add_time_out(CLI::App& parser, const std::string& name,
                                 std::optional<policy::Millis>& target, const std::string& help) {
  return add_time(parser, name, target, help, policy::parse_time_out);
}

/// Any length of time.
inline CLI::Option* add_duration(CLI::App& parser, const std::string& name,
                                 std::optional<policy::Millis>& target, const std::string& help) {
  return add_time(parser, name, target, help, policy::parse_duration);
}

}  // namespace wsalive::cli
