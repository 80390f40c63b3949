// One connection that is being probed: a few of the kernel's keep-alive probes, some time apart, until something
// comes or all went unanswered. Both ends of a measurement use it.
#pragma once

#include <optional>
#include <utility>

#include "path/idle_connection.hpp"
#include "path/plan/search.hpp"

namespace wsalive::path {

class Probing {
 public:
  /// \param round_trip  The longest that is known: a probe's answer is awaited for three of them at least.
  Probing(IdleConnection connection, policy::Millis round_trip) noexcept
      : connection_(std::move(connection)), round_trip_(round_trip) {}

  /// Looks, and probes when it is time; nullopt: no verdict yet. Look again within 20 ms or so.
  [[nodiscard]] std::optional<PathSight> look(policy::Millis now);

  [[nodiscard]] const IdleConnection& connection() const noexcept { return connection_; }
  /// Back, after the verdict.
  [[nodiscard]] IdleConnection take() noexcept { return std::move(connection_); }

 private:
  IdleConnection connection_;
  policy::Millis round_trip_;
  policy::Millis next_ask_{};
  int asked_ = 0;
};

/// How long a verdict takes at most.
[[nodiscard]] policy::Millis probing_time(policy::Millis round_trip) noexcept;

}  // namespace wsalive::path
