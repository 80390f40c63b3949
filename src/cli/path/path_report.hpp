// What a search found, for people and as JSON: the bracket, what was seen, and the settings to use.
#pragma once

#include <string>
#include <vector>

#include "cli/report.hpp"
#include "policy/path_search.hpp"

namespace wsalive::cli::path {

struct Found {
  std::string target;   ///< As it was named: "db.example:5432".
  std::string address;  ///< "10.0.0.5:5432"
  policy::PathResult result;
  std::vector<policy::PathObservation> observations;
  policy::Millis took{};
  std::uint32_t connections = 0;
};

class PathReport final : public Report {
 public:
  explicit PathReport(Found found) : found_(std::move(found)) {}
  [[nodiscard]] std::string text(const Page& page) const override;
  [[nodiscard]] nlohmann::ordered_json json() const override;

 private:
  Found found_;
};

}  // namespace wsalive::cli::path
