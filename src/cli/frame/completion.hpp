// Completion scripts, written from the parser itself, so that they know every command and option there is.
#pragma once

#include <cstdint>
#include <string>

namespace CLI {
class App;
}  // namespace CLI

namespace wsalive::cli {

enum class Shell : std::uint8_t { bash, zsh };

/// The script for a shell to source.
[[nodiscard]] std::string completion_script(const CLI::App& parser, Shell shell);

}  // namespace wsalive::cli
