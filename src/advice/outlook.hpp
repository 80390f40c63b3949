// What a person should look at on a list of connections: probes that go unanswered, and silences that the path
// will not remember. `watch` marks connections by it, and lint's rule `path-forgets` speaks by it.
//
// Pure layer.
#pragma once

#include <cstdint>
#include <optional>

#include "advice/notice.hpp"
#include "advice/path_timeouts.hpp"

namespace wsalive::advice {

enum class Outlook : std::uint8_t {
  well,          ///< Nothing to say.
  will_be_lost,  ///< The path forgets before the first probe, or may, or there is none.
  lost,          ///< The path has forgotten: the silence is longer.
  unanswered,    ///< Probes are out and not answered.
};

/// What the path makes of the connection; `unanswered` never.
/// \param heard  Silence so far. \param path  How long the path remembers; nullopt: not known.
constexpr Outlook path_outlook(const SocketState& socket, policy::Millis heard,
                               std::optional<policy::Millis> path) noexcept {
  if (!path || row(socket.condition).decides != Decides::keep_alive) return Outlook::well;
  if (heard >= *path) return Outlook::lost;
  const bool kept =
      socket.on && path_keeps(socket.timing, *path, socket.accuracy, timer_behind(socket));
  return kept ? Outlook::well : Outlook::will_be_lost;
}

constexpr Outlook outlook(const SocketState& socket, policy::Millis heard, std::uint32_t unanswered,
                          std::optional<policy::Millis> path) noexcept {
  return unanswered != 0 ? Outlook::unanswered : path_outlook(socket, heard, path);
}

}  // namespace wsalive::advice
