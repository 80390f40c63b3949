// TCP segments as seen on a wire, and what each of them is in its conversation.
//
// Pure: parses bytes and compares numbers. `narrate` walks through the segments of one connection
// and says of each whether it opens, carries data, acknowledges, probes (K-94), answers a probe,
// or ends. Numbers wrap around as TCP's do.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace wsalive::lab {

/// As seen by the host on which a segment was captured; in an Event, by the first speaker.
enum class SegmentDirection : std::uint8_t { out, in };

/// The flags of a TCP header, by their bits.
enum TcpFlag : std::uint8_t { fin = 1, syn = 2, rst = 4, psh = 8, ack = 16 };

struct TcpEndpoint {
  std::array<std::uint8_t, 16> address{};  ///< IPv4 in the first four, the rest 0.
  bool is_v6 = false;
  std::uint16_t port = 0;

  friend bool operator==(const TcpEndpoint&, const TcpEndpoint&) = default;
};

struct Segment {
  Instant at;  ///< The kernel's stamp, on the clock of Instant.
  SegmentDirection direction = SegmentDirection::out;
  TcpEndpoint from;
  TcpEndpoint to;
  std::uint8_t flags = 0;
  std::uint32_t seq = 0;
  std::uint32_t ack = 0;
  std::uint16_t window = 0;   ///< As in the header, not scaled.
  std::uint32_t payload = 0;  ///< Octets.

  [[nodiscard]] bool has(TcpFlag flag) const noexcept { return (flags & flag) != 0; }
};

/// Reads an IPv4 or IPv6 packet; `at` and `direction` are left for the caller.
///
/// \return nullopt if it is not TCP, a later fragment, or too short to hold its headers.
[[nodiscard]] std::optional<Segment> parse_packet(std::span<const std::uint8_t> packet);

/// What a segment is in its conversation.
enum class Act : std::uint8_t {
  open,            ///< SYN.
  data,            ///< New octets.
  retransmission,  ///< Octets that were sent before.
  acknowledgement,
  probe,   ///< Keep-alive: ACK, SEG.SEQ = SND.NXT - 1, no data or one octet.  K-94, K-95
  answer,  ///< The acknowledgement that comes back for a probe.
  finish,  ///< FIN.
  reset,   ///< RST.
};

[[nodiscard]] std::string_view name_of(Act act) noexcept;

struct Event {
  Act act = Act::data;
  Segment segment;  ///< Its direction is `out` if the conversation's first speaker sent it.
};

/// Narrates a conversation: the segments between two endpoints, in the order of their capture, wherever
/// they were captured. Begin with the SYN, or with any segment that has the connection's present
/// numbers.
[[nodiscard]] std::vector<Event> narrate(std::span<const Segment> segments);

/// The instants of one act in one direction.
[[nodiscard]] std::vector<Instant> instants(std::span<const Event> story, Act act,
                                            SegmentDirection direction);

/// The segments of the connection that has `port` at either end.
[[nodiscard]] std::vector<Segment> of_port(std::span<const Segment> segments, std::uint16_t port);

/// One line a person can read: "out probe seq 17 ack 4 len 0".
[[nodiscard]] std::string describe(const Event& event);

}  // namespace wsalive::lab
