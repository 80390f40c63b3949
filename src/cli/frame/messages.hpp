// The failures of all commands: reason and remedy in one table, under a stable code. docs/messages.md describes
// each; a test compares the two. Words in braces depend on the case.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "cli/frame/failure.hpp"

namespace wsalive::cli {

enum class Message : std::uint8_t {
  no_process,
  no_descriptor,
  no_tcp_socket,
  no_connection,
  no_unit,
  no_container,
  no_group,
  no_group_version2,
  no_network,
  no_policy,
  policy_exists,
  no_bpffs,
  no_bpf,
  bpf_denied,
  foreign_pins,
  foreign_file,
  unknown_word,
  missing_word,
  bad_option,
  conflict,
  not_said,
  no_socket_name,
  out_of_range,
  no_release,
  no_address,
  no_host,
  several_fit,
  count_of_zero,
  path_too_short,
  bad_registry,
  unknown_choice,
  bad_value,
  no_value,
  not_stored,
  nothing_to_import,
  no_store,
  bad_policy,
  too_many_rules,
  bad_key,
  no_file,
  not_a_group,
  ambiguous_values,
  file_denied,
  no_tracing,
  netns_denied,
  policies_denied,
  wrong_key,
  port_denied,
  way_denied,
  no_terminal,
  no_tcp_diag,
  no_demo,
  no_family,
  no_way,
  not_on_this_socket,
  unseen,
  group_gone,
  socket_gone,
  system_refused,
  file_failed,
  no_netlink,
  unreachable,
  no_serve,
  no_listening,
  no_state_file,
  state_in_use,
  unforeseen,
  not_executable,
  no_interpreter,
  no_program,
};

struct MessageRow {
  Message message;
  std::string_view code;  ///< Stable; in JSON as `code`.
  ExitCode status;
  std::string_view reason;
  std::string_view remedy;  ///< Empty: nothing helps.
};

inline constexpr std::array kMessages{
    // clang-format off
    MessageRow{Message::no_process,        "no-process",         ExitCode::gone,           "no such process", "`wsalive ls` lists those that have connections"},
    MessageRow{Message::no_descriptor,     "no-descriptor",      ExitCode::gone,           "no such descriptor", "`wsalive ls --pid PID` lists those that are TCP connections"},
    MessageRow{Message::no_tcp_socket,     "no-tcp-socket",      ExitCode::bad_input,      "it is no TCP socket but {another kind}", "`wsalive ls --pid PID` lists those that are"},
    MessageRow{Message::no_connection,     "no-connection",      ExitCode::gone,           "{no such connection}", "`wsalive ls` lists those that there are"},
    MessageRow{Message::no_unit,           "no-unit",            ExitCode::gone,           "no running unit has this name", "`systemctl list-units` lists them; a unit has a control group while it runs"},
    MessageRow{Message::no_container,      "no-container",       ExitCode::gone,           "no running container has an id that begins so", "give the id and not the name: `docker ps --no-trunc`, `podman ps --no-trunc`"},
    MessageRow{Message::no_group,          "no-group",           ExitCode::gone,           "no such control group", "they are the folders below {the mount of cgroup2}"},
    MessageRow{Message::no_group_version2, "no-cgroup2",         ExitCode::unavailable,    "no control groups of version 2 are mounted on this host", "`wsalive run`, and `wsalive set` by PID or --program, do without; `wsalive doctor` says more"},
    MessageRow{Message::no_network,        "no-netns",           ExitCode::gone,           "there is none of this name", "`ip netns` lists names; one without a name is given by a process in it, as --netns PID"},
    MessageRow{Message::no_policy,         "no-policy",          ExitCode::gone,           "no policy of this name is attached", "`wsalive ls --policies` lists them"},
    MessageRow{Message::policy_exists,     "policy-exists",      ExitCode::bad_input,      "a policy is attached to this control group already", "--replace puts this one in its place, `wsalive detach {NAME}` ends it; `wsalive ls --policies` shows it"},
    MessageRow{Message::no_bpffs,          "no-bpffs",           ExitCode::unavailable,    "no bpf file system is mounted on /sys/fs/bpf, and the policy would end at once", "as root: mount -t bpf -o mode=0700 bpf /sys/fs/bpf"},
    MessageRow{Message::no_bpf,            "no-bpf",             ExitCode::unavailable,    "this build of wsalive is without bpf, or the kernel is", "`wsalive doctor` says which"},
    MessageRow{Message::bpf_denied,        "bpf-denied",         ExitCode::denied,         "{not permitted, it takes CAP_BPF and CAP_NET_ADMIN}", "{run it as root}; `wsalive run` and `wsalive set` need none"},
    MessageRow{Message::foreign_pins,      "foreign-pins",       ExitCode::denied,         "/sys/fs/bpf/wsalive belongs to another user or is open to others, and what is in it is not trusted", "as root: look at what is in it, then rm -r /sys/fs/bpf/wsalive"},
    MessageRow{Message::foreign_file,      "no-netns-file",      ExitCode::bad_input,      "this file stands for no network namespace", "`ip netns` lists names"},
    MessageRow{Message::unknown_word,      "unknown-word",       ExitCode::usage,          "{unknown option 'WORD'}", "see `{wsalive COMMAND} --help`"},
    MessageRow{Message::missing_word,      "missing-word",       ExitCode::usage,          "{what is missing}", "see `{wsalive COMMAND} --help`"},
    MessageRow{Message::bad_option,        "bad-option",         ExitCode::usage,          "{what is wrong with an option's value}", "see `{wsalive COMMAND} --help`"},
    MessageRow{Message::conflict,          "conflict",           ExitCode::usage,          "{what excludes each other}", "{what to leave away}"},
    MessageRow{Message::not_said,          "not-said",           ExitCode::usage,          "it is not said {what is meant}", "{the options that say it}"},
    MessageRow{Message::no_socket_name,    "no-socket-name",     ExitCode::usage,          "{'WORD' is no PID:FD}", "{name a socket as `wsalive ls` shows it: 4711:5}"},
    MessageRow{Message::out_of_range,      "out-of-range",       ExitCode::usage,          "{OPTION takes LEAST to MOST}", "{why}"},
    MessageRow{Message::no_release,        "no-release",         ExitCode::usage,          "there is no such release", "name some of {the releases}"},
    MessageRow{Message::no_address,        "no-address",         ExitCode::usage,          "{the text names no address and port}", "{how it is written}"},
    MessageRow{Message::no_host,           "no-host",            ExitCode::bad_input,      "{the resolver's words}", "{how it is written}"},
    MessageRow{Message::several_fit,       "several-fit",        ExitCode::bad_input,      "{how many fit, and which}", "{how to choose one}"},
    MessageRow{Message::count_of_zero,     "count-of-zero",      ExitCode::bad_input,      "these settings send no probe at all (a count of 0)", "{give --probes}"},
    MessageRow{Message::path_too_short,    "path-too-short",     ExitCode::bad_input,      "{the kernel keeps whole seconds, and no probe and its repetition come in time}", "{let the application send heartbeats}, or give --time"},
    MessageRow{Message::bad_registry,      "bad-registry",       ExitCode::bad_input,      "{the line, and what is wrong with it}", "{mend the file, or name another one}"},
    MessageRow{Message::unknown_choice,    "unknown-choice",     ExitCode::bad_input,      "{which word is unknown, and where it stands}", "use {the known words}"},
    MessageRow{Message::bad_value,         "bad-value",          ExitCode::bad_input,      "{what is wrong with it}", "{nothing was changed}"},
    MessageRow{Message::no_value,          "no-value",           ExitCode::bad_input,      "there is no keep-alive value of this name", "name one of {the values}"},
    MessageRow{Message::not_stored,        "not-stored",         ExitCode::bad_input,      "{there is no such value}", "see `wsalive registry list`"},
    MessageRow{Message::nothing_to_import, "nothing-to-import",  ExitCode::bad_input,      "it has none of the values that keep-alive reads", "see `wsalive registry list`"},
    MessageRow{Message::no_store,          "no-store",           ExitCode::bad_input,      "{there is no file of this user: HOME is not set}", "{set HOME}"},
    MessageRow{Message::bad_policy,        "bad-policy",         ExitCode::bad_input,      "{the line, and what is wrong with it}", "{mend it; nothing was attached}"},
    MessageRow{Message::too_many_rules,    "too-many-rules",     ExitCode::bad_input,      "too many rules, {so many} are the most", "join some, or attach to groups further down"},
    MessageRow{Message::bad_key,           "bad-key",            ExitCode::bad_input,      "{why it cannot be read, or that it is too short}", "make one with `head -c 32 /dev/urandom | base64 >FILE`"},
    MessageRow{Message::no_file,           "no-file",            ExitCode::bad_input,      "{the system's words}", "{which file to name}"},
    MessageRow{Message::not_a_group,       "not-a-cgroup",       ExitCode::bad_input,      "it is no control group of version 2", "they are the folders below {the mount of cgroup2}"},
    MessageRow{Message::ambiguous_values,  "ambiguous-values",   ExitCode::bad_input,      "{the program's own engine has this value in the kernel for another one, and would not notice it; name another, or leave it away}", ""},
    MessageRow{Message::file_denied,       "file-denied",        ExitCode::denied,         "{the system's words}", "{which file to name}"},
    MessageRow{Message::no_tracing,        "no-tracing",         ExitCode::denied,         "{no right to trace}", "{what keeps us from it, and what lifts that}"},
    MessageRow{Message::netns_denied,      "netns-denied",       ExitCode::denied,         "{the system's words}", "{run it as root}"},
    MessageRow{Message::policies_denied,   "policies-denied",    ExitCode::denied,         "{the system's words}", "{run it as root}"},
    MessageRow{Message::wrong_key,         "wrong-key",          ExitCode::denied,         "it wants another key", "name the file that it was started with: --key-file FILE"},
    MessageRow{Message::port_denied,       "port-denied",        ExitCode::denied,         "{the system's words}", "ports below 1024 are root's: name a higher one by --listen"},
    MessageRow{Message::way_denied,        "way-denied",         ExitCode::denied,         "{why}", "{which way to take}"},
    MessageRow{Message::no_terminal,       "no-terminal",        ExitCode::unavailable,    "{there is no terminal}", "{use wsalive ls}"},
    MessageRow{Message::no_tcp_diag,       "no-tcp-diag",        ExitCode::unavailable,    "the kernel's part that lists them, tcp_diag, is not there and could not be loaded", "load it as root, on the host itself: modprobe tcp_diag; a kernel without that module needs CONFIG_INET_DIAG"},
    MessageRow{Message::no_demo,           "no-demo",            ExitCode::unavailable,    "it is not installed", "make install, or `make demo` in the source tree"},
    MessageRow{Message::no_family,         "no-ip",              ExitCode::unavailable,    "there is no IPv4 and no IPv6", ""},
    MessageRow{Message::no_way,            "no-way",             ExitCode::unavailable,    "{why}", "{which way to take}"},
    MessageRow{Message::not_on_this_socket, "not-on-this-socket", ExitCode::unavailable,    "{what the kernel does not tell or take of it}", ""},
    MessageRow{Message::unseen,            "unseen",             ExitCode::gone,           "no such connection that may be seen; {so many processes} may not be looked into", "{run it as root}"},
    MessageRow{Message::group_gone,        "cgroup-gone",        ExitCode::gone,           "the control group has gone meanwhile", ""},
    MessageRow{Message::socket_gone,       "socket-gone",        ExitCode::gone,           "{gone meanwhile}", ""},
    MessageRow{Message::system_refused,    "system-refused",     ExitCode::failed,         "{what was called: the system's words}", ""},
    MessageRow{Message::file_failed,       "file-failed",        ExitCode::failed,         "{the system's words}", "{which file to name}"},
    MessageRow{Message::no_netlink,        "no-netlink",         ExitCode::failed,         "{what was called: the system's words}", "a container's own filter may forbid it: allow netlink sockets there"},
    MessageRow{Message::unreachable,       "unreachable",        ExitCode::failed,         "{the system's words}", "{name a host and port where a TCP server listens}"},
    MessageRow{Message::no_serve,          "no-serve",           ExitCode::failed,         "{what it says instead}", "start `wsalive serve` there, or leave --with-serve out"},
    MessageRow{Message::no_listening,      "no-listening",       ExitCode::failed,         "{the system's words}", "{which address or port to take}"},
    MessageRow{Message::no_state_file,     "no-state-file",      ExitCode::failed,         "{why}", "set XDG_STATE_HOME to a folder of yours"},
    MessageRow{Message::state_in_use,      "state-in-use",       ExitCode::failed,         "another wsalive path is measuring it", "wait for that one"},
    MessageRow{Message::unforeseen,        "unforeseen",         ExitCode::failed,         "{its words}", ""},
    MessageRow{Message::not_executable,    "not-executable",     ExitCode::cannot_execute, "{the system's words}", "check the file and its rights"},
    MessageRow{Message::no_interpreter,    "no-interpreter",     ExitCode::cannot_execute, "it names the interpreter {of its first line}, which is not there", "install that, or mend the program's first line"},
    MessageRow{Message::no_program,        "no-program",         ExitCode::not_found,      "no such program", "name a program that is in PATH, or its path"},
    // clang-format on
};

[[nodiscard]] constexpr bool rows_are_in_order() {
  for (std::size_t at = 0; at < kMessages.size(); ++at) {
    if (static_cast<std::size_t>(kMessages[at].message) != at) return false;
  }
  return true;
}
static_assert(rows_are_in_order());

[[nodiscard]] constexpr const MessageRow& message_row(Message message) {
  return kMessages[static_cast<std::size_t>(message)];
}

/// Replacements for the words in braces; an empty one keeps them.
struct Particulars {
  std::string reason{};
  std::string remedy{};
};

/// A text of the table with its words in braces replaced.
[[nodiscard]] inline std::string filled(std::string_view text, const std::string& particular) {
  const std::size_t open = text.find('{');
  const std::size_t shut = text.find('}');
  if (open == std::string_view::npos || shut == std::string_view::npos) return std::string{text};
  std::string result{text.substr(0, open)};
  result += particular.empty() ? text.substr(open + 1, shut - open - 1) : particular;
  return result.append(text.substr(shut + 1));
}

/// A failure of the table. \param subject  May be empty.
[[nodiscard]] inline Failure failure_of(Message message, std::string attempt,
                                        std::string subject = {},
                                        const Particulars& particulars = {}) {
  const MessageRow& row = message_row(message);
  return {.code = row.status,
          .attempt = std::move(attempt),
          .subject = std::move(subject),
          .reason = filled(row.reason, particulars.reason),
          .remedy = filled(row.remedy, particulars.remedy),
          .name = row.code};
}

}  // namespace wsalive::cli
