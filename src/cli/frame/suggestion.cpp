#include "cli/frame/suggestion.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <vector>

#include "cli/frame/nearest_word.hpp"

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
