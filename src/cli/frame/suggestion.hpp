// What was wrong with a command line, in a sentence, with the nearest name where a word was unknown.
#pragma once

#include <string>

#include "cli/frame/failure.hpp"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace wsalive::cli {

/// What stopped the parser is an answer and no mistake: --help of something that there is, --version.
[[nodiscard]] bool is_answered(const CLI::ParseError& error, const CLI::App& parser);

/// \param parser  That the command line has come to. \param path  Its name: "wsalive registry set".
[[nodiscard]] Failure failure_for(const CLI::ParseError& error, const CLI::App& parser,
                                  std::string path);

}  // namespace wsalive::cli
