#include "cli/frame/report.hpp"

#include <algorithm>
#include <utility>

namespace wsalive::cli {
namespace {

/// Characters, each of which takes one column.
std::size_t length_of(std::string_view utf8) {
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  return static_cast<std::size_t>(std::ranges::count_if(utf8, begins));
}

std::string fitted(std::string_view text, std::size_t width, Align align) {
  const std::size_t length = length_of(text);
  const std::string blanks(width > length ? width - length : 0, ' ');
  return align == Align::right ? blanks + std::string{text} : std::string{text} + blanks;
}

void end_line(std::string& text) {
  text.erase(text.find_last_not_of(' ') + 1);
  text += '\n';
}

}  // namespace

/// A row as the lines that it takes.
std::vector<Columns::Row> Columns::broken(const Row& row) const {
  std::vector<Row> lines(1);
  for (std::size_t at = 0; at < std::min(row.size(), columns_.size()); ++at) {
    const Column& column = columns_[at];
    std::string text = column.most == 0 ? row[at].text + '\n' : wrapped(row[at].text, column.most);
    for (std::size_t number = 0; !text.empty(); ++number) {
      if (number == lines.size()) lines.emplace_back();
      const std::size_t end = text.find('\n');
      lines[number].resize(at + 1);
      lines[number][at] = {text.substr(0, end), row[at].tone};
      text.erase(0, end + 1);
    }
  }
  return lines;
}

std::vector<std::size_t> Columns::widths(const std::vector<Row>& lines) const {
  std::vector<std::size_t> widths;
  for (std::size_t at = 0; at < columns_.size(); ++at) {
    std::size_t width = length_of(columns_[at].heading);
    for (const Row& row : lines) {
      if (at < row.size()) width = std::max(width, length_of(row[at].text));
    }
    widths.push_back(width);
  }
  return widths;
}

std::string Columns::line(const Page& page, const std::vector<std::size_t>& widths,
                          const Row& cells, std::size_t indent) const {
  std::string line(indent, ' ');
  for (std::size_t at = 0; at < columns_.size(); ++at) {
    const Cell cell = at < cells.size() ? cells[at] : Cell{};
    // The last column is not filled up, so that colours end where the text does.
    const bool last = at + 1 == columns_.size() && columns_[at].align == Align::left;
    line += page.coloured(cell.tone,
                          last ? cell.text : fitted(cell.text, widths[at], columns_[at].align));
    if (!last) line += "  ";
  }
  end_line(line);
  return line;
}

std::vector<Columns::Row> Columns::lines() const {
  std::vector<Row> lines;
  for (const Row& row : rows_) {
    for (Row& each : broken(row)) lines.push_back(std::move(each));
  }
  return lines;
}

std::size_t Columns::width() const {
  constexpr std::size_t kGap = 2;
  std::size_t total = 0;
  for (const std::size_t each : widths(lines())) total += each + kGap;
  return total == 0 ? 0 : total - kGap;
}

std::string Columns::text(const Page& page, std::size_t indent) const {
  const std::vector<Row> lines = this->lines();
  const std::vector<std::size_t> columns = widths(lines);
  Row headings;
  for (const Column& column : columns_) headings.push_back({column.heading, drawing::Tone::faint});
  const bool headed =
      std::ranges::any_of(headings, [](const Cell& heading) { return !heading.text.empty(); });
  std::string out;
  if (headed) out += line(page, columns, headings, indent);
  for (const Row& row : lines) out += line(page, columns, row, indent);
  return out;
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  const std::size_t room = width > indent + 20 ? width - indent : 20;
  std::string out;
  std::string line;
  std::size_t length = 0;
  const auto flush = [&] {
    if (!line.empty()) out += std::string(indent, ' ') + line + '\n';
    line.clear();
    length = 0;
  };
  while (!text.empty()) {
    const std::size_t blank = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, blank);
    text.remove_prefix(std::min(blank + 1, text.size()));
    if (length != 0 && length + 1 + length_of(word) > room) flush();
    if (length != 0) {
      line += ' ';
      ++length;
    }
    line += word;
    length += length_of(word);
  }
  flush();
  return out;
}

}  // namespace wsalive::cli
