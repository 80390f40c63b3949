// Failures of a command, in the four parts that a person needs: the attempt, its subject, the reason, the remedy; and the list
// of exit statuses.
#pragma once

#include <array>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace wsalive::cli {

/// The exit statuses: the one list, which the help, the manual page and the tests read.
///
/// `wsalive run` ends with the program's own status, or with 126 or 127, as shells do, if the program cannot
/// be started.
enum class ExitCode : std::uint8_t {
  ok = 0,
  findings = 1,
  usage = 2,
  bad_input = 3,
  denied = 4,
  unavailable = 5,
  gone = 6,
  failed = 7,
  cannot_execute = 126,
  not_found = 127,
  interrupted = 130,  ///< As a shell reports it: the command has ended by SIGINT.
};

struct ExitRow {
  ExitCode code;
  std::string_view name;  ///< In JSON, of failures without a name of their own; stays.
  std::string_view meaning;
};

inline constexpr std::array kExitCodes{
    // clang-format off
    ExitRow{ExitCode::ok,              "ok",             "done, and nothing to complain about"},
    ExitRow{ExitCode::findings,        "findings",       "done, but not all is well: lint, doctor, path, demo, registry list and get; set: a part was refused"},
    ExitRow{ExitCode::usage,           "usage",          "the command line was not understood; nothing was done"},
    ExitRow{ExitCode::bad_input,       "bad-input",      "a file, a value or a name is wrong; nothing was changed"},
    ExitRow{ExitCode::denied,          "denied",         "a right is missing"},
    ExitRow{ExitCode::unavailable,     "unavailable",    "this host lacks what it takes"},
    ExitRow{ExitCode::gone,            "gone",           "no such process, descriptor or connection"},
    ExitRow{ExitCode::failed,          "failed",         "the system refused for another reason"},
    ExitRow{ExitCode::cannot_execute,  "cannot-execute", "run: the program cannot be executed"},
    ExitRow{ExitCode::not_found,       "not-found",      "run: there is no such program"},
    ExitRow{ExitCode::interrupted,     "interrupted",    "path: ended by ctrl-C; the same command goes on from there"},
    // clang-format on
};

[[nodiscard]] constexpr std::string_view name_of(ExitCode code) {
  for (const ExitRow& row : kExitCodes) {
    if (row.code == code) return row.name;
  }
  return "failed";
}

struct Failure {
  ExitCode code = ExitCode::failed;
  std::string attempt{};    ///< "cannot read the registry"
  std::string subject{};    ///< "/home/a/values.reg", or empty.
  std::string reason{};     ///< "line 3: no such type"
  std::string remedy{};     ///< "mend the line, or name another file"; may be empty.
  std::string_view name{};  ///< Its code in frame/messages.hpp; empty: that of the exit status.

  /// What JSON has as `code`, and docs/messages.md describes.
  [[nodiscard]] std::string_view stable_code() const { return name.empty() ? name_of(code) : name; }

  /// "wsalive: ATTEMPT SUBJECT: REASON; REMEDY", without a line end.
  [[nodiscard]] std::string message() const {
    std::string text = "wsalive: " + attempt;
    if (!subject.empty()) text += ' ' + subject;
    if (!reason.empty()) text += ": " + reason;
    if (!remedy.empty()) text += "; " + remedy;
    return text;
  }
};

/// Thrown while the command line is read, for a well-formed word that refers to nothing.
class Refusal : public std::exception {
 public:
  explicit Refusal(Failure failure) : failure_(std::move(failure)) {}
  [[nodiscard]] const Failure& failure() const noexcept { return failure_; }
  [[nodiscard]] const char* what() const noexcept override { return "a word means nothing"; }

 private:
  Failure failure_;
};

}  // namespace wsalive::cli
