// The whole command: reads the command line, runs one sub-command, writes its report or its failure.
#pragma once

#include <memory>
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
  [[nodiscard]] int finish(const Entry& entry) const;
  [[nodiscard]] int refuse(const CLI::ParseError& error) const;

  CLI::App parser_;
  std::vector<Entry> entries_;
  bool json_ = false;
};

[[nodiscard]] int run_program(int argc, const char* const* argv);

}  // namespace wsalive::cli
