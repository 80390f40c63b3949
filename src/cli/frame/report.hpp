// The report of a command, which writes itself for people and as JSON; and the tables of text in it.
//
// The JSON begins with the version of its schema (docs/messages.md). Field names are part of the interface and stable; times are
// whole milliseconds in fields that end in `_ms`; null means unknown or never.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "drawing/coloured_text.hpp"

namespace wsalive::cli {

/// Grows when a field of the JSON changes its meaning or is removed; not with new fields.
inline constexpr int kSchema = 1;

/// The medium of a report.
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
  /// Lines for standard error next to the text, out of the way of scripts that read the text. The JSON has them in fields.
  [[nodiscard]] virtual std::string aside() const { return {}; }
  [[nodiscard]] virtual nlohmann::ordered_json json() const = 0;
};

// A table of text: columns as wide as their longest cell (or line of it), two blanks apart, a faint heading.

enum class Align : std::uint8_t { left, right };

struct Column {
  std::string heading;
  Align align = Align::left;
  std::size_t most = 0;  ///< Longer cells wrap at blanks; 0: no cell does.
};

struct Cell {
  std::string text;
  drawing::Tone tone = drawing::Tone::plain;
};

class Columns {
 public:
  explicit Columns(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// Missing cells are empty; excess cells are not shown.
  void add(std::vector<Cell> cells) { rows_.push_back(std::move(cells)); }

  /// Characters of the widest possible line, without an indent.
  [[nodiscard]] std::size_t width() const;

  /// Every line begins with `indent` blanks. No trailing blanks.
  [[nodiscard]] std::string text(const Page& page, std::size_t indent = 0) const;

 private:
  using Row = std::vector<Cell>;

  [[nodiscard]] std::vector<Row> broken(const Row& row) const;
  [[nodiscard]] std::vector<Row> lines() const;
  [[nodiscard]] std::vector<std::size_t> widths(const std::vector<Row>& lines) const;
  [[nodiscard]] std::string line(const Page& page, const std::vector<std::size_t>& widths,
                                 const Row& cells, std::size_t indent) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

/// Text broken at blanks so that no line is longer than `width`; every line begins with `indent`
/// blanks and ends with a line end.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t width, std::size_t indent = 0);

}  // namespace wsalive::cli
