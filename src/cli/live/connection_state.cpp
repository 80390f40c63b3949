// The condition of a connection, derived from the kernel's data: for advice, which knows no socket.

#include <algorithm>

#include "cli/live/connections.hpp"
#include "os/clock.hpp"

namespace wsalive::cli {
namespace {

using advice::Condition;
using os::TcpState;
using policy::Millis;

/// Whether the connection is established, at least for sending.
Condition standing(const attach::TcpSocket& socket, Condition otherwise) {
  if (socket.unacknowledged_bytes == 0) return otherwise;
  if (socket.timer.kind != attach::TimerKind::window_probe) return Condition::unacknowledged;
  // The kernel sends window probes also if sending failed on this host.
  const attach::Sending& sending = socket.sending;
  const std::uint32_t enough = std::min(socket.unacknowledged_bytes, sending.segment);
  return sending.in_flight == 0 && sending.segment != 0 && sending.room >= enough
             ? Condition::not_sent
             : Condition::window_closed;
}

/// The number of doublings before a wait; the first waits of a SYN are equal.
std::uint32_t doublings(std::uint32_t tries, std::uint32_t undoubled) {
  return tries > undoubled ? std::min(tries - undoubled, 20U) : 0;
}

/// The wait before the first doubling.
Millis first_wait(const attach::TcpSocket& socket, Millis wait, std::uint32_t doubled,
                  Millis longest) {
  constexpr Millis kLeastVariance{
      200};  // The kernel's minimum of a time-out, which else follows the round trip.
  if (wait >= longest && doubled != 0) return Millis{socket.sending.round_trip} + kLeastVariance;
  return std::max(Millis{wait.count() >> doubled}, Millis{1});
}

/// The time from the first try to the last one.
Millis tries_took(Millis first, std::uint32_t from, std::uint32_t to, std::uint32_t undoubled,
                  Millis longest) {
  Millis sum{0};
  for (std::uint32_t at = from; at < to; ++at) {
    sum += std::min(first * (std::int64_t{1} << doublings(at, undoubled)), longest);
  }
  return sum;
}

}  // namespace

advice::Condition Connection::condition() const {
  switch (socket.state) {
    case TcpState::established:
      return standing(socket, Condition::idle);
    case TcpState::close_wait:
      return standing(socket, Condition::peer_closed);
    case TcpState::fin_wait2:
      return Condition::half_closed;
    case TcpState::syn_sent:
      return Condition::connecting;
    case TcpState::syn_received:
      return Condition::being_accepted;
    case TcpState::fin_wait1:
    case TcpState::closing:
    case TcpState::last_ack:
      return Condition::closing;
    case TcpState::time_wait:
      return Condition::over;
    case TcpState::listen:
      return Condition::listening;
    case TcpState::close:
      break;
  }
  return Condition::not_connected;
}

std::optional<Millis> Connection::silent_for() const {
  switch (condition()) {
    case Condition::connecting:
    case Condition::being_accepted:
    case Condition::over:
    case Condition::listening:
    case Condition::not_connected:
      return std::nullopt;  // No segment has come yet, or the kernel does not report it.
    default:
      return Millis{socket.heard};
  }
}

bool Connection::is_on_this_machine() const {
  constexpr std::uint8_t kLoopbackNet = 127;
  const os::Endpoint remote = os::unmapped(socket.remote);
  const os::Endpoint local = os::unmapped(socket.local);
  if (remote.family == os::Family::ipv4 && remote.address[0] == kLoopbackNet) return true;
  return remote.family == local.family && remote.address == local.address;
}

std::optional<advice::Resending> Connection::resending() const {
  const attach::Timer& timer = socket.timer;
  const bool is_window = timer.kind == attach::TimerKind::window_probe;
  if (!is_window && timer.kind != attach::TimerKind::retransmission) return std::nullopt;
  const advice::Condition now = condition();
  const bool is_request = now == Condition::connecting;
  const Millis longest = longest_wait();
  const std::uint32_t undoubled = is_request ? defaults.sending.undoubled_requests : 0;
  // How often the wait was doubled: window probes have a count of their own.
  const std::uint32_t tried = is_window ? socket.sending.backoff : socket.sending.retransmits;
  const std::uint32_t doubled = doublings(tried, undoubled);

  advice::Resending resending;
  resending.fires_in = Millis{timer.expires_in};
  resending.timeout = Millis{socket.sending.timeout};
  if (is_window) {
    resending.timeout =
        std::min(std::max(resending.timeout, Millis{200}) * (std::int64_t{1} << doubled), longest);
  }
  resending.tries = is_window ? timer.tries : tried;
  const Millis first = first_wait(socket, resending.timeout, doubled, longest);
  const Millis last = std::max(resending.timeout - resending.fires_in, Millis{0});
  if (is_request) {  // From the first SYN on.
    resending.since_first = last + tries_took(first, 0, tried, undoubled, longest);
  } else if (tried != 0) {  // From the first retransmission on.
    resending.since_first = last + tries_took(first, 1, tried, undoubled, longest);
  }
  return resending;
}

policy::Millis Connection::longest_wait() const {
  if (keep_alive && keep_alive->longest_wait) return Millis{*keep_alive->longest_wait};
  return Millis{defaults.sending.longest_wait_ms};
}

advice::SocketState Connection::state() const {
  const attach::SendingLimits& limits = defaults.sending;
  advice::SocketState state;
  state.condition = condition();
  state.resending = resending();
  state.retries2 = limits.retries2;
  state.requests = (keep_alive && keep_alive->requests ? *keep_alive->requests : limits.requests) +
                   limits.undoubled_requests;
  state.undoubled_requests = limits.undoubled_requests;
  state.longest_wait = longest_wait();
  state.heard = Millis{socket.heard};
  state.accuracy.tick = os::tick_length();
  if (keep_alive) {
    state.on = keep_alive->driver != policy::DriverKind::off;
    state.timing = keep_alive->timing;
    state.user_timeout = keep_alive->user_timeout;
    state.unanswered = keep_alive->unanswered;
    state.accuracy.by = keep_alive->is_driven() ? policy::KeptBy::engine : policy::KeptBy::kernel;
  }
  if (socket.timer.kind == attach::TimerKind::keep_alive) {
    state.armed = Millis{socket.timer.expires_in};
  }
  return state;
}

advice::Noticed Connection::noticed() const { return advice::when_noticed(state()); }

bool Connection::can_notice() const {
  return keep_alive && advice::row(condition()).decides != advice::Decides::nothing;
}

std::optional<policy::Span> Connection::to_next_probe() const {
  const advice::SocketState now = state();
  // Without a timer the kernel has nothing to send, whatever the values say.
  if (now.accuracy.by == policy::KeptBy::kernel && !now.armed) return std::nullopt;
  return advice::next_probe(now);
}

}  // namespace wsalive::cli
