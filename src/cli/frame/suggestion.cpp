#include "cli/frame/parser_texts.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/frame/messages.hpp"

namespace wsalive::cli {
namespace {

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
  const std::vector<std::string> words = known_words(parser);
  const bool words_are_commands = !words.empty() && !words.front().starts_with('-');
  const std::string kind = word.starts_with('-') ? "option"
                           : words_are_commands  ? "command"
                                                 : "argument";
  const bool may_be_the_programs = parser.get_name() == "run" && word.starts_with('-');
  return fmt::format("unknown {} '{}'{}{}", kind, word, perhaps(word, words),
                     may_be_the_programs
                         ? "; a program's own options stand behind --, as in `wsalive run -- ls -l`"
                         : "");
}

bool is_without_command(const CLI::ParseError& error, const CLI::App& parser) {
  return dynamic_cast<const CLI::RequiredError*>(&error) &&
         !parser.get_subcommands(nullptr).empty() && parser.get_subcommands().empty();
}

/// Whether help for an unknown command was requested: `wsalive undo --help`.
bool is_help_of_nothing(const CLI::ParseError& error, const CLI::App& parser) {
  return dynamic_cast<const CLI::CallForHelp*>(&error) &&
         !parser.get_subcommands(nullptr).empty() && parser.get_subcommands().empty() &&
         !parser.remaining(false).empty();
}

struct Mistake {
  Message kind;
  std::string words;  ///< Without a full stop.
};

Mistake mistake_of(const CLI::ParseError& error, const CLI::App& parser) {
  const std::vector<std::string> extras = parser.remaining(false);
  const bool is_extra = dynamic_cast<const CLI::ExtrasError*>(&error) ||
                        is_without_command(error, parser) || is_help_of_nothing(error, parser);
  if (is_extra && !extras.empty())
    return {Message::unknown_word, unknown_word(extras.front(), parser)};
  if (is_without_command(error, parser)) return {Message::missing_word, "a command is missing"};
  if (dynamic_cast<const CLI::RequiredError*>(&error)) return {Message::missing_word, error.what()};
  if (dynamic_cast<const CLI::ExcludesError*>(&error)) return {Message::conflict, error.what()};
  if (dynamic_cast<const CLI::RequiresError*>(&error)) return {Message::not_said, error.what()};
  return {Message::bad_option, error.what()};
}

}  // namespace

bool is_answered(const CLI::ParseError& error, const CLI::App& parser) {
  return error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success) &&
         !is_help_of_nothing(error, parser);
}

Failure failure_for(const CLI::ParseError& error, const CLI::App& parser, std::string path) {
  Mistake mistake = mistake_of(error, parser);
  std::string remedy = fmt::format("see `{} --help`", path);
  Failure failure = failure_of(mistake.kind, "cannot read the command line of", std::move(path));
  failure.reason = std::move(mistake.words);
  failure.remedy = std::move(remedy);
  return failure;
}

namespace {

/// The edit distance: letters to insert, delete or replace.
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

/// The largest distance of a misspelling: half of the word's letters, three at most.
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
