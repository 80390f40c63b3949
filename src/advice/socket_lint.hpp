// Likely mistakes on one live socket of Linux: what `wsalive lint PID` looks for beside the numbers themselves.
//
// Pure layer.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "advice/lint.hpp"
#include "advice/notice.hpp"

namespace wsalive::advice {

/// What is looked at.
struct LiveSocket {
  SocketState state;        ///< What is in force.
  policy::Millis heard{};   ///< Silence so far.
  bool listens = false;     ///< Accepted connections inherit from it, from then on.
  bool values_set = false;  ///< T, I or N differs from the namespace's default.
  bool listener_has_more =
      false;  ///< The listener that it came from has keep-alive on now, and it has not.
  bool on_this_machine = false;  ///< Both ends: no path forgets it.
  bool in_repair = false;        ///< TCP_REPAIR.
  std::uint32_t unread =
      0;  ///< Octets that came and the program has not read; the peer's end counts as one.
  std::optional<policy::Millis> path_timeout;
};

struct SocketRule {
  std::string_view name;
  std::string_view looks_for;
  void (*check)(const LiveSocket& socket, std::vector<Finding>& findings);
};

[[nodiscard]] std::span<const SocketRule> socket_rules() noexcept;

/// All findings, in the order of the rules.
[[nodiscard]] std::vector<Finding> lint(const LiveSocket& socket);

}  // namespace wsalive::advice
