// When Linux notices that a peer has gone silent, and when its next probe leaves, computed from what is in force on a socket:
// keep-alive, a user time-out that overrides its count, or, with data in flight, retransmission.
//
// Values are not states: the kernel's timer may still run for an earlier value. A known timer takes precedence over the values.
//
// Pure layer; all instants count from the last segment of the peer, unless a comment says otherwise.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "advice/condition.hpp"
#include "advice/resending.hpp"
#include "policy/kernel_timer.hpp"
#include "policy/timeline.hpp"

namespace wsalive::advice {

/// The mechanism that detects the silent peer.
enum class Notice : std::uint8_t {
  never,         ///< Keep-alive is off and nothing is in flight: no segment tests the peer.
  keep_alive,    ///< N unanswered probes.
  user_timeout,  ///< TCP_USER_TIMEOUT, at the first due probe after it.
  retransmission,  ///< Data, or the FIN, is unacknowledged: no probes; tcp_retries2 or the user time-out ends it.
  window_probes,  ///< Data waits for room at the peer: no keep-alive probes; unanswered window probes end it.
  handshake,  ///< The connection is being made: unanswered SYNs end it.
};

/// The values and state of a socket that keep-alive on Linux depends on.
struct SocketState {
  bool on = false;
  policy::Timing timing;
  policy::Millis user_timeout{0};  ///< 0: none.
  Condition condition = Condition::idle;
  std::optional<Resending> resending{};  ///< The kernel's timer, if the condition has one.
  std::uint32_t retries2 = 15;           ///< The sysctl tcp_retries2.
  std::uint32_t requests = 10;           ///< How often the SYN is retransmitted.
  std::uint32_t undoubled_requests = 4;  ///< Retransmissions before the waits double.
  policy::Millis longest_wait{120'000};  ///< Between two tries.
  policy::Accuracy accuracy{};           ///< Of what keeps it alive.
  policy::Millis heard{0};               ///< Silence so far.
  std::uint32_t unanswered = 0;          ///< Probes of this silence.
  std::optional<policy::Millis>
      armed{};  ///< The remaining time of the kernel's keep-alive timer; nullopt: unknown.
};

struct Noticed {
  Notice by = Notice::never;
  std::optional<policy::Span> after;  ///< nullopt: never. In SYN-SENT it counts from the first SYN.
  std::optional<policy::Span> in{};   ///< The same from now on.
};

namespace detail {

/// Whether the kernel's timer is known and decides.
constexpr bool by_armed_timer(const SocketState& socket) noexcept {
  return socket.armed && socket.accuracy.by == policy::KeptBy::kernel;
}

/// Whether keep-alive decides and is on.
constexpr bool is_probed(const SocketState& socket) noexcept {
  return socket.on && socket.timing.probes != 0 &&
         row(socket.condition).decides == Decides::keep_alive;
}

/// When the next probe is due, or the end: from now on.
constexpr policy::Span next_look(const SocketState& socket) noexcept {
  const policy::Span due =
      policy::probe_span(socket.timing, socket.unanswered + 1, socket.accuracy);
  const policy::Millis by_values = std::max(due.earliest - socket.heard, policy::Millis{0});
  if (!by_armed_timer(socket)) return {by_values, by_values + (due.latest - due.earliest)};
  // The timer was set some time ago, for a longer time, and has the granularity of that whole time. Each probe sets it to I.
  const policy::Millis interval{socket.timing.interval.count()};
  const policy::Millis wait =
      socket.unanswered == 0 ? std::max(by_values, *socket.armed) : *socket.armed;
  const policy::Millis since = socket.unanswered == 0 ? socket.heard : policy::Millis{0};
  const policy::Span whole = policy::due_span(std::max(wait + since, interval), socket.accuracy);
  return {wait, wait + (whole.latest - whole.earliest)};
}

/// Whether the end is due next, and no probe: enough of them are out, or the user time-out is over by then.
constexpr bool ends_next(const SocketState& socket) noexcept {
  const bool by_count =
      socket.user_timeout.count() == 0 || socket.accuracy.by == policy::KeptBy::engine;
  if (!by_count) {
    return socket.unanswered != 0 &&
           socket.heard + next_look(socket).earliest >= socket.user_timeout;
  }
  return socket.unanswered >=
         policy::probes_to_the_end(socket.timing, policy::Millis{}, socket.accuracy);
}

}  // namespace detail

/// When the next probe leaves if the peer stays silent: from now on. nullopt where none is due: keep-alive is off,
/// something else decides, or the end comes first.
///
/// A timer that fires before T is over, because a segment has come since, restarts with the rest of T. A timer that is later
/// than T, because T has changed since or because an answered probe has set it to I, counts as it is.
constexpr std::optional<policy::Span> next_probe(const SocketState& socket) noexcept {
  if (!detail::is_probed(socket) || detail::ends_next(socket)) return std::nullopt;
  return detail::next_look(socket);
}

/// Whether the kernel's timer is later than the socket's values: a value has changed and the timer has not. After an answered
/// probe the timer runs for I, which may be longer than T.
constexpr bool timer_disagrees(const SocketState& socket) noexcept {
  constexpr policy::Millis kRounding{100};
  if (!socket.on || !detail::by_armed_timer(socket) || socket.unanswered != 0) return false;
  policy::Millis longest{std::max(socket.timing.idle, socket.timing.interval).count()};
  // An expired timer waits for its step of the timer wheel.
  if (socket.armed->count() == 0)
    longest = policy::timer_span(longest, socket.accuracy.tick).latest;
  return *socket.armed + socket.heard > longest + kRounding;
}

/// How much later than T the timer of the first probe is set; 0 where the two agree.
constexpr policy::Millis timer_behind(const SocketState& socket) noexcept {
  if (!timer_disagrees(socket)) return policy::Millis{0};
  return *socket.armed + socket.heard - policy::Millis{socket.timing.idle.count()};
}

namespace detail {

constexpr Noticed from_now(Notice by, const policy::Span& in, policy::Millis so_far) noexcept {
  return {by, policy::shifted(in, so_far), in};
}

constexpr void add_user_timeout(ResendingLimits& limits, const SocketState& socket) noexcept {
  if (socket.user_timeout.count() == 0) return;
  limits.time = socket.user_timeout;
  limits.shortens_waits = true;
}

/// Data, or the FIN, that waits for its acknowledgement.
constexpr Noticed by_retransmission(const SocketState& socket) noexcept {
  ResendingLimits limits{.time = retransmission_end(socket.retries2, socket.longest_wait),
                         .longest = socket.longest_wait};
  add_user_timeout(limits, socket);
  const Resending now = socket.resending.value_or(Resending{.fires_in = policy::Millis{200}});
  return from_now(Notice::retransmission, resending_end(now, limits, socket.accuracy.tick),
                  socket.heard);
}

/// For a peer that is silent from now on. A peer that answers may keep its window closed for ever, unless the user time-out
/// ends that, too.
constexpr Noticed by_window_probes(const SocketState& socket) noexcept {
  ResendingLimits limits{.most_tries = socket.retries2, .longest = socket.longest_wait};
  add_user_timeout(limits, socket);
  const Resending now = socket.resending.value_or(Resending{.fires_in = policy::Millis{200}});
  return from_now(Notice::window_probes, resending_end(now, limits, socket.accuracy.tick),
                  socket.heard);
}

constexpr Noticed by_handshake(const SocketState& socket) noexcept {
  ResendingLimits limits{.most_tries = socket.requests,
                         .undoubled = socket.undoubled_requests,
                         .longest = socket.longest_wait};
  add_user_timeout(limits, socket);
  const Resending now = socket.resending.value_or(Resending{.fires_in = policy::Millis{1'000},
                                                            .timeout = policy::Millis{1'000},
                                                            .since_first = policy::Millis{0}});
  return from_now(Notice::handshake, resending_end(now, limits, socket.accuracy.tick),
                  now.since_first.value_or(policy::Millis{0}));
}

/// From now on, where the kernel's timer is known and the count decides: each probe sets the next timer.
constexpr policy::Span end_by_timer(const SocketState& socket) noexcept {
  const std::int64_t more = std::int64_t{socket.timing.probes} -
                            std::min<std::int64_t>(socket.unanswered, socket.timing.probes);
  const policy::Span next = next_look(socket);
  const policy::Span interval =
      policy::due_span(policy::Millis{socket.timing.interval.count()}, socket.accuracy);
  return {next.earliest + more * interval.earliest, next.latest + more * interval.latest};
}

constexpr Noticed by_keep_alive(const SocketState& socket) noexcept {
  if (!socket.on || socket.timing.probes == 0) return {};
  const bool by_count =
      socket.user_timeout.count() == 0 || socket.accuracy.by == policy::KeptBy::engine;
  const policy::Span after = *policy::give_up_span(socket.timing, socket.accuracy,
                                                   socket.user_timeout, timer_behind(socket));
  policy::Span in{std::max(after.earliest - socket.heard, policy::Millis{0}),
                  std::max(after.latest - socket.heard, policy::Millis{0})};
  if (by_count && by_armed_timer(socket)) in = end_by_timer(socket);
  return {by_count ? Notice::keep_alive : Notice::user_timeout, after, in};
}

}  // namespace detail

constexpr Noticed when_noticed(const SocketState& socket) noexcept {
  switch (row(socket.condition).decides) {
    case Decides::keep_alive:
      return detail::by_keep_alive(socket);
    case Decides::retransmission:
      return detail::by_retransmission(socket);
    case Decides::window_probes:
      return detail::by_window_probes(socket);
    case Decides::handshake:
      return detail::by_handshake(socket);
    case Decides::nothing:
      break;
  }
  return {};
}

}  // namespace wsalive::advice
