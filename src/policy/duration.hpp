// Times as people write them, always with a unit, because one reader takes a bare number for seconds
// and the next for milliseconds.
//
// Pure layer.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "policy/kernel_timer.hpp"
#include "policy/timeline.hpp"
#include "policy/timing_in_force.hpp"

namespace wsalive::policy {

/// "45s", "1500ms", "1.5s", "5min", "2h", "1d", and sums of them: "2h 10s". Whole milliseconds only.
/// Errors are sentences without a full stop.
[[nodiscard]] tl::expected<Millis, std::string> parse_duration(std::string_view text);

/// The same, but not 0.
[[nodiscard]] tl::expected<Millis, std::string> parse_time_out(std::string_view text);

/// The same, within the range of T and I: 1 ms to 4,294,967,295 ms (K-57).
[[nodiscard]] tl::expected<DwordMillis, std::string> parse_keepalive_time(std::string_view text);

/// Text in the largest units that keep it short; parse_duration reads it back: "300ms", "1.5s",
/// "350s", "11min 15s", "2h 10s".
[[nodiscard]] std::string format_duration(Millis time);

/// The same in one word, as a command line takes it: "11min15s".
[[nodiscard]] std::string format_duration_word(Millis time);

/// A span up to this length is written as one instant, with its lateness beside it. What the engine drives lies within it; what
/// the kernel's coarse timers keep does not, at any tick with which Linux can be built.
inline constexpr Millis kOneInstant{25};

/// Whether a span is written as one instant, its earlier end.
[[nodiscard]] bool is_one_instant(const Span& span) noexcept;

/// Rounds both ends to whole steps, the earlier one down and the later one up, so that the event still lies between them.
[[nodiscard]] Span widened(const Span& span, Millis step) noexcept;

/// Both ends in the same steps, which go by the later one: "58s to 60.05s", "2h to 2h 2min 12s"; or one instant.
[[nodiscard]] std::string format_span(const Span& span);

/// The later end alone, rounded up like that.
[[nodiscard]] std::string format_latest(Millis time);

}  // namespace wsalive::policy
