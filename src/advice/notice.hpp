// When Linux notices that a peer has gone silent, and when its next probe leaves, from what is in force on a socket:
// keep-alive, a user time-out that overrides its count, or, with data on the way, retransmission.
//
// Values are not states: the kernel's timer may stand where an earlier value has put it. Where the timer is known, it
// counts.
//
// Pure layer; all instants count from the last segment that the peer has sent, unless it says otherwise.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "policy/kernel_timer.hpp"
#include "policy/timeline.hpp"

namespace wsalive::advice {

/// What brings the news.
enum class Notice : std::uint8_t {
  never,           ///< Keep-alive is off and nothing is on the way: nobody asks.
  keep_alive,      ///< N unanswered probes.
  user_timeout,    ///< TCP_USER_TIMEOUT, at the first probe's instant that comes after it.
  retransmission,  ///< Data is unacknowledged: no probes; tcp_retries2 or the user time-out ends it.
};

/// What a socket says that keep-alive on Linux depends on.
struct SocketState {
  bool on = false;
  policy::Timing timing;
  policy::Millis user_timeout{0};  ///< 0: none.
  bool data_on_the_way = false;
  std::uint32_t retries2 = 15;   ///< The sysctl tcp_retries2.
  policy::Accuracy accuracy{};   ///< What keeps it alive.
  policy::Millis heard{0};       ///< Silence so far.
  std::uint32_t unanswered = 0;  ///< Probes of this silence.
  std::optional<policy::Millis>
      armed{};  ///< The kernel's keep-alive timer is set for so long from now on; nullopt: not known.
};

struct Noticed {
  Notice by = Notice::never;
  std::optional<policy::Span> after;  ///< nullopt: never.
};

/// The time after which retransmission gives up: time-outs that double from 200 ms to 120 s, which is
/// the least; a slow path takes longer.
constexpr policy::Millis retransmission_end(std::uint32_t retries) noexcept {
  constexpr policy::Millis kFirst{200};
  constexpr policy::Millis kLongest{120'000};
  policy::Millis end{0};
  policy::Millis timeout = kFirst;
  for (std::uint32_t sent = 0; sent <= std::min(retries, 255U); ++sent) {
    end += timeout;
    timeout = std::min(timeout * 2, kLongest);
  }
  return end;
}

namespace detail {

/// The kernel's timer is known, and decides.
constexpr bool by_armed_timer(const SocketState& socket) noexcept {
  return socket.armed && socket.accuracy.by == policy::KeptBy::kernel;
}

/// Silence at which the next probe, or the end, is due by the values alone.
constexpr policy::Millis due_by_values(const SocketState& socket) noexcept {
  return policy::probe_span(socket.timing, socket.unanswered + 1, socket.accuracy).earliest;
}

}  // namespace detail

/// When the next probe leaves, or the end comes after the last one, if the peer stays silent: from now on. nullopt where
/// none is due: keep-alive is off, or data is on the way.
///
/// A timer that fires before T is over, because something was heard since it was set, is set anew for the rest of T. One
/// that stands behind T, because T was changed without it, counts as it stands.
constexpr std::optional<policy::Span> next_probe(const SocketState& socket) noexcept {
  if (!socket.on || socket.timing.probes == 0 || socket.data_on_the_way) return std::nullopt;
  const policy::Millis by_values = detail::due_by_values(socket) - socket.heard;
  policy::Millis wait = std::max(by_values, policy::Millis{0});
  if (detail::by_armed_timer(socket)) {
    wait = socket.unanswered == 0 ? std::max(by_values, *socket.armed) : *socket.armed;
  }
  // The timer was set some time ago, for a longer time: its step is that of the whole.
  const policy::Span whole = policy::due_span(wait + socket.heard, socket.accuracy);
  return policy::Span{wait, wait + (whole.latest - whole.earliest)};
}

/// Whether the kernel's timer stands behind the values that the socket reads: a value was changed and the timer was not.
/// After an answered probe the timer stands for I, which may be longer than T.
constexpr bool timer_disagrees(const SocketState& socket) noexcept {
  constexpr policy::Millis kRounding{100};
  if (!socket.on || !detail::by_armed_timer(socket) || socket.unanswered != 0) return false;
  const policy::Millis longest{std::max(socket.timing.idle, socket.timing.interval).count()};
  return *socket.armed + socket.heard > longest + kRounding;
}

/// So much later than T the timer of the first probe stands; 0 where the two agree.
constexpr policy::Millis timer_behind(const SocketState& socket) noexcept {
  if (!timer_disagrees(socket)) return policy::Millis{0};
  return *socket.armed + socket.heard - policy::Millis{socket.timing.idle.count()};
}

constexpr Noticed when_noticed(const SocketState& socket) noexcept {
  if (socket.data_on_the_way) {
    const policy::Millis end = socket.user_timeout.count() != 0
                                   ? socket.user_timeout
                                   : retransmission_end(socket.retries2);
    return {Notice::retransmission, policy::Span{end, end}};
  }
  if (!socket.on || socket.timing.probes == 0) return {};
  const auto by_timer = [&](std::optional<policy::Span> span) {
    const policy::Millis behind = timer_behind(socket);
    return span ? std::optional{policy::shifted(*span, behind)} : span;
  };
  if (socket.user_timeout.count() == 0) {
    return {Notice::keep_alive, by_timer(policy::give_up_span(socket.timing, socket.accuracy))};
  }
  // The kernel looks at each probe's instant, after one probe at least; the count plays no part.
  const policy::Millis interval{std::max<std::int64_t>(socket.timing.interval.count(), 1)};
  const policy::Millis rest =
      std::max(socket.user_timeout - policy::Millis{socket.timing.idle.count()}, policy::Millis{1});
  const auto probes = static_cast<std::uint32_t>((rest + interval - policy::Millis{1}) / interval);
  return {Notice::user_timeout,
          by_timer(policy::probe_span(socket.timing, probes + 1, socket.accuracy))};
}

}  // namespace wsalive::advice
