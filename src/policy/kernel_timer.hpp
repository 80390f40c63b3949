// How late Linux' own timers fire: the kernel keeps them in a wheel whose levels grow coarser with the distance.
//
// Pure layer; the caller measures the length of a tick. The kernel's keep-alive uses such a timer. So where
// the kernel keeps T and I by itself, a probe leaves within a span of time and not at an instant. A forecast states
// both ends of the span, and judges by the later one. Where I is above T the span is wider still: an answer starts I.
//
// Source: OURS; kernel/time/timer.c, net/ipv4/tcp_timer.c, and tests/wire/kernel_timer_test.cpp, which captures probes on
// both sides of the levels' borders.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "policy/series.hpp"

namespace wsalive::policy {

/// From the earliest to the latest instant of something that the kernel or the engine does.
struct Span {
  Millis earliest{};
  Millis latest{};

  friend constexpr bool operator==(const Span&, const Span&) = default;
};

constexpr Span shifted(const Span& span, Millis by) noexcept {
  return {span.earliest + by, span.latest + by};
}

namespace detail {

/// Level n of the wheel takes timers of kFirstLevel x kGrowth^(n-1) ticks and more, and its steps have kGrowth^n ticks.
inline constexpr std::int64_t kFirstLevel = 63;
inline constexpr std::int64_t kGrowth = 8;

}  // namespace detail

/// The wheel's step for a timer of this length: the timer fires up to one step behind its instant, never before.
///
/// \param wait  0 or more. \param tick  The kernel's tick, above 0.
/// \return One tick below 63 ticks, 8 from there on, 64 from 504 ticks on, and so forth: at 250 ticks a second 32 ms from
///         0.25 s on, 256 ms from 2 s, 2 s from 16 s, 16 s from 129 s, 131 s from 17 min.
constexpr std::chrono::nanoseconds timer_step(std::chrono::nanoseconds wait,
                                              std::chrono::nanoseconds tick) noexcept {
  // One tick more: the wheel's own count may stand a tick behind when the timer is set.
  const std::int64_t ticks = (wait + tick - std::chrono::nanoseconds{1}) / tick + 1;
  std::int64_t step = 1;
  for (std::int64_t border = detail::kFirstLevel; ticks >= border; border *= detail::kGrowth) {
    step *= detail::kGrowth;
  }
  return step * tick;
}

/// When a kernel timer of the length `wait` fires.
constexpr Span timer_span(Millis wait, std::chrono::nanoseconds tick) noexcept {
  return {wait, std::chrono::ceil<Millis>(wait + timer_step(wait, tick))};
}

/// How late a driven probe may be: the engine wakes up behind the tick of the instant, and the segment leaves in the next
/// one. On a host that does not stall, 97 of 100 probes keep this; the lateness of several does not add up.  K-57
constexpr Millis driven_lateness(std::chrono::nanoseconds tick) noexcept {
  return std::chrono::ceil<Millis>(2 * tick) + Millis{1};
}

/// What makes a connection's probes leave.
enum class KeptBy : std::uint8_t {
  kernel,  ///< The kernel alone, by its own timers.
  engine,  ///< Our engine, to which the kernel's timers are a tool.
};

/// What the spans of a connection's instants depend on.
struct Accuracy {
  KeptBy by = KeptBy::kernel;
  std::chrono::nanoseconds tick{std::chrono::milliseconds{4}};
};

/// When something happens that is due `wait` after an instant that is known.
constexpr Span due_span(Millis wait, const Accuracy& accuracy) noexcept {
  return accuracy.by == KeptBy::engine ? Span{wait, wait + driven_lateness(accuracy.tick)}
                                       : timer_span(wait, accuracy.tick);
}

/// When the k-th probe of a silence leaves, k from 1 on, counted from the last segment that was heard; with k one above the
/// number of probes, the end. The kernel sets each timer when the one before it has fired, so its lateness adds up.
///
/// The kernel's first probe: after a probe its timer runs for I, whatever the peer answers meanwhile. When the timer fires,
/// the kernel sends a probe if the silence has lasted T, else it sets the timer for the rest of T. So where I is above T an
/// answer starts I, and the silence lasts up to I before the next probe. Other activity makes no probe later: the timer that
/// was set before fires, and the step of the rest is no longer than that of the whole.  K-50, K-52
///
/// \param behind  How much later than T the kernel's timer is known to be set; 0 where that is not known.
constexpr Span probe_span(const Timing& timing, std::uint32_t k, const Accuracy& accuracy,
                          Millis behind = {}) noexcept {
  if (accuracy.by == KeptBy::engine) return due_span(Series{timing}.due(k - 1), accuracy);
  const std::int64_t later = std::int64_t{k} - 1;
  const Millis first{Millis{timing.idle.count()} + behind};
  const Millis interval{timing.interval.count()};
  const Millis longest = behind == Millis{} ? std::max(first, interval) : first;
  const Span next = timer_span(interval, accuracy.tick);
  return {first + later * next.earliest,
          timer_span(longest, accuracy.tick).latest + later * next.latest};
}

/// Unanswered probes that end a silence: N, or, where a user time-out replaces N, as many as leave before it, if none is late.
/// The kernel checks the user time-out at each probe's instant, after one probe at least, and ignores the count. The engine
/// keeps the count.  K-76
constexpr std::uint32_t probes_to_the_end(const Timing& timing, Millis user_timeout,
                                          const Accuracy& accuracy) noexcept {
  if (timing.probes == 0) return 0;
  if (accuracy.by == KeptBy::engine) return probes_before_give_up(timing);
  if (user_timeout.count() == 0) return timing.probes;
  const Millis interval{std::max<std::int64_t>(timing.interval.count(), 1)};
  const Millis rest = std::max(user_timeout - Millis{timing.idle.count()}, Millis{1});
  return static_cast<std::uint32_t>((rest + interval - Millis{1}) / interval);
}

/// The end of a silence in which nothing answers; nullopt: never, N = 0. Where a user time-out decides, late probes may mean
/// one probe fewer, and then the end comes sooner than by timers that are never late.  K-52, K-53, K-76
constexpr std::optional<Span> give_up_span(const Timing& timing, const Accuracy& accuracy,
                                           Millis user_timeout = {}, Millis behind = {}) noexcept {
  if (timing.probes == 0) return std::nullopt;
  const std::uint32_t probes = probes_to_the_end(timing, user_timeout, accuracy);
  Span end = probe_span(timing, probes + 1, accuracy, behind);
  if (accuracy.by == KeptBy::engine || user_timeout.count() == 0) return end;
  // The fewest probes behind which the silence may be as long.
  std::uint32_t fewest = 1;
  std::uint32_t enough = probes;
  while (fewest < enough) {
    const std::uint32_t middle = fewest + (enough - fewest) / 2;
    if (probe_span(timing, middle + 1, accuracy, behind).latest >= user_timeout) {
      enough = middle;
    } else {
      fewest = middle + 1;
    }
  }
  end.earliest = std::max(user_timeout, probe_span(timing, fewest + 1, accuracy, behind).earliest);
  return end;
}

}  // namespace wsalive::policy
