// The result of a search, for people and as JSON: the bracket, the observations, and the settings to use; in one direction or,
// with `wsalive serve` at the far end, in both.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/frame/report.hpp"
#include "path/leaving.hpp"
#include "path/plan/trial.hpp"
#include "path/plan/ways.hpp"

namespace wsalive::cli::path_command {

/// One direction.
struct FoundWay {
  path::PathWay way;
  std::vector<path::PathObservation> observations;
};

struct Found {
  std::string target;   ///< As the user named it: "db.example:5432".
  std::string address;  ///< "10.0.0.5:5432"
  FoundWay outward;     ///< Probes from here.
  std::optional<FoundWay> inward;
  policy::Millis took{};
  std::uint32_t connections = 0;
  std::optional<path::PathTrial> trial{};  ///< nullopt: the settings were not tried.
  path::Farewells farewells{};  ///< Whether the far end knows that the connections are closed.

  /// Both directions joined; nullopt where one was searched.
  [[nodiscard]] std::optional<path::PathWays> ways() const {
    return inward ? std::optional{path::join_ways(outward.way, inward->way)} : std::nullopt;
  }
  /// The result from which the settings follow.
  [[nodiscard]] path::PathResult joint() const {
    const auto both = ways();
    return both ? both->joint : outward.way.result;
  }
};

/// The settings to use; nullopt if there are none, or if the trial has shown that they do not keep a connection.
[[nodiscard]] std::optional<policy::Timing> advice_of(const Found& found);

/// Whether the search has come to a clear answer, and the settings keep a connection.
[[nodiscard]] bool is_clear(const Found& found);

class PathReport final : public Report {
 public:
  explicit PathReport(Found found) : found_(std::move(found)) {}
  [[nodiscard]] std::string text(const Page& page) const override;
  [[nodiscard]] nlohmann::ordered_json json() const override;

 private:
  Found found_;
};

}  // namespace wsalive::cli::path_command
