// The whole command: reads the command line, runs one sub-command, writes its report or its failure.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/frame/command.hpp"

namespace wsalive::cli {

/// The parser of the whole command line, made from the table of commands. The completions and the tests
/// read it, too.
class Program {
 public:
  Program();

  /// \return the exit status. Reports go to standard output, failures to standard error.
  [[nodiscard]] int run(int argc, const char* const* argv);

  [[nodiscard]] const CLI::App& parser() const noexcept { return parser_; }

 private:
  struct Entry {
    const CommandRow* row;
    CLI::App* parser;
    std::unique_ptr<Command> command;
  };

  void add(const CommandRow& row);
  [[nodiscard]] int read_and_run();
  [[nodiscard]] int finish(const Entry& entry) const;
  [[nodiscard]] int refuse(const CLI::ParseError& error) const;
  /// The sub-command that was named; nullptr: none.
  [[nodiscard]] const Entry* chosen() const;
  /// Writes the command's own answer to a failure; \return its status, or nullopt if it has none.
  [[nodiscard]] std::optional<int> told_otherwise(std::string_view line) const;
  [[nodiscard]] int fail(const Failure& failure) const;
  /// Whether --json was given, also if parsing stopped before that word.
  [[nodiscard]] bool wants_json() const;
  [[nodiscard]] int write_out(const std::string& text, int status) const;

  CLI::App parser_;
  std::vector<Entry> entries_;
  std::span<const char* const> words_;  ///< After the command's own name.
  bool json_ = false;
};

[[nodiscard]] int run_program(int argc, const char* const* argv);

}  // namespace wsalive::cli
