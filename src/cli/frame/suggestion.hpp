// What was wrong with a command line, in a sentence, with the nearest name where a word was unknown.
#pragma once

#include <string>

#include "cli/frame/failure.hpp"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace wsalive::cli {

/// \param parser  That the command line has come to. \param path  Its name: "wsalive registry set".
[[nodiscard]] Failure failure_for(const CLI::ParseError& error, const CLI::App& parser,
                                  std::string path);

}  // namespace wsalive::cli
