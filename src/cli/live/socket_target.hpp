// "4711" or "4711:5": a process, or one of its descriptors, on the command line.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string_view>

#include "cli/frame/command.hpp"
#include "cli/live/connections.hpp"

namespace wsalive::cli {

struct SocketTarget {
  pid_t pid = 0;
  std::optional<int> fd;

  /// nullopt unless it is one.
  [[nodiscard]] static std::optional<SocketTarget> parse(std::string_view text);
};

[[nodiscard]] bool process_exists(pid_t pid) noexcept;

/// Whether a process was named whose connections are not to be seen: why_nothing says why.
[[nodiscard]] bool is_out_of_sight(const Selection& selection, const Connections& found);

/// Why no connection was found where the selection names a process: it does not exist, may not be looked
/// into, has no such descriptor, or the descriptor is no TCP connection.
[[nodiscard]] Failure why_nothing(std::string attempt, const Selection& selection);

/// The same where perhaps processes that may not be looked into have what is meant.
[[nodiscard]] Failure why_nothing(std::string attempt, const Selection& selection,
                                  const Connections& found);

}  // namespace wsalive::cli
