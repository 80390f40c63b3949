#include "cli/frame/nearest_word.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

namespace wsalive::cli {
namespace {

/// How many letters must be put in, taken out or exchanged.
std::size_t edits_between(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t change = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({change, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

/// So many edits leave a word the same one, badly written: half of its letters, and three at most.
std::size_t most_edits(std::string_view word, std::string_view known) {
  constexpr std::size_t kFarthest = 3;
  const auto letters = [](std::string_view text) {
    return text.size() - std::min(text.find_first_not_of('-'), text.size());
  };
  return std::clamp<std::size_t>(std::max(letters(word), letters(known)) / 2, 1, kFarthest);
}

}  // namespace

std::string perhaps(const std::string& word, const std::vector<std::string>& known) {
  const auto nearest = std::ranges::min_element(
      known, {}, [&word](const std::string& each) { return edits_between(word, each); });
  if (nearest == known.end() || edits_between(word, *nearest) > most_edits(word, *nearest))
    return {};
  return fmt::format(", perhaps '{}'", *nearest);
}

}  // namespace wsalive::cli
