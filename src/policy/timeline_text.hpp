// The notation in which timelines are written: `at 7200s: probe`. docs/timeline.md describes it.
//
// Pure layer. One line is one step; the same text serves the simulator, the wire tests and the
// documents, which a test reads and plays.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "policy/timeline.hpp"

namespace wsalive::policy {

/// A scenario: what is set, and what is expected to happen.
struct Script {
  Timing timing{.idle = kDefaultIdle, .interval = kDefaultInterval, .probes = kProbesSinceVista};
  Peer peer;
  std::vector<Event> events;    ///< In order; `data` lines are what the peer does by itself.
  std::optional<Millis> until;  ///< Nothing more happens before this instant; nullopt: not said.
};

/// What is wrong with a script, and in which line (from 1).
struct ScriptError {
  std::size_t line = 0;
  std::string text;
};

/// Reads a script. Errors name the first line that is wrong; instants must not go back.
[[nodiscard]] tl::expected<Script, ScriptError> parse_script(std::string_view text);

/// `7200s`, or `1500ms` where there is a fraction of a second.
[[nodiscard]] std::string to_text(Millis time);

/// `probe`, `answer`, `data`, `reset`, `peer reset`.
[[nodiscard]] std::string_view to_text(Happening what) noexcept;

/// `at 7200s: probe`
[[nodiscard]] std::string to_text(const Event& event);

/// The timing and the peer as a script's first lines, each with a line end.
[[nodiscard]] std::string to_text(const Timing& timing, const Peer& peer);

/// The events that a script's timing, peer and `data` lines lead to: as many as the script has, or all
/// before `until` where it has that. They equal `script.events` if the script is right.
[[nodiscard]] std::vector<Event> play(const Script& script);

}  // namespace wsalive::policy
