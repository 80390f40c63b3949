// Texts that are made from the parser of the command line: help, completion scripts, and what is wrong with a command line.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/frame/failure.hpp"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace wsalive::cli {

/// Gives a parser our layout of help.
void dress(CLI::App& parser);

/// Adds --json to a command, or to each of its sub-commands if it has any.
void add_json(CLI::App& parser, bool& json);

// Completion scripts; made from the parser, they have every command and option.

enum class Shell : std::uint8_t { bash, zsh };

/// The script for a shell to source.
[[nodiscard]] std::string completion_script(const CLI::App& parser, Shell shell);

// Mistakes on a command line, in a sentence, with the nearest name if a word is unknown.

/// Whether the parser stopped for an answer and not for a mistake: --help of an existing command, --version.
[[nodiscard]] bool is_answered(const CLI::ParseError& error, const CLI::App& parser);

/// \param parser  Of the last sub-command on the command line. \param path  Its name: "wsalive registry set".
[[nodiscard]] Failure failure_for(const CLI::ParseError& error, const CLI::App& parser,
                                  std::string path);

/// The suggestion for an unknown word: ", perhaps 'port'", or empty if no known word is near.
[[nodiscard]] std::string perhaps(const std::string& word, const std::vector<std::string>& known);

}  // namespace wsalive::cli
