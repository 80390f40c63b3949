// Tables of text: columns as wide as their longest cell (or line of it), two blanks apart, a faint heading.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/frame/report.hpp"

namespace wsalive::cli {

enum class Align : std::uint8_t { left, right };

struct Column {
  std::string heading;
  Align align = Align::left;
  std::size_t most = 0;  ///< Longer cells are broken at blanks and go on below; 0: none is.
};

struct Cell {
  std::string text;
  drawing::Tone tone = drawing::Tone::plain;
};

class Columns {
 public:
  explicit Columns(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// Cells that are left out are empty; more than there are columns are not shown.
  void add(std::vector<Cell> cells) { rows_.push_back(std::move(cells)); }

  /// Characters of the widest line that there can be, without an indent.
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
