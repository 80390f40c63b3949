#include "cli/commands/commands.hpp"

#include <array>

namespace wsalive::cli {
namespace {

constexpr std::array kCommands{
    CommandRow{
        .name = "run",
        .summary = "Run a program with keep-alive on all its TCP connections",
        .details = R"(
Made and accepted connections of the program and its children. Each value that
the program sets itself stays its own, unless --force is given (by seccomp: if
it is not the system's default); a program that only switches keep-alive on
gets our times. How it is done, and what had to be rounded, is said in one line
on standard error. Ends as the program ends.

examples:
  wsalive run --time 45s --interval 5s --probes 5 -- psql -h db.example
  wsalive run --time 1500ms --interval 300ms -- ssh host.example
  wsalive run --release winxp -- ./static-go-binary)",
        .json = Json::no,
        .make = make_run,
    },
    CommandRow{
        .name = "set",
        .summary = "Set keep-alive on connections that running programs have open",
        .details = R"(
Says what was in force before and after, on each; nothing is held afterwards.
What you name (--time, --interval, --probes) is set; the rest stays as it is on
the socket. Needs the right to trace the program: its user, or root.

examples:
  wsalive set 4711:5 4711:7 --time 45s --interval 5s --probes 5
  wsalive set --to db.example:5432 --time 45s --interval 5s --dry-run
  wsalive set --unit nginx --time 45s --interval 5s
  wsalive set 4711 off)",
        .json = Json::yes,
        .make = make_set,
    },
    CommandRow{
        .name = "attach",
        .summary = "Keep alive new connections of a unit, container or machine",
        .details = R"(
By bpf, at no cost per call, for programs of any kind, until `wsalive detach`
or the end of the control group (a unit that restarts has a new one). Each
time and count that a program sets itself stays its own, unless --force is
given. Needs root.

A file for --policy; the first rule that fits a connection decides:
  time = "45s"              # of rules without one; also interval, probes
  [[rule]]
  to = "10.0.0.0/8:5432"    # the other end: network or host, and port
  direction = "made"        # or "accepted", "any"
  [[rule]]
  from = ":22"              # a port of this end
  leave_alone = true

examples:
  wsalive attach --unit nginx --time 45s --interval 5s --probes 5 --existing
  wsalive attach --container 3f2a91c04d7e --time 200s --to :5432
  wsalive attach --system --policy /etc/wsalive/policy.toml)",
        .json = Json::yes,
        .make = make_attach,
    },
    CommandRow{
        .name = "detach",
        .summary = "End what attach has left in force",
        .details = R"(
Connections keep what they have got. A policy of a control group that has ended
goes by itself at the next attach, detach or ls --policies.

examples:
  wsalive detach nginx
  wsalive detach --all)",
        .json = Json::yes,
        .make = make_detach,
    },
    CommandRow{
        .name = "ls",
        .summary = "List TCP connections and what keep-alive does on them",
        .details = R"(
For every connection that may be seen: its program, whether keep-alive is on,
the idle time, interval and count in force, who set them, how long the peer has
been silent, and when a peer that falls silent now would be noticed.

examples:
  wsalive ls
  wsalive ls --program psql --wide
  wsalive ls --unit nginx --state close-wait
  wsalive ls --to 10.0.0.5:5432 --json)",
        .json = Json::yes,
        .make = make_ls,
    },
    CommandRow{
        .name = "watch",
        .summary = "The same, live in the terminal",
        .details = R"(
Sort with left and right, filter with /, quit with q. Marked are connections
whose probes go unanswered and, with --path-timeout, those that the path will
forget.

examples:
  wsalive watch
  wsalive watch --program psql --path-timeout 350s)",
        .json = Json::no,
        .make = make_watch,
    },
    CommandRow{
        .name = "explain",
        .summary = "Say when probes leave and when a dead peer is noticed, and why",
        .details = R"(
Without options: what is in force for Winsock programs of this user. With
PID:FD, or a choice that leaves one connection: what is in force on that socket.

examples:
  wsalive explain --time 45s --interval 1500ms --probes 5
  wsalive explain --release winxp --path-timeout 350s --peer nat
  wsalive explain --compare winxp,win11,linux --svg compare.svg
  wsalive explain 4711:5)",
        .json = Json::yes,
        .make = make_explain,
    },
    CommandRow{
        .name = "lint",
        .summary = "Warn of likely mistakes in keep-alive settings",
        .details = R"(
Without options: what is in force for Winsock programs of this user. With PID,
--all or a choice of connections: sockets that are open now. The exit status is
1 if there are warnings, and 4 if there are none and not all could be seen.
A remedy that is a command acts on the sockets that need it alone.

examples:
  wsalive lint --time 5ms --interval 1s
  wsalive lint --registry exported.reg --release winxp
  wsalive lint --time 5min --path-timeout 240s
  wsalive lint 4711 --path-timeout 240s --wide
  sudo wsalive lint --all --monitor --critical 20)",
        .json = Json::yes,
        .make = make_lint,
    },
    CommandRow{
        .name = "path",
        .summary = "Find how long a path keeps an idle connection, and what to set",
        .details = R"(
The far end needs no part of wsalive: any TCP server's kernel answers
keep-alive probes. A few connections wait in silence; each is probed once, at
an age of its own. Takes a little longer than the time that it finds; then one
connection is held with the settings found, for longer than that again, to see
that probes keep it (--no-trial leaves it out; how long it takes is said).
Interrupted with ctrl-C, the same command goes on from what is known. With
`wsalive serve` at the far end the other direction is measured as well, at the
same time, and what brings a forgotten connection back.

examples:
  wsalive path db.example:5432
  wsalive path 10.0.0.5:443 --max 20min --connections 6
  wsalive path db.example --with-serve)",
        .json = Json::yes,
        .make = make_path,
    },
    CommandRow{
        .name = "serve",
        .summary = "Be the far end for `wsalive path --with-serve`",
        .details = R"(
Holds connections in silence and probes them on order. Needs no right:
run it as a user of its own for as long as you measure. Connections, their pace
and their time are bounded. With a key it serves only those who have the same
file:
  head -c 32 /dev/urandom | base64 >key

examples:
  wsalive serve
  wsalive serve --listen 10.0.0.5:7350 --key-file key)",
        .json = Json::no,
        .make = make_serve,
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
        .name = "doctor",
        .summary = "Say what this host allows, and which way `run` would take",
        .details = R"(
For each thing that is missing: what it is good for, and what to do. The exit
status is 1 if anything is missing.

example:
  wsalive doctor)",
        .json = Json::yes,
        .make = make_doctor,
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
        .name = "demo",
        .summary = "Show what keep-alive does, live, on made-up hosts",
        .details = R"(
A client, a firewall that forgets idle connections after three seconds, and a
server, in network namespaces of its own: nothing of this host is touched, and
no right is needed. Under 30 seconds. The exit status is 0 if all came as
predicted. Needs the programs ip and nft.

examples:
  wsalive demo
  wsalive demo --svg demo.svg)",
        .json = Json::no,
        .make = make_demo,
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
