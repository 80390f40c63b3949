// What was wrong with a command line, in a sentence, with the nearest name where a word was unknown.
#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace wsalive::cli {

/// Without a full stop and without the program's name.
[[nodiscard]] std::string sentence_for(const CLI::ParseError& error, const CLI::App& parser);

}  // namespace wsalive::cli
