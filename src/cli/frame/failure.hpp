// Why a command could not do its work, in the four parts that a person needs: what was attempted, on
// what, why it failed, what to do now.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "cli/frame/exit_code.hpp"

namespace wsalive::cli {

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

/// Thrown while the command line is read, where a word is well written but means nothing that there is.
class Refusal : public std::exception {
 public:
  explicit Refusal(Failure failure) : failure_(std::move(failure)) {}
  [[nodiscard]] const Failure& failure() const noexcept { return failure_; }
  [[nodiscard]] const char* what() const noexcept override { return "a word means nothing"; }

 private:
  Failure failure_;
};

}  // namespace wsalive::cli
