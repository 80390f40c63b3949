// The interface of every sub-command.
//
// To add one:
//   1. Write src/cli/commands/NAME.cpp: a class that is a Command, and a function make_NAME.
//      `declare` adds options to the parser, with their targets among the members; `run` does the
//      work through the layers below and returns an Answer, or a Failure with nothing half done. Rules
//      belong in src/policy, system calls in src/os and src/attach: a command only joins them.
//   2. Declare make_NAME in commands/commands.hpp and add a row to the table in commands/commands.cpp.
//   3. Describe it in docs/man/wsalive.1. Help, `--json`, and the completions follow from the table
//      and the parser; a test compares them with the manual page.
//   4. Drive the real binary in tests/cli/NAME_test.py.
// Shared parts: timing_options.hpp (--time, --interval, --probes, --release, --registry), option_types.hpp (times with units,
// counts, words), report.hpp (reports and tables of text), failure.hpp (failures and exit statuses).
// A command that reports nothing answers with a status and no report; `run` becomes its program, or exits as that did.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <tl/expected.hpp>

#include "cli/frame/failure.hpp"
#include "cli/frame/report.hpp"

namespace CLI {
class App;
}

namespace wsalive::cli {

/// The result of a command.
struct Answer {
  std::unique_ptr<Report> report;               ///< Null: nothing to show.
  int status = static_cast<int>(ExitCode::ok);  ///< The exit status.
};

template <typename T>
using Fallible = tl::expected<T, Failure>;

using Outcome = Fallible<Answer>;

class Command {
 public:
  Command() = default;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  virtual ~Command() = default;

  /// Adds options and arguments. The parser lives as long as the command.
  virtual void declare(CLI::App& parser) = 0;
  /// Does the work; called once, after the command line has been read into the members.
  [[nodiscard]] virtual Outcome run() = 0;

  /// Called before `run` if --json was given. Failures: the answer cannot be JSON.
  [[nodiscard]] virtual Fallible<void> takes_json() const { return {}; }

  /// The command's own answer to a failure, in place of a line on standard error and our exit status; nullopt: none.
  /// \param line  The line that standard error would get, after "wsalive: ".
  /// \param words  The command line: if parsing failed, the members do not have its values.
  [[nodiscard]] virtual std::optional<Answer> on_failure(
      std::string_view /*line*/, std::span<const char* const> /*words*/) const {
    return std::nullopt;
  }
};

/// Whether a command has something to write as JSON, and so takes --json.
enum class Json : bool { no, yes };

struct CommandRow {
  std::string_view name;
  std::string_view summary;  ///< One line, without a full stop.
  std::string_view details;  ///< Paragraphs of the help, the example last.
  Json json;
  std::unique_ptr<Command> (*make)();
};

/// Wraps a report and its status.
template <typename ConcreteReport>
[[nodiscard]] Outcome answer(ConcreteReport report, ExitCode code = ExitCode::ok) {
  return Answer{std::make_unique<ConcreteReport>(std::move(report)), static_cast<int>(code)};
}

}  // namespace wsalive::cli
