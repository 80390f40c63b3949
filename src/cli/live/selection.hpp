// The selection of connections: the common options of ls, watch, explain, lint and set. A connection must match all given ones.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "attach/inspect/owners.hpp"
#include "attach/inspect/tcp_table.hpp"
#include "cli/attaching/group_options.hpp"
#include "cli/frame/command.hpp"
#include "cli/live/endpoint_filter.hpp"

namespace CLI {
class App;
class Option;
class Validator;
}  // namespace CLI

namespace wsalive::cli {

struct Selection {
  std::optional<pid_t> pid;
  std::optional<int> fd;  ///< With `pid`: that descriptor alone.
  std::string program;    ///< Its whole name, or the 15 letters that the kernel keeps.
  GroupOptions group;
  std::string
      netns;  ///< A name of /run/netns, a path, or a process's number; empty: all visible ones.
  std::vector<std::string> states;  ///< Of the words in kStates; empty: any.
  std::optional<EndpointFilter> to;
  std::optional<EndpointFilter> from;
  std::string to_text;  ///< As --to and --from were written.
  std::string from_text;
  bool listeners = false;
  std::uint64_t made_in = 0;  ///< The control group of the sockets themselves; 0: any.

  /// Adds --pid, --program, --unit, --container, --cgroup, --netns, --state, --to and --from.
  /// \return the options, so that the caller can exclude others.
  std::vector<CLI::Option*> declare(CLI::App& parser);

  /// The selection as options for a shell: "4711", "--unit nginx --to :443"; empty if there is none.
  [[nodiscard]] std::string words() const;

  /// Whether any selecting option was given.
  [[nodiscard]] bool is_given() const;
  [[nodiscard]] bool with_listeners() const;
  /// With connections in TIME-WAIT, which no program has any more.
  [[nodiscard]] bool with_ended() const;

  [[nodiscard]] bool takes(const attach::TcpSocket& socket) const;
  [[nodiscard]] bool takes(const attach::Owner& owner) const;
  /// Whether it selects connections without a visible owner.
  [[nodiscard]] bool takes_ownerless() const;

  /// With `made_in` in place of the group of a socket unit, which has no process; connections that its listeners have accepted
  /// belong to that group.  Failures: those of GroupOptions::resolve.
  [[nodiscard]] Fallible<Selection> by_sockets() const;

  /// The owners of selected sockets.  Failures: those of GroupOptions::resolve.
  [[nodiscard]] Fallible<attach::Owners> owners() const;
};

/// Accepts the number of a process; refuses anything else with a sentence.
[[nodiscard]] CLI::Validator process_number();

/// The file of a network namespace: `netns` as above.  Failures: there is none of that name.
[[nodiscard]] Fallible<std::string> network_file(const std::string& netns);

}  // namespace wsalive::cli
