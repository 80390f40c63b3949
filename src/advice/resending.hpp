// When the kernel gives up a connection that waits for an answer: to data, to a SYN, or to a window probe. Computed from the
// state of its timer, as in net/ipv4/tcp_timer.c.
//
// Data ends by time, checked whenever the timer fires: the user time-out, else tcp_retries2 doublings of 200 ms, both counted
// from the first retransmission. SYNs and window probes end by their number.
//
// Pure layer.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "policy/kernel_timer.hpp"

namespace wsalive::advice {

/// The state of the kernel's timer.
struct Resending {
  policy::Millis fires_in{};    ///< From now on.
  policy::Millis timeout{200};  ///< The current wait; the next ones double it.
  std::uint32_t tries = 0;      ///< Unanswered retransmissions so far.
  std::optional<policy::Millis>
      since_first{};  ///< Since the instant from which the limit counts; nullopt: it is still to come.
};

/// The limits, at least one of the two.
struct ResendingLimits {
  std::optional<policy::Millis> time{};
  std::optional<std::uint32_t> most_tries{};
  bool shortens_waits =
      false;  ///< The last wait ends with the time limit, as with a user time-out.
  std::uint32_t undoubled = 0;      ///< Tries before the waits double (tcp_syn_linear_timeouts).
  policy::Millis longest{120'000};  ///< No wait is longer.
};

/// The time that tcp_retries2 amounts to: waits that double from 200 ms on.
constexpr policy::Millis retransmission_end(std::uint32_t retries,
                                            policy::Millis longest = policy::Millis{
                                                120'000}) noexcept {
  constexpr policy::Millis kFirst{200};
  policy::Millis end{0};
  policy::Millis wait = kFirst;
  for (std::uint32_t sent = 0; sent <= std::min(retries, 255U); ++sent) {
    end += wait;
    wait = std::min(wait * 2, longest);
  }
  return end;
}

namespace detail {

/// One run to the end, with exact timers or with timers that fire as late as they may: the sum of the waits, and the lateness.
struct Run {
  policy::Millis at{};
  policy::Millis late{};
};

enum class Timers : bool { exact, late };

constexpr Run run_to_end(const Resending& now, const ResendingLimits& limits,
                         std::chrono::nanoseconds tick, Timers timers) noexcept {
  // tcp_retries2 goes to 255; a user time-out to 24.8 days, and the longest wait may be a second (tcp_rto_max_ms).
  constexpr int kMost = 2'200'000;
  Run run{now.fires_in, policy::Millis{0}};
  std::optional<policy::Millis> first;
  if (now.since_first) first = -*now.since_first;
  policy::Millis wait = now.timeout;
  policy::Millis doubled = now.timeout;
  std::uint32_t tries = now.tries;
  for (int fired = 0; fired < kMost; ++fired) {
    const policy::Span span = policy::timer_span(wait, tick);
    run.late += span.latest - span.earliest;
    const policy::Millis seen = timers == Timers::late ? run.at + run.late : run.at;
    if (limits.most_tries && tries >= *limits.most_tries) break;
    if (limits.time && tries > 0 && first && seen - *first >= *limits.time) break;
    if (!first) first = seen;
    ++tries;
    if (tries > limits.undoubled) doubled = std::min(doubled * 2, limits.longest);
    wait = doubled;
    if (limits.shortens_waits && limits.time) {
      wait = std::clamp(*limits.time - (seen - *first), policy::Millis{1}, doubled);
    }
    run.at += wait;
  }
  return run;
}

}  // namespace detail

/// From now on. Late timers may save a wait, and then the end comes sooner.
constexpr policy::Span resending_end(const Resending& now, const ResendingLimits& limits,
                                     std::chrono::nanoseconds tick) noexcept {
  const detail::Run exact = detail::run_to_end(now, limits, tick, detail::Timers::exact);
  const detail::Run late = detail::run_to_end(now, limits, tick, detail::Timers::late);
  policy::Millis sooner = late.at;
  if (limits.time && !limits.most_tries) {
    sooner = std::max(sooner, *limits.time + (now.since_first ? -*now.since_first : now.fires_in));
  }
  return {std::min(exact.at, sooner), std::max(exact.at + exact.late, late.at + late.late)};
}

}  // namespace wsalive::advice
