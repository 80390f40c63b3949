// The notation in which timelines are written: `at 7200s: probe`. docs/timeline.md describes it.
//
// Pure layer. One line is one step; the same text serves the simulator, the wire tests and the
// documents, which a test reads and plays.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "policy/timeline.hpp"

namespace wsalive::advice {

/// A scenario: what is set, and what is expected to happen.
struct Script {
  policy::Timing timing{.idle = policy::kDefaultIdle,
                        .interval = policy::kDefaultInterval,
                        .probes = policy::kProbesSinceVista};
  policy::Peer peer;
  std::vector<policy::Event> events;  ///< In order; `data` lines are the peer's own actions.
  std::optional<policy::Millis>
      until;  ///< Nothing more happens before this instant; nullopt: unspecified.
};

/// What is wrong with a script, and in which line (from 1).
struct ScriptError {
  std::size_t line = 0;
  std::string text;
};

/// Reads a script. Errors name the first line that is wrong; instants must not go back.
[[nodiscard]] tl::expected<Script, ScriptError> parse_script(std::string_view text);

/// `7200s`, or `1500ms` where there is a fraction of a second.
[[nodiscard]] std::string to_text(policy::Millis time);

/// `probe`, `answer`, `data`, `reset`, `peer reset`.
[[nodiscard]] std::string_view to_text(policy::Happening what) noexcept;

/// `at 7200s: probe`
[[nodiscard]] std::string to_text(const policy::Event& event);

/// The timing and the peer as a script's first lines, each with a line end.
[[nodiscard]] std::string to_text(const policy::Timing& timing, const policy::Peer& peer);

/// The events that follow from a script's timing, peer and `data` lines: as many as the script has, or all before `until` if it
/// has that. They equal `script.events` if the script is right.
[[nodiscard]] std::vector<policy::Event> play(const Script& script);

}  // namespace wsalive::advice
