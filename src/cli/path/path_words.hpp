// The sentences of a report: what was found, and what it means.
#pragma once

#include <string>

#include "cli/path/path_report.hpp"

namespace wsalive::cli::path_command {

/// Tenths of a second are as much as a person wants to read.
[[nodiscard]] std::string shown(policy::Millis time);
/// The upper end of what was measured, never said smaller than it is.
[[nodiscard]] std::string shown_at_most(policy::Millis time);

struct Sentences {
  std::string headline;
  std::string meaning;
};

/// Of one direction, as if there were no other.
[[nodiscard]] Sentences words_for(const std::string& target, const path::PathResult& result);

/// Of both; not for `unclear`, where each direction speaks for itself.
[[nodiscard]] Sentences words_for(const std::string& target, const path::PathWays& ways);

[[nodiscard]] std::string words_for(path::PathSight sight);

/// What the search leaves behind at the far end, in sentences; empty: nothing.
/// \param served  The far end is `wsalive serve`.
[[nodiscard]] std::string farewell_words(const path::Farewells& farewells, bool served);

}  // namespace wsalive::cli::path_command
