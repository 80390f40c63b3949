// How help looks, and the one place that names options of all commands.
#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace wsalive::cli {

/// Gives a parser our layout of help.
void dress(CLI::App& parser);

/// Adds --json to a command, or to each of its sub-commands if it has any.
void add_json(CLI::App& parser, bool& json);

}  // namespace wsalive::cli
