// When the kernel gives up a connection on which something waits for an answer: data, a request to connect, or a window that
// is closed. Worked out from where its timer stands, as net/ipv4/tcp_timer.c does it.
//
// Data ends by time, looked at whenever the timer fires: the user time-out, else what tcp_retries2 doublings of 200 ms come to,
// both counted from the first retransmission. Requests and window probes end by their number.
//
// Pure layer.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "policy/kernel_timer.hpp"

namespace wsalive::advice {

/// Where the kernel's timer stands.
struct Resending {
  policy::Millis fires_in{};    ///< From now on.
  policy::Millis timeout{200};  ///< The wait that ends then, which the next ones double.
  std::uint32_t tries = 0;      ///< Sent anew so far, and unanswered.
  std::optional<policy::Millis>
      since_first{};  ///< Since the instant from which the limit counts; nullopt: to come.
};

/// What ends it; one of the two limits at least.
struct ResendingLimits {
  std::optional<policy::Millis> time{};
  std::optional<std::uint32_t> most_tries{};
  bool shortens_waits = false;  ///< The last wait ends with the time, as a user time-out has it.
  std::uint32_t undoubled =
      0;  ///< So many tries come before the waits double (tcp_syn_linear_timeouts).
  policy::Millis longest{120'000};  ///< No wait is longer.
};

/// The time that tcp_retries2 stands for: waits that double from 200 ms on.
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

/// One run to the end, with timers that fire in time or as late as they may: when by the waits alone, and how much later.
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

/// From now on. Late timers may spare a wait, and then the end comes sooner.
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
