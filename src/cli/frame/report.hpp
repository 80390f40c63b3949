// What a command found out, apart from how it is shown: a report writes itself for people and as JSON.
//
// The JSON begins with the version of its schema (docs/messages.md). Field names are part of the interface and stay; times are whole milliseconds in fields
// that end in `_ms`; what is not known or never happens is null.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "drawing/coloured_text.hpp"

namespace wsalive::cli {

/// Grows when a field of the JSON changes its meaning or goes; new fields leave it.
inline constexpr int kSchema = 1;

/// What a report is written on.
struct Page {
  drawing::ColouredText coloured;
  std::size_t width = 80;  ///< Columns.
};

class Report {
 public:
  Report() = default;
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;
  virtual ~Report() = default;

  /// For people; ends with a line end, or is empty.
  [[nodiscard]] virtual std::string text(const Page& page) const = 0;
  /// Beside the text, on standard error: what a script that takes the text must not read. Whole lines; the
  /// JSON has it in fields.
  [[nodiscard]] virtual std::string aside() const { return {}; }
  [[nodiscard]] virtual nlohmann::ordered_json json() const = 0;
};

}  // namespace wsalive::cli
