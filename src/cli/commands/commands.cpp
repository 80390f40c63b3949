#include "cli/commands/commands.hpp"

#include <array>

namespace wsalive::cli {
namespace {

constexpr std::array kCommands{
    CommandRow{
        .name = "ls",
        .summary = "List TCP connections and what keep-alive does on them",
        .details = R"(
For every connection that may be seen: its program, whether keep-alive is on, the
idle time, interval and count in force, who set them, how long the peer has been
silent, and when a peer that falls silent now would be noticed.

examples:
  wsalive ls
  wsalive ls --program psql --wide
  wsalive ls --to 10.0.0.5:5432 --json)",
        .json = Json::yes,
        .make = make_ls,
    },
    CommandRow{
        .name = "releases",
        .summary = "Show the releases of Windows and the rules in which they differ",
        .details = R"(
A release is chosen with WSALIVE_RELEASE, with --release, or in the registry
(wsalive registry set Release winxp).

example:
  wsalive releases)",
        .json = Json::yes,
        .make = make_releases,
    },
    CommandRow{
        .name = "completion",
        .summary = "Print the completion script for bash or zsh",
        .details = R"(
example, for this shell only:
  source <(wsalive completion bash))",
        .json = Json::no,
        .make = make_completion,
    },
};

}  // namespace

std::span<const CommandRow> commands() noexcept { return kCommands; }

}  // namespace wsalive::cli
