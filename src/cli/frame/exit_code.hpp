// What the command's exit status means: the one list, which the help, the manual page and the tests read.
//
// `wsalive run` ends with the program's own status, or with 126 or 127, as shells do, if the program cannot
// be started.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace wsalive::cli {

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
  interrupted = 130,  ///< As a shell tells it: the command has ended by SIGINT.
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

}  // namespace wsalive::cli
