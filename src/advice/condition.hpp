// The current condition of a TCP socket and its meaning for keep-alive: one table, from which ls, explain, lint, set and watch
// take their words.
//
// Values are not states: keep-alive may be on and yet send no probe, because data is in flight, the peer's window is closed,
// or the connection is not established yet. Pure layer.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace wsalive::advice {

enum class Condition : std::uint8_t {
  idle,            ///< Established, and nothing is in flight.
  unacknowledged,  ///< Sent data waits for its acknowledgement.
  window_closed,   ///< Data waits for room at the peer.
  not_sent,        ///< Data waits in this host, though the peer has room for it.
  connecting,      ///< SYN-SENT.
  being_accepted,  ///< SYN-RECEIVED.
  half_closed,     ///< FIN-WAIT-2: the peer has acknowledged the FIN of this end.
  peer_closed,     ///< CLOSE-WAIT, with nothing in flight.
  closing,         ///< FIN-WAIT-1, CLOSING, LAST-ACK: the FIN of this end is unacknowledged.
  over,            ///< TIME-WAIT.
  listening,
  not_connected,  ///< CLOSED.
};

/// The mechanism that detects a silent peer.
enum class Decides : std::uint8_t { keep_alive, retransmission, window_probes, handshake, nothing };

struct ConditionRow {
  Condition condition;
  std::string_view name;  ///< Of the JSON, and of `ls --wide`; stable.
  Decides decides;
  std::string_view what;  ///< A sentence for explain; may be empty.
  /// Why keep-alive has no effect yet; continues "on 2 of these". Empty where it has an effect.
  std::string_view no_effect;
};

// In the order of Condition.
inline constexpr std::array kConditions{
    // clang-format off
    ConditionRow{Condition::idle,           "idle",           Decides::keep_alive,     "", ""},
    ConditionRow{Condition::unacknowledged, "unacknowledged", Decides::retransmission,
                 "Sent data is not acknowledged: no probe leaves now, and retransmission decides.",
                 "sent data waits for its acknowledgement, and retransmission decides (--user-timeout bounds it)"},
    ConditionRow{Condition::window_closed,  "window-closed",  Decides::window_probes,
                 "Data waits, and the peer has no room for it: the kernel asks after its window and no probe leaves now.",
                 "the peer's window is closed, and the kernel asks after that (--user-timeout ends it, whether the peer answers or "
                 "not)"},
    ConditionRow{Condition::not_sent,       "not-sent",       Decides::window_probes,
                 "Data waits and does not leave this host, though the peer has room for it: a rule of this host's own firewall or "
                 "a queue drops it, perhaps. No probe leaves now.",
                 "its data does not leave this host"},
    ConditionRow{Condition::connecting,     "connecting",     Decides::handshake,
                 "The connection is being made: the request is sent anew until it is answered. Keep-alive begins when it stands.",
                 "the connection is being made"},
    ConditionRow{Condition::being_accepted, "being-accepted", Decides::nothing,
                 "The peer has asked for the connection and has not confirmed it: no program has it yet.",
                 "the peer has not confirmed the connection"},
    ConditionRow{Condition::half_closed,    "half-closed",    Decides::keep_alive,
                 "The program has closed its side, and waits for the peer to close the other one.", ""},
    ConditionRow{Condition::peer_closed,    "peer-closed",    Decides::keep_alive,
                 "The peer has closed its side.", ""},
    ConditionRow{Condition::closing,        "closing",        Decides::retransmission,
                 "The end has been sent and is not acknowledged: no probe leaves now, and retransmission decides.",
                 "its end is sent and not acknowledged, and retransmission decides"},
    ConditionRow{Condition::over,           "over",           Decides::nothing,
                 "The connection is over: the kernel remembers its ends for a minute, and no program has it.",
                 "the connection is over"},
    ConditionRow{Condition::listening,      "listening",      Decides::nothing,
                 "It listens: connections that it accepts from now on begin with these values.", ""},
    ConditionRow{Condition::not_connected,  "not-connected",  Decides::nothing,
                 "It is not connected.", "it is not connected"},
    // clang-format on
};

/// For a connection whose peer has closed its side: what the program has not read yet; the FIN counts as an octet.
/// "the program has read all that came"; the caller continues with "and".
inline std::string unread_words(std::uint32_t unread) {
  if (unread == 0) return "the program has read all that came";
  if (unread == 1) return "the program has not read the end";
  const std::uint32_t octets = unread - 1;
  return std::to_string(octets) + (octets == 1 ? " octet waits" : " octets wait") +
         " before the end that the program has not read";
}

constexpr const ConditionRow& row(Condition condition) noexcept {
  return kConditions[static_cast<std::size_t>(condition)];
}

static_assert([] {
  for (std::size_t at = 0; at < kConditions.size(); ++at) {
    if (static_cast<std::size_t>(kConditions[at].condition) != at) return false;
  }
  return kConditions.back().condition == Condition::not_connected;
}());

}  // namespace wsalive::advice
