#include "cli/suggestion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <string_view>
#include <vector>

namespace wsalive::cli {
namespace {

/// How many letters must be put in, taken out or exchanged.
std::size_t distance(std::string_view from, std::string_view to) {
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

/// Commands and options that a parser knows, as they are written.
std::vector<std::string> known_words(const CLI::App& parser) {
  std::vector<std::string> words;
  for (const CLI::App* const each : parser.get_subcommands([](const CLI::App*) { return true; })) {
    words.push_back(each->get_name());
  }
  for (const CLI::Option* const each : parser.get_options()) {
    for (const std::string& name : each->get_lnames()) words.push_back("--" + name);
  }
  return words;
}

std::string unknown_word(const std::string& word, const CLI::App& parser) {
  constexpr std::size_t kFarthest = 3;
  const std::vector<std::string> words = known_words(parser);
  const bool words_are_commands = !words.empty() && !words.front().starts_with('-');
  const auto nearest = std::ranges::min_element(
      words, {}, [&word](const std::string& each) { return distance(word, each); });
  const std::string kind = word.starts_with('-') ? "option"
                           : words_are_commands  ? "command"
                                                 : "argument";
  if (nearest == words.end() || distance(word, *nearest) > kFarthest) {
    return fmt::format("unknown {} '{}'", kind, word);
  }
  return fmt::format("unknown {} '{}', perhaps '{}'", kind, word, *nearest);
}

}  // namespace

std::string sentence_for(const CLI::ParseError& error, const CLI::App& parser) {
  const std::vector<std::string> extras = parser.remaining(false);
  if (dynamic_cast<const CLI::ExtrasError*>(&error) && !extras.empty()) {
    return unknown_word(extras.front(), parser);
  }
  if (dynamic_cast<const CLI::RequiredError*>(&error) && !parser.get_subcommands(nullptr).empty() &&
      parser.get_subcommands().empty()) {
    return extras.empty() ? "a command is missing" : unknown_word(extras.front(), parser);
  }
  return error.what();
}

}  // namespace wsalive::cli
