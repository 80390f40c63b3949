// One connection that is being probed: a few of the kernel's keep-alive probes, some time apart, until something
// comes or all went unanswered. Both ends of a measurement use it.
#pragma once

#include <optional>
#include <utility>

#include "os/idle_connection.hpp"
#include "policy/path_search.hpp"

namespace wsalive::cli::path {

class Probing {
 public:
  /// \param round_trip  The longest that is known: a probe's answer is awaited for three of them at least.
  Probing(os::IdleConnection connection, policy::Millis round_trip) noexcept
      : connection_(std::move(connection)), round_trip_(round_trip) {}

  /// Looks, and probes when it is time; nullopt: no verdict yet. Look again within 20 ms or so.
  [[nodiscard]] std::optional<policy::PathSight> look(policy::Millis now);

  [[nodiscard]] const os::IdleConnection& connection() const noexcept { return connection_; }
  /// Back, after the verdict.
  [[nodiscard]] os::IdleConnection take() noexcept { return std::move(connection_); }

 private:
  os::IdleConnection connection_;
  policy::Millis round_trip_;
  policy::Millis next_ask_{};
  int asked_ = 0;
};

/// How long a verdict takes at most.
[[nodiscard]] policy::Millis probing_time(policy::Millis round_trip) noexcept;

}  // namespace wsalive::cli::path
