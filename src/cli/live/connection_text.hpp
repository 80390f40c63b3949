// A connection's values in the words of a table: shared by ls, watch, explain and lint.
#pragma once

#include <cstddef>
#include <string>

#include "cli/live/connections.hpp"
#include "cli/live/state_names.hpp"
#include "drawing/coloured_text.hpp"

namespace wsalive::cli {

template <typename Names, typename Value>
std::string name_in(const Names& names, Value value) {
  const auto index = static_cast<std::size_t>(value);
  return index < names.size() ? names[index] : "unknown";
}

[[nodiscard]] bool is_on(const Connection& connection);
/// "2h +75s x9", "off", or "?" and why it is not known.
[[nodiscard]] std::string values_of(const Connection& connection);
/// Tenths below ten seconds, seconds below an hour, else minutes: a table is for the eye, and must not flicker.
[[nodiscard]] std::string rough(policy::Millis time);
/// Both ends, rounded outward: "40s..43s".
[[nodiscard]] std::string rough(const policy::Span& span);
/// "70s..74s", both ends of a span for a column, in the same steps: tenths below ten seconds, seconds below an hour, else
/// minutes. One where they are the same instant.
[[nodiscard]] std::string in_table(const policy::Span& span);

/// When a peer that falls silent now would be noticed; with a star where something else than keep-alive decides.
[[nodiscard]] std::string notice_of(const Connection& connection);
[[nodiscard]] bool is_starred(const Connection& connection);

/// The silence so far, or "-".
[[nodiscard]] std::string silence_of(const Connection& connection);

/// "established", "established, unacknowledged", "syn-sent", "established, in repair mode".
[[nodiscard]] std::string state_of(const Connection& connection);

}  // namespace wsalive::cli
