#include "cli/commands/commands.hpp"

#include <array>

namespace wsalive::cli {
namespace {

constexpr std::array kCommands{
    CommandRow{
        .name = "run",
        .summary = "Run a program with keep-alive on all its TCP connections",
        .details = R"(
Made and accepted connections of the program and its children. Each value that the
program sets itself stays its own, unless --force is given; a program that only
switches keep-alive on gets our times. How it is done, and what had to be rounded,
is said in one line on standard error. Ends as the program ends.

examples:
  wsalive run --time 45s --interval 5s --probes 5 -- psql -h db.example
  wsalive run --time 1500ms --interval 300ms -- ssh host.example
  wsalive run --release winxp -- ./static-go-binary)",
        .json = Json::no,
        .make = make_run,
    },
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
        .name = "explain",
        .summary = "Say when probes leave and when a dead peer is noticed, and why",
        .details = R"(
Without options: what is in force for Winsock programs of this user.

examples:
  wsalive explain --time 45s --interval 1500ms --probes 5
  wsalive explain --release winxp --path-timeout 350s --peer nat
  wsalive explain --compare winxp,win11,linux --svg compare.svg)",
        .json = Json::yes,
        .make = make_explain,
    },
    CommandRow{
        .name = "lint",
        .summary = "Warn of likely mistakes in keep-alive settings",
        .details = R"(
Without options: what is in force for Winsock programs of this user. The exit
status is 1 if there are warnings.

examples:
  wsalive lint --time 5ms --interval 1s
  wsalive lint --registry exported.reg --release winxp
  wsalive lint --time 5min --path-timeout 240s)",
        .json = Json::yes,
        .make = make_lint,
    },
    CommandRow{
        .name = "registry",
        .summary = "Show and change the registry's keep-alive values",
        .details = R"(
The store is plain .reg files, the machine's and the user's; the user's values
win. Programs read it when they start.

examples:
  wsalive registry set KeepAliveTime 45s
  wsalive registry set Release winxp --machine
  wsalive registry import tcpip-parameters.reg
  wsalive registry import /mnt/windows/Windows/System32/config/SYSTEM)",
        .json = Json::yes,
        .make = make_registry,
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
