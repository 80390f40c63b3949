#include "advice/socket_lint.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "advice/path_timeouts.hpp"
#include "policy/duration.hpp"

namespace wsalive::advice {
namespace {

using Findings = std::vector<Finding>;

std::string in_words(policy::Millis time) { return policy::format_duration(time); }

/// Off, with nobody speaking: nothing would ever tell.
void off_while_idle(const LiveSocket& socket, Findings& findings) {
  constexpr policy::Millis kLong{60'000};
  const policy::Millis path = socket.path_timeout.value_or(kPathTimeouts.front().time);
  if (socket.listens || socket.state.on || socket.listener_has_more) return;
  if (socket.heard < std::min(kLong, path)) return;
  findings.push_back({.text = "keep-alive is off on a connection that has been silent for " +
                              in_words(socket.heard - socket.heard % policy::Millis{1'000}) +
                              ": a peer that dies is never noticed, and a path may forget it",
                      .remedy = "wsalive set PID --time " + in_words(path / 2) +
                                ", or SO_KEEPALIVE in the program",
                      .source = {}});
}

void values_without_the_switch(const LiveSocket& socket, Findings& findings) {
  if (socket.state.on || !socket.values_set) return;
  findings.push_back(
      {.text = socket.listens
                   ? "keep-alive times are set on a listener whose SO_KEEPALIVE is off: accepted "
                     "connections inherit times that have no effect"
                   : "keep-alive times are set, but SO_KEEPALIVE is off: no probe is ever sent",
       .remedy = "SO_KEEPALIVE, on the same socket",
       .source = "Linux: tcp(7)"});
}

void on_a_listener_only(const LiveSocket& socket, Findings& findings) {
  if (!socket.listener_has_more) return;
  findings.push_back({.text = "keep-alive is on for the listener and off here: it was accepted "
                              "before the listener was "
                              "set, or switched off since",
                      .remedy = "wsalive set on this connection, or SO_KEEPALIVE before listen",
                      .source = "Linux: options are inherited when a connection is made"});
}

void user_timeout_overrides(const LiveSocket& socket, Findings& findings) {
  const SocketState& state = socket.state;
  if (!state.on || state.user_timeout.count() == 0 || state.timing.probes == 0) return;
  SocketState without = state;
  without.user_timeout = policy::Millis{0};
  without.data_on_the_way = false;
  SocketState with = state;
  with.data_on_the_way = false;
  const auto meant = when_noticed(without).after;
  const auto real = when_noticed(with).after;
  if (!meant || !real || meant->earliest == real->earliest) return;
  findings.push_back({.text = "TCP_USER_TIMEOUT " + in_words(state.user_timeout) +
                              " overrides the count: a dead peer is "
                              "noticed after " +
                              policy::format_span(*real) + ", not after " +
                              policy::format_span(*meant),
                      .remedy = "a user time-out of T + N x I, or none",
                      .source = "Linux: net/ipv4/tcp_timer.c, and tcp(7)"});
}

/// A value was changed, and the timer was not: the most common recipe writes the sysctl, and the value then reads as it
/// should.
void timer_behind_values(const LiveSocket& socket, Findings& findings) {
  const policy::Millis behind = timer_behind(socket.state);
  if (socket.listens || behind == policy::Millis{}) return;
  findings.push_back(
      {.text = "T reads " + in_words(policy::Millis{socket.state.timing.idle.count()}) +
               ", but the kernel's timer was set before that: the first probe leaves " +
               in_words(behind - behind % policy::Millis{100}) + " later",
       .remedy = "wsalive set on this socket, which sets the timer anew",
       .source = "Linux: a sysctl changes what sockets read, not the timers that run"});
}

constexpr std::array kSocketRules{
    // clang-format off
    SocketRule{"off-while-idle",         "keep-alive off on a long idle connection",              off_while_idle},
    SocketRule{"values-without-switch",  "times that are set while the switch is off",            values_without_the_switch},
    SocketRule{"listener-only",          "keep-alive on a listener, not on its connections",      on_a_listener_only},
    SocketRule{"timer-behind-values",    "a timer that an earlier value has set",                timer_behind_values},
    SocketRule{"user-timeout-overrides", "a user time-out that takes the place of the count",     user_timeout_overrides},
    // clang-format on
};

}  // namespace

std::span<const SocketRule> socket_rules() noexcept { return kSocketRules; }

std::vector<Finding> lint(const LiveSocket& socket) {
  Findings findings;
  for (const SocketRule& rule : kSocketRules) {
    const std::size_t before = findings.size();
    rule.check(socket, findings);
    for (std::size_t at = before; at < findings.size(); ++at) findings[at].rule = rule.name;
  }
  return findings;
}

}  // namespace wsalive::advice
