// What keeps a command from its work, where that is always the same: reason and remedy in one table, under a code that
// stays. docs/messages.md describes each; a test holds the two together. Failures that are found in other words have the
// code of their exit status.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "cli/frame/exit_code.hpp"
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
};

struct MessageRow {
  Message message;
  std::string_view code;  ///< Stays; in JSON as `code`.
  ExitCode status;
  std::string_view reason;
  std::string_view remedy;  ///< Empty: what to do depends on the place.
};

inline constexpr std::array kMessages{
    // clang-format off
    MessageRow{Message::no_process,        "no-process",        ExitCode::gone,        "no such process", "`wsalive ls` lists those that have connections"},
    MessageRow{Message::no_descriptor,     "no-descriptor",     ExitCode::gone,        "no such descriptor", "`wsalive ls --pid PID` lists those that are TCP connections"},
    MessageRow{Message::no_tcp_socket,     "no-tcp-socket",     ExitCode::bad_input,   "it is no TCP socket", "`wsalive ls --pid PID` lists those that are"},
    MessageRow{Message::no_connection,     "no-connection",     ExitCode::gone,        "no such connection", "`wsalive ls` lists those that there are"},
    MessageRow{Message::no_unit,           "no-unit",           ExitCode::gone,        "no running unit has this name", "`systemctl list-units` lists them; a unit has a control group while it runs"},
    MessageRow{Message::no_container,      "no-container",      ExitCode::gone,        "no running container has an id that begins so", "give the id and not the name: `docker ps --no-trunc`, `podman ps --no-trunc`"},
    MessageRow{Message::no_group,          "no-group",          ExitCode::gone,        "no such control group", "they are the folders below the mount of cgroup2, often /sys/fs/cgroup"},
    MessageRow{Message::no_group_version2, "no-cgroup2",        ExitCode::unavailable, "no control groups of version 2 are mounted on this host", "`wsalive run`, and `wsalive set` by PID or --program, do without; `wsalive doctor` says more"},
    MessageRow{Message::no_network,        "no-netns",          ExitCode::gone,        "there is none of this name", "`ip netns` lists names; one without a name is given by a process in it, as --netns PID"},
    MessageRow{Message::no_policy,         "no-policy",         ExitCode::gone,        "no policy of this name is attached", "`wsalive ls --policies` lists them"},
    MessageRow{Message::policy_exists,     "policy-exists",     ExitCode::bad_input,   "a policy is attached to this control group already", "`wsalive detach` with the same name first; `wsalive ls --policies` shows it"},
    MessageRow{Message::no_bpffs,          "no-bpffs",          ExitCode::unavailable, "no bpf file system is mounted on /sys/fs/bpf, and the policy would end at once", "as root: mount -t bpf -o mode=0700 bpf /sys/fs/bpf"},
    MessageRow{Message::no_bpf,            "no-bpf",            ExitCode::unavailable, "this build of wsalive is without bpf, or the kernel is", "`wsalive doctor` says which"},
    MessageRow{Message::bpf_denied,        "bpf-denied",        ExitCode::denied,      "not permitted, it takes CAP_BPF and CAP_NET_ADMIN", ""},
    MessageRow{Message::foreign_pins,      "foreign-pins",      ExitCode::denied,      "/sys/fs/bpf/wsalive belongs to another user or is open to others, and what is in it is not trusted", "as root: look at what is in it, then rm -r /sys/fs/bpf/wsalive"},
    MessageRow{Message::foreign_file,      "no-netns-file",     ExitCode::bad_input,   "this file stands for no network namespace", "`ip netns` lists names"},
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

/// A failure of the table. \param subject  May be empty.
[[nodiscard]] inline Failure failure_of(Message message, std::string attempt,
                                        std::string subject = {}) {
  const MessageRow& row = message_row(message);
  return {.code = row.status,
          .attempt = std::move(attempt),
          .subject = std::move(subject),
          .reason = std::string{row.reason},
          .remedy = std::string{row.remedy},
          .name = row.code};
}

}  // namespace wsalive::cli
