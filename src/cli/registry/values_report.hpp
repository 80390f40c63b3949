// The registry values as `wsalive registry` shows them: the value in force, its source, and remarks.
#pragma once

#include <string>
#include <vector>

#include "cli/frame/report.hpp"
#include "cli/registry/values.hpp"
#include "registry/store.hpp"

namespace wsalive::cli {

/// One value's fields: in force, stored, and remarks.
[[nodiscard]] nlohmann::ordered_json state_json(const ValueState& state);

/// "warning: NAME is out of range; it counts as absent" or "note: NAME: stored 999, counts as 255", a line
/// each, for values with remarks.
[[nodiscard]] std::string remarks_on(const std::vector<ValueState>& states);

/// list, and get where a value or a file does not count.
class ValuesReport final : public Report {
 public:
  std::vector<ValueState> states;
  registry::StoreFiles files;
  std::vector<registry::Problem> problems;

  /// Notes are no complaints.
  [[nodiscard]] bool complains() const;
  [[nodiscard]] std::string text(const Page& page) const override;
  [[nodiscard]] nlohmann::ordered_json json() const override;

 private:
  [[nodiscard]] std::string files_text(const Page& page) const;
  [[nodiscard]] std::string complaints(const Page& page) const;
};

/// get: the value in force, alone, for scripts; remarks go to standard error.
class ValueReport final : public Report {
 public:
  ValueReport(ValueState state, std::vector<registry::Problem> problems)
      : state_(std::move(state)), problems_(std::move(problems)) {}
  [[nodiscard]] bool complains() const { return !problems_.empty() || !state_.complaint.empty(); }
  [[nodiscard]] std::string text(const Page& page) const override;
  [[nodiscard]] std::string aside() const override;
  [[nodiscard]] nlohmann::ordered_json json() const override;

 private:
  ValueState state_;
  std::vector<registry::Problem> problems_;
};

}  // namespace wsalive::cli
