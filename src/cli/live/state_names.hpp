// The states of a TCP connection in the words of the kernel's ss, as tables, JSON and --state have them; and what brings the
// news of a dead peer.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "advice/notice.hpp"
#include "os/tcp/tcp_info.hpp"

namespace wsalive::cli {

/// By the kernel's number.
inline constexpr std::array kStates{"",           "established", "syn-sent",  "syn-received",
                                    "fin-wait-1", "fin-wait-2",  "time-wait", "closed",
                                    "close-wait", "last-ack",    "listening", "closing"};

[[nodiscard]] constexpr std::string_view name_of(os::TcpState state) {
  const auto index = static_cast<std::size_t>(state);
  return index < kStates.size() ? kStates[index] : "unknown";
}

/// The word for a state in the spelling of another tool: "SYN_SENT", "LISTEN", "ESTAB", "FIN_WAIT1"; empty: there is none.
[[nodiscard]] std::string_view state_named(std::string_view text);

/// In the order of advice::Notice.
inline constexpr std::array kNotices{"never",          "keep-alive",    "user-timeout",
                                     "retransmission", "window-probes", "handshake"};

[[nodiscard]] constexpr std::string_view name_of(advice::Notice notice) {
  return kNotices[static_cast<std::size_t>(notice)];
}

}  // namespace wsalive::cli
