// Words of the JSON and of the state file; they stay.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "path/plan/search.hpp"
#include "path/plan/trial.hpp"
#include "path/plan/ways.hpp"

namespace wsalive::cli::path_command {

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
