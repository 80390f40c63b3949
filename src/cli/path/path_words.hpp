// The sentences of a report about the search for a path's time-out, and the words of its JSON.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "cli/path/path_report.hpp"
#include "path/plan/search.hpp"
#include "path/plan/trial.hpp"
#include "path/plan/ways.hpp"

namespace wsalive::cli::path_command {

/// In tenths of a second.
[[nodiscard]] std::string shown(policy::Millis time);
/// The upper end of a measured time, rounded up.
[[nodiscard]] std::string shown_at_most(policy::Millis time);

struct Sentences {
  std::string headline;
  std::string meaning;
};

/// Of one direction, as if there were no other.
[[nodiscard]] Sentences words_for(const std::string& target, const path::PathResult& result);

/// Of both; not for `unclear`, where each direction stands alone.
[[nodiscard]] Sentences words_for(const std::string& target, const path::PathWays& ways);

[[nodiscard]] std::string words_for(path::PathSight sight);

/// The connections that the search leaves behind at the far end, in sentences; empty: none.
/// \param served  The far end is `wsalive serve`.
[[nodiscard]] std::string farewell_words(const path::Farewells& farewells, bool served);

// Words of the JSON and of the state file; they are stable.

inline constexpr std::array<std::string_view, 5> kSights{"kept", "silent", "reset", "closed",
                                                         "cut_short"};
inline constexpr std::array<std::string_view, 7> kFindings{
    "forgets", "keeps", "far_end_ends", "far_end_talks", "no_answer", "unreachable", "unsteady"};

inline constexpr std::array<std::string_view, 5> kManners{"keeps", "forgets", "relearns_from_here",
                                                          "relearns_from_far_end", "unclear"};

inline constexpr std::array<std::string_view, 5> kTrials{"kept", "not_counted", "ended",
                                                         "unsettled", "not_made"};

constexpr std::string_view name_of(path::PathSight sight) {
  return kSights[static_cast<std::size_t>(sight)];
}
constexpr std::string_view name_of(path::PathFinding finding) {
  return kFindings[static_cast<std::size_t>(finding)];
}
constexpr std::string_view name_of(path::PathManner manner) {
  return kManners[static_cast<std::size_t>(manner)];
}

constexpr std::string_view name_of(path::TrialFinding finding) {
  return kTrials[static_cast<std::size_t>(finding)];
}

}  // namespace wsalive::cli::path_command
