#include "cli/explain/scene.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/explain/render.hpp"
#include "cli/live/connection_text.hpp"
#include "cli/live/keepalive_text.hpp"
#include "cli/live/live_socket.hpp"
#include "engine/make_engine.hpp"
#include "policy/duration.hpp"

namespace wsalive::cli::explain {
namespace {

using policy::format_duration;
using policy::Millis;
using policy::Source;

std::string source_words(Source source) {
  switch (source) {
    case Source::socket:
      return "set by or for the program";
    case Source::registry:
      return "registry";
    case Source::outside:
      return "set from outside";
    case Source::release:
      break;
  }
  return "as the sysctl of its network";
}

Part part_of(Source source) {
  return {.source = source_words(source), .asked = source == Source::socket};
}

constexpr std::uint32_t bit_of(engine::Face face) { return static_cast<std::uint32_t>(face); }

advice::Stack stack_of(bool is_winsock, policy::DriverKind driver) {
  if (is_winsock) return advice::Stack::windows;
  return driver == policy::DriverKind::repair ? advice::Stack::linux_repair
                                              : advice::Stack::linux_kernel;
}

std::string tenths(Millis time) { return format_duration(time - time % Millis{100}); }

/// Rounds a time that counts from the look, which itself takes a moment.
policy::Span in_tenths(const policy::Span& span) {
  const policy::Span shown = policy::widened(span, Millis{100});
  return policy::is_one_instant(span) ? policy::Span{shown.earliest, shown.earliest} : shown;
}

}  // namespace

namespace {

/// The limit of the wait, in words, where something waits for an answer.
std::string limit_words(const Live& live) {
  if (live.user_timeout.count() != 0)
    return fmt::format("TCP_USER_TIMEOUT is {}", format_duration(live.user_timeout));
  if (live.condition == advice::Condition::connecting) return "tcp_syn_retries, or TCP_SYNCNT";
  return fmt::format("tcp_retries2 is {}, and no TCP_USER_TIMEOUT is set", live.retries2);
}

/// The contents of the send queue, as far as known: the kernel counts sent and unsent octets together.
std::string queue_words(const Live& live) {
  if (live.condition == advice::Condition::connecting) return "The request is unanswered.";
  const bool has_end = live.condition == advice::Condition::closing;
  const std::uint32_t octets = live.unacknowledged - (has_end && live.unacknowledged != 0 ? 1 : 0);
  if (octets == 0) return {};
  const char* const verb = octets == 1 ? " waits" : "s wait";
  if (live.condition == advice::Condition::window_closed ||
      live.condition == advice::Condition::not_sent)
    return fmt::format("{} octet{} in the send queue.", octets, verb);
  return fmt::format("{} octet{} in the send queue, sent and not acknowledged or not sent yet.",
                     octets, verb);
}

/// The timer decides, and a tail loss probe does not use it.
std::string tries_words(const Live& live) {
  const std::uint32_t tries = live.resending->tries;
  const Millis next = live.resending->fires_in;
  const std::string so_far = fmt::format("The timer of what waits has run out {} {}", tries,
                                         tries == 1 ? "time" : "times");
  const bool is_last = live.noticed.in && live.noticed.in->earliest <= next + Millis{4};
  if (is_last) return so_far + '.';
  return fmt::format("{}; the next time is in {}.", so_far, tenths(next + Millis{99}));
}

/// When the kernel gives up on the waiting data, and what would bound that.
std::vector<std::string> end_words(const Live& live) {
  constexpr Millis kBound{60'000};
  std::vector<std::string> words;
  const bool asks = live.condition == advice::Condition::window_closed;
  const bool is_bound = live.user_timeout != Millis{};
  if (asks && !is_bound)
    words.emplace_back("A peer that answers keeps the connection so for ever.");
  if (live.noticed.in) {
    words.push_back(
        fmt::format("{} it is given up {} from now, with ETIMEDOUT ({}).",
                    asks && is_bound ? "Unless the peer makes room, whether it answers or not,"
                                     : "If nothing is answered",
                    policy::format_span(in_tenths(*live.noticed.in)), limit_words(live)));
  }
  const bool helps = asks || !live.noticed.in || live.noticed.in->latest > kBound;
  if (is_bound || live.target.empty() || !helps) return words;
  words.push_back(fmt::format(
      "wsalive set {} --user-timeout 1min {}; --time has no effect until then.", live.target,
      asks ? "ends it after so long, whether the peer answers or not" : "bounds that"));
  return words;
}

/// Where something waits for an answer: its state, and when the kernel gives up, with both ends.
std::vector<std::string> waiting_words(const Live& live) {
  std::vector<std::string> words;
  const auto decides = advice::row(live.condition).decides;
  if (decides == advice::Decides::keep_alive || decides == advice::Decides::nothing) return words;
  if (std::string queue = queue_words(live); !queue.empty()) words.push_back(std::move(queue));
  if (live.resending) words.push_back(tries_words(live));
  for (std::string& sentence : end_words(live)) words.push_back(std::move(sentence));
  return words;
}

}  // namespace

std::vector<std::string> live_words(const Live& live, const policy::Timing& timing) {
  std::vector<std::string> words;
  if (!live.on && live.listens) {
    words.emplace_back("Keep-alive is off: connections that it accepts begin without.");
  } else if (!live.on) {
    words.emplace_back(
        "Keep-alive is off: T, I and N have no effect. While nobody sends, a dead peer is never "
        "noticed.");
  }
  const advice::ConditionRow& condition = advice::row(live.condition);
  if (!condition.what.empty()) words.emplace_back(condition.what);
  if (live.condition == advice::Condition::peer_closed)
    words.push_back(fmt::format("As the kernel has it, {}.", advice::unread_words(live.unread)));
  if (live.listens) return words;
  for (std::string& sentence : waiting_words(live)) words.push_back(std::move(sentence));
  if (live.is_mptcp) {
    words.emplace_back(
        "It is a connection of an MPTCP socket: what is set goes to all of its connections.");
  }
  if (live.is_in_repair) {
    words.emplace_back(
        "It is in repair mode (TCP_REPAIR): probes leave, and what the program sends does not.");
  }
  if (live.heard)
    words.push_back(fmt::format("The peer has been silent for {}.", tenths(*live.heard)));
  if (live.next) {
    words.push_back(
        fmt::format("The next probe leaves in {}.", policy::format_span(in_tenths(*live.next))));
  }
  if (live.on && !live.driven && live.waits_for_silence()) {
    if (std::string seldom = interval_words(timing, kernel_alone()); !seldom.empty())
      words.push_back(std::move(seldom));
  }
  if (live.behind != Millis{}) {
    words.push_back(
        fmt::format("T reads {}, but the kernel's timer was set before that and still stands {} "
                    "later: the value was changed without "
                    "it. wsalive set {} --time {} sets it anew.",
                    format_duration(timing.idle), tenths(live.behind), live.target,
                    policy::format_duration_word(Millis{timing.idle.count()})));
  }
  if (live.unanswered != 0) {
    words.push_back(fmt::format("{} probe{} unanswered: the peer or the path is gone, perhaps.",
                                live.unanswered, live.unanswered == 1 ? " is" : "s are"));
    if (live.noticed.in) {
      words.push_back(fmt::format("If that goes on, the program gets an error {} from now.",
                                  policy::format_span(in_tenths(*live.noticed.in))));
    }
  }
  const bool ends_series =
      live.on && !live.driven && condition.decides == advice::Decides::keep_alive;
  if (live.user_timeout.count() != 0 && ends_series)
    words.push_back(in_place_of_count(live.user_timeout, timing.probes));
  return words;
}

Scene live_scene(const Connections& only, const Wish& wish) {
  constexpr std::array kDriverWords{"off",
                                    "silent",
                                    "the kernel keeps it alone",
                                    "our engine re-arms the kernel's timer",
                                    "our engine sends the probes",
                                    "our engine, as near as this host can"};
  const Connection& connection = only.list.front();
  const attach::KeepAliveOf& values = *connection.keep_alive;
  const advice::SocketState state = connection.state();
  const bool driven = values.is_driven();
  // An engine of ours drives sockets of Winsock programs and, by preload and the C++ interface, of Linux programs.
  const bool is_winsock = driven && values.faces == bit_of(engine::Face::windows);
  const std::uint32_t linux_face = bit_of(engine::Face::linux_);
  Scene scene{.story = advice::Story::dead,
              .nat = false,
              .path_timeout = wish.path_timeout,
              .path_is_assumed = false,
              .subjects = {},
              .host = {},
              .live = {}};
  scene.user_timeout = values.user_timeout;
  scene.live = Live{
      .name = connection.name(),
      .ends = ends_of(connection),
      .state = state_of(connection),
      .driver = name_in(kDriverWords, values.driver),
      .on = state.on,
      .listens = connection.socket.state == os::TcpState::listen,
      .driven = driven,
      .probes = values.timing.probes,
      .condition = state.condition,
      .resending = state.resending,
      .retries2 = state.retries2,
      .is_mptcp = values.is_mptcp,
      .is_in_repair = values.is_in_repair,
      .is_on_this_machine = connection.is_on_this_machine(),
      .heard = connection.silent_for(),
      .next = connection.to_next_probe(),
      .unanswered = values.unanswered,
      .unacknowledged = connection.socket.unacknowledged_bytes,
      .unread = connection.socket.unread_bytes,
      .user_timeout = values.user_timeout,
      .noticed = advice::when_noticed(state),
      .behind = advice::timer_behind(state),
      .target = connection.owner ? fmt::format("{}:{}", connection.owner->pid, connection.owner->fd)
                                 : std::string{}};
  Subject subject{.name = "linux",
                  .title = scene.live->name,
                  .stack = stack_of(is_winsock, values.driver),
                  .is_stack_known = !driven || is_winsock || values.faces == linux_face,
                  .timing = values.timing,
                  .wanted = values.timing,
                  .time = part_of(values.sourced.idle_from),
                  .interval = part_of(values.sourced.interval_from),
                  .probes = part_of(values.sourced.probes_from),
                  .remarks = {},
                  .forecast = {},
                  .events = {}};
  if (!state.on) subject.timing.probes = 0;
  subject.accuracy = state.accuracy;
  subject.behind = advice::timer_behind(state);
  scene.subjects.push_back(std::move(subject));
  play_out(scene);
  return scene;
}

}  // namespace wsalive::cli::explain
