#include "advice/lint.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "advice/path_timeouts.hpp"
#include "policy/duration.hpp"
#include "policy/path_settings.hpp"

namespace wsalive::advice {
namespace {

using Findings = std::vector<Finding>;

std::string in_words(policy::Millis time) { return policy::format_duration(time); }

std::string in_command(policy::Millis time) { return policy::format_duration_word(time); }

std::string whole_seconds(policy::Millis time) {
  return in_words(time - time % policy::Millis{1'000});
}

/// The path's time-out if known, else the shortest common one.
policy::Millis path_of(const LiveSocket& socket) {
  return socket.path_timeout.value_or(kPathTimeouts.front().time);
}

/// A path with a known time-out that will not keep the connection, whatever the silence so far. With keep-alive on, the rule of
/// the same name in lint.cpp covers the first probe.
void path_forgets(const LiveSocket& socket, Findings& findings) {
  const Outlook outlook = path_outlook(socket.state, socket.heard, socket.path_timeout);
  if (outlook == Outlook::well) return;
  const std::string forgets = in_words(*socket.path_timeout);
  const bool kept_from_now =
      socket.state.on &&
      path_keeps(socket.state.timing, *socket.path_timeout, socket.state.accuracy);
  const bool can_keep =
      policy::settings_for_path(*socket.path_timeout, socket.state.accuracy).has_value();
  const std::string silence = "no segment has come for " + whole_seconds(socket.heard) +
                              ", and the path forgets after " + forgets +
                              ": the connection is lost";
  if (kept_from_now) {
    findings.push_back({.text = silence, .remedy = "a new connection", .source = {}});
  } else if (!socket.state.on) {
    findings.push_back(
        {.text = outlook == Outlook::lost
                     ? "keep-alive is off, " + silence
                     : "keep-alive is off, and the path forgets after " + forgets +
                           ": a silence of that length loses the connection",
         .remedy = outlook == Outlook::lost ? "a new connection, with keep-alive"
                   : can_keep               ? "SO_KEEPALIVE in the program"
                              : "heartbeats of the application: no keep-alive of the kernel comes "
                                "in time",
         .source = {},
         .set = can_keep && outlook != Outlook::lost
                    ? "--path-timeout " + in_command(*socket.path_timeout)
                    : ""});
  }
}

/// Keep-alive is off on a silent connection: nothing would ever notice a dead peer.
void off_while_idle(const LiveSocket& socket, Findings& findings) {
  if (socket.path_timeout) return;  // Then path_forgets reports it, without waiting.
  constexpr policy::Millis kLong{60'000};
  const policy::Millis path = path_of(socket);
  const bool stands = row(socket.state.condition).decides == Decides::keep_alive;
  if (!stands || socket.state.on || socket.listener_has_more) return;
  if (socket.heard < std::min(kLong, path)) return;
  findings.push_back(
      {.text = "keep-alive is off on a connection that has been silent for " +
               whole_seconds(socket.heard) +
               (socket.on_this_machine
                    ? ": a peer that hangs is never noticed"
                    : ": a peer that dies is never noticed, and a path may forget it"),
       .remedy = "SO_KEEPALIVE in the program",
       .source = {},
       .set = "--time " + in_command(path / 2)});
}

/// A note and no warning: a program that forgot the switch and one that turned it off leave the same values. Where the
/// connection needs keep-alive, another rule warns.
void values_without_the_switch(const LiveSocket& socket, Findings& findings) {
  if (socket.state.on || !socket.values_set) return;
  findings.push_back(
      {.severity = Severity::note,
       .text =
           socket.listens
               ? "keep-alive times are set on a listener whose SO_KEEPALIVE is off: accepted "
                 "connections inherit times that have no effect"
               : "keep-alive times are set, but SO_KEEPALIVE is off: no probe is ever sent. It was "
                 "never switched on, or was switched off since, as wsalive set does it",
       .remedy = "if it was forgotten: SO_KEEPALIVE, on the same socket",
       .source = "Linux: tcp(7)"});
}

void on_a_listener_only(const LiveSocket& socket, Findings& findings) {
  if (!socket.listener_has_more) return;
  findings.push_back({.text = "keep-alive is on for the listener and off here: it was accepted "
                              "before the listener was "
                              "set, or switched off since",
                      .remedy = "SO_KEEPALIVE before listen",
                      .source = "Linux: options are inherited when a connection is made",
                      .set = "--time " + in_command(path_of(socket) / 2)});
}

void user_timeout_overrides(const LiveSocket& socket, Findings& findings) {
  const SocketState& state = socket.state;
  if (!state.on || state.user_timeout.count() == 0 || state.timing.probes == 0) return;
  SocketState without = state;
  without.user_timeout = policy::Millis{0};
  without.condition = Condition::idle;
  SocketState with = state;
  with.condition = Condition::idle;
  const auto meant = when_noticed(without).after;
  const auto real = when_noticed(with).after;
  if (!meant || !real || meant->earliest == real->earliest) return;
  const policy::Timing& timing = state.timing;
  const std::uint32_t probes =
      policy::probes_to_the_end(timing, state.user_timeout, state.accuracy);
  const policy::Millis good{timing.idle.count() +
                            std::int64_t{timing.interval.count()} * timing.probes};
  findings.push_back(
      {.text = "TCP_USER_TIMEOUT " + in_words(state.user_timeout) +
               " overrides the count: a dead peer is "
               "noticed after " +
               policy::format_span(*real) + ", not after " + policy::format_span(*meant) +
               (probes == 1 && timing.probes > 1
                    ? ". The first probe is the only one: one lost segment ends a "
                      "healthy connection"
                    : ""),
       .remedy = "a user time-out of T + N x I, which is " + in_words(good) + ", or none",
       .source = "Linux: net/ipv4/tcp_timer.c, and tcp(7)"});
}

/// A value has changed, and the timer has not: the most common recipe writes the sysctl, and the socket then reads back the new
/// value.
void timer_behind_values(const LiveSocket& socket, Findings& findings) {
  const policy::Millis behind = timer_behind(socket.state);
  if (socket.listens || behind == policy::Millis{}) return;
  findings.push_back(
      {.text = "T reads " + in_words(policy::Millis{socket.state.timing.idle.count()}) +
               ", but the kernel's timer was set before that: the first probe leaves " +
               in_words(behind - behind % policy::Millis{100}) + " later",
       .source = "Linux: a sysctl changes what sockets read, not the timers that run",
       .set = "--time " + in_command(policy::Millis{socket.state.timing.idle.count()})});
}

/// When keep-alive would detect the silent peer, were nothing in flight.
std::optional<policy::Span> told_by_probes(const SocketState& state) {
  SocketState idle = state;
  idle.condition = Condition::idle;
  idle.armed.reset();
  idle.user_timeout = policy::Millis{0};
  return when_noticed(idle).after;
}

/// Keep-alive does not cover data in flight.
void data_unacknowledged(const LiveSocket& socket, Findings& findings) {
  const SocketState& state = socket.state;
  const bool waits =
      state.condition == Condition::unacknowledged || state.condition == Condition::closing;
  if (!waits || !state.resending || state.resending->tries == 0) return;
  const auto noticed = when_noticed(state);
  const auto idle = told_by_probes(state);
  if (!noticed.in) return;
  std::string text = "sent data is not acknowledged, and its timer has run out " +
                     std::to_string(state.resending->tries) +
                     (state.resending->tries == 1 ? " time" : " times") +
                     ": no keep-alive probe leaves, and retransmission gives up " +
                     policy::format_span(*noticed.in) + " from now";
  const bool is_sooner = idle && idle->latest < noticed.after->earliest;
  if (is_sooner)
    text += ", where keep-alive would have noticed a dead peer after " + policy::format_span(*idle);
  if (state.user_timeout.count() != 0) return;  // Bounded already.
  const policy::Millis bound = is_sooner ? idle->earliest : policy::Millis{60'000};
  if (noticed.after->latest <= bound) return;  // A user time-out would delay it.
  findings.push_back({.text = std::move(text),
                      .remedy = "TCP_USER_TIMEOUT in the program",
                      .source = "Linux: tcp(7), tcp_retries2 and TCP_USER_TIMEOUT",
                      .set = "--user-timeout " + in_command(bound)});
}

void window_closed(const LiveSocket& socket, Findings& findings) {
  constexpr policy::Millis kLong{10'000};
  const SocketState& state = socket.state;
  if (state.condition != Condition::window_closed || state.user_timeout.count() != 0) return;
  if (!state.resending || state.resending->timeout < kLong) return;
  findings.push_back(
      {.text =
           "the peer's window is closed, and data waits for it: as long as the peer answers, the "
           "connection stays so for ever, and no keep-alive probe leaves",
       .remedy = "a time limit in the program; a user time-out ends it though the peer answers",
       .source = "RFC 1122, 4.2.2.17",
       .set = "--user-timeout 1min"});
}

/// The kernel's timer for a closed window also runs when a segment could not be sent.
void not_sent(const LiveSocket& socket, Findings& findings) {
  if (socket.state.condition != Condition::not_sent) return;
  findings.push_back(
      {.text = "data does not leave this host, though the peer has room for it: no "
               "keep-alive probe leaves either",
       .remedy = "look at this host's own firewall and queues (nft list ruleset, tc -s qdisc)",
       .source = {}});
}

/// A single probe may still be in flight.
void probes_unanswered(const LiveSocket& socket, Findings& findings) {
  constexpr std::uint32_t kMoreThanChance = 2;
  const SocketState& state = socket.state;
  if (row(state.condition).decides != Decides::keep_alive || state.unanswered < kMoreThanChance)
    return;
  const auto in = when_noticed(state).in;
  findings.push_back({.text = std::to_string(state.unanswered) +
                              " probes are unanswered: the peer or the path is gone, perhaps" +
                              (in ? "; if that goes on, the program gets an error " +
                                        policy::format_span(*in) + " from now"
                                  : ""),
                      .remedy = "look at the peer, and at the path to it",
                      .source = {}});
}

void peer_closed(const LiveSocket& socket, Findings& findings) {
  constexpr policy::Millis kLong{60'000};
  if (socket.state.condition != Condition::peer_closed || socket.heard < kLong) return;
  findings.push_back({.text = "the peer has closed its side, " + unread_words(socket.unread) +
                              ", and it has not closed the other one for " +
                              whole_seconds(socket.heard) +
                              ": keep-alive does not end that while the peer's machine answers",
                      .remedy = socket.unread == 0 ? "close in the program"
                                                   : "read to the end in the program, and close",
                      .source = "CLOSE-WAIT"});
}

void in_repair(const LiveSocket& socket, Findings& findings) {
  if (!socket.in_repair) return;
  findings.push_back(
      {.severity = Severity::note,
       .text = "the socket is in repair mode: what the program sends stays where it is",
       .remedy = "a checkpointing program (CRIU) has not finished, perhaps",
       .source = "Linux: TCP_REPAIR"});
}

constexpr std::array kSocketRules{
    // clang-format off
    SocketRule{"path-forgets",           "a path that forgets the connection",                    path_forgets},
    SocketRule{"off-while-idle",         "keep-alive off on a long idle connection",              off_while_idle},
    SocketRule{"values-without-switch",  "times that are set while the switch is off",            values_without_the_switch},
    SocketRule{"listener-only",          "keep-alive on a listener, not on its connections",      on_a_listener_only},
    SocketRule{"timer-behind-values",    "a timer that an earlier value has set",                timer_behind_values},
    SocketRule{"data-unacknowledged",    "data on the way, which keep-alive does not look at",    data_unacknowledged},
    SocketRule{"window-closed",          "data that waits for a window that is closed",           window_closed},
    SocketRule{"not-sent",               "data that does not leave this host",                    not_sent},
    SocketRule{"probes-unanswered",      "probes that nobody answers",                            probes_unanswered},
    SocketRule{"peer-closed",            "a connection that only the peer has closed",            peer_closed},
    SocketRule{"user-timeout-overrides", "a user time-out that takes the place of the count",     user_timeout_overrides},
    SocketRule{"in-repair",              "a socket that a checkpointing program works on",        in_repair},
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
