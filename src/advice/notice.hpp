// When Linux notices that a peer has gone silent, from what is in force on a socket: keep-alive, a user
// time-out that overrides its count, or, with data on the way, retransmission.
//
// Pure layer; all instants count from the last segment that the peer has sent.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

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
  std::uint32_t retries2 = 15;  ///< The sysctl tcp_retries2.
};

struct Noticed {
  Notice by = Notice::never;
  std::optional<policy::Millis> after;  ///< nullopt: never.
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

constexpr Noticed when_noticed(const SocketState& socket) noexcept {
  if (socket.data_on_the_way) {
    const policy::Millis end = socket.user_timeout.count() != 0
                                   ? socket.user_timeout
                                   : retransmission_end(socket.retries2);
    return {Notice::retransmission, end};
  }
  if (!socket.on || socket.timing.probes == 0) return {};
  const policy::Millis idle{socket.timing.idle.count()};
  const policy::Millis interval{std::max<std::int64_t>(socket.timing.interval.count(), 1)};
  if (socket.user_timeout.count() == 0) {
    return {Notice::keep_alive, policy::time_to_give_up(socket.timing)};
  }
  // The kernel looks at each probe's instant, after one probe at least; the count plays no part.
  const policy::Millis rest = std::max(socket.user_timeout - idle, policy::Millis{1});
  return {Notice::user_timeout, idle + (rest + interval - policy::Millis{1}) / interval * interval};
}

}  // namespace wsalive::advice
