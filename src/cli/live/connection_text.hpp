// A connection's values and states in the words of a table: shared by ls, watch, explain and lint.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "advice/notice.hpp"
#include "cli/live/connections.hpp"
#include "drawing/coloured_text.hpp"
#include "os/tcp/tcp_info.hpp"

namespace wsalive::cli {

template <typename Names, typename Value>
std::string name_in(const Names& names, Value value) {
  const auto index = static_cast<std::size_t>(value);
  return index < names.size() ? names[index] : "unknown";
}

[[nodiscard]] bool is_on(const Connection& connection);
/// "2h +75s x9", "off", or "?" with the reason.
[[nodiscard]] std::string values_of(const Connection& connection);
/// Tenths below ten seconds, seconds below an hour, else minutes: a live table must not flicker.
[[nodiscard]] std::string rough(policy::Millis time);
/// Both ends, rounded outward: "40s..43s".
[[nodiscard]] std::string rough(const policy::Span& span);
/// "70s..74s", both ends of a span for a column, in the same steps: tenths below ten seconds, seconds below an hour, else
/// minutes. One where they are the same instant.
[[nodiscard]] std::string in_table(const policy::Span& span);

/// When a peer that falls silent now would be noticed; with a star if something else than keep-alive decides.
[[nodiscard]] std::string notice_of(const Connection& connection);
[[nodiscard]] bool is_starred(const Connection& connection);

/// The silence so far, or "-".
[[nodiscard]] std::string silence_of(const Connection& connection);

/// "established", "established, unacknowledged", "syn-sent", "established, in repair mode".
[[nodiscard]] std::string state_of(const Connection& connection);

// The states of a TCP connection in the words of ss, as in tables, JSON and --state; and the names of what detects a dead peer.

/// By the kernel's number.
inline constexpr std::array kStates{"",           "established", "syn-sent",  "syn-received",
                                    "fin-wait-1", "fin-wait-2",  "time-wait", "closed",
                                    "close-wait", "last-ack",    "listening", "closing"};

[[nodiscard]] constexpr std::string_view name_of(os::TcpState state) {
  const auto index = static_cast<std::size_t>(state);
  return index < kStates.size() ? kStates[index] : "unknown";
}

/// The word for a state in the spelling of another tool: "SYN_SENT", "LISTEN", "ESTAB", "FIN_WAIT1"; empty: there is none.
[[nodiscard]] std::string_view state_named(std::string_view text);

/// In the order of advice::Notice.
inline constexpr std::array kNotices{"never",          "keep-alive",    "user-timeout",
                                     "retransmission", "window-probes", "handshake"};

[[nodiscard]] constexpr std::string_view name_of(advice::Notice notice) {
  return kNotices[static_cast<std::size_t>(notice)];
}

}  // namespace wsalive::cli
