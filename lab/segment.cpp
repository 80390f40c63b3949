#include "lab/segment.hpp"

#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>

namespace wsalive::lab {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kTcpHeader = 20;
constexpr std::size_t kV6Header = 40;

std::uint16_t word(Bytes b, std::size_t at) {
  return static_cast<std::uint16_t>(b[at] << 8U | b[at + 1]);
}

std::uint32_t dword(Bytes b, std::size_t at) {
  return static_cast<std::uint32_t>(word(b, at)) << 16U | word(b, at + 2);
}

TcpEndpoint endpoint(Bytes address, std::uint16_t port) {
  TcpEndpoint end{.is_v6 = address.size() == 16, .port = port};
  std::ranges::copy(address, end.address.begin());
  return end;
}

/// `length` is what the IP header says of TCP header and payload; the capture may hold less.
std::optional<Segment> parse_tcp(Bytes from, Bytes to, Bytes tcp, std::size_t length) {
  if (tcp.size() < kTcpHeader) return std::nullopt;
  const std::size_t header = static_cast<std::size_t>(tcp[12] >> 4U) * 4;
  if (header < kTcpHeader || length < header) return std::nullopt;
  Segment segment;
  segment.from = endpoint(from, word(tcp, 0));
  segment.to = endpoint(to, word(tcp, 2));
  segment.seq = dword(tcp, 4);
  segment.ack = dword(tcp, 8);
  segment.flags = tcp[13];
  segment.window = word(tcp, 14);
  segment.payload = static_cast<std::uint32_t>(length - header);
  return segment;
}

std::optional<Segment> parse_v4(Bytes packet) {
  if (packet.size() < 20) return std::nullopt;
  const std::size_t header = static_cast<std::size_t>(packet[0] & 0x0FU) * 4;
  const std::size_t total = word(packet, 2);
  const bool later_fragment = (word(packet, 6) & 0x1FFFU) != 0;
  if (packet[9] != IPPROTO_TCP || later_fragment || header < 20) return std::nullopt;
  if (packet.size() < header || total < header) return std::nullopt;
  return parse_tcp(packet.subspan(12, 4), packet.subspan(16, 4), packet.subspan(header),
                   total - header);
}

std::optional<Segment> parse_v6(Bytes packet) {
  if (packet.size() < kV6Header || packet[6] != IPPROTO_TCP) return std::nullopt;
  return parse_tcp(packet.subspan(8, 16), packet.subspan(24, 16), packet.subspan(kV6Header),
                   word(packet, 4));
}

/// a < b on the circle of sequence numbers.
bool before(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b) < 0; }

/// What one side of a conversation has sent so far.
struct Side {
  bool known = false;
  std::uint32_t next = 0;        ///< SND.NXT.
  std::uint32_t unanswered = 0;  ///< Probes since the other side last spoke.
};

Act act_of(const Segment& s, const Side& own, const Side& other) {
  if (s.has(rst)) return Act::reset;
  if (s.has(syn)) return Act::open;
  if (own.known && s.payload <= 1 && !s.has(fin) && s.seq + 1 == own.next) return Act::probe;
  if (s.payload > 0) {
    return own.known && before(s.seq, own.next) ? Act::retransmission : Act::data;
  }
  if (s.has(fin)) return Act::finish;
  return other.unanswered > 0 ? Act::answer : Act::acknowledgement;
}

void account(const Segment& s, Act act, Side& own, Side& other) {
  other.unanswered = 0;
  if (act == Act::probe) ++own.unanswered;
  if (act == Act::probe || act == Act::reset) return;
  const std::uint32_t end = s.seq + s.payload + (s.has(syn) ? 1U : 0U) + (s.has(fin) ? 1U : 0U);
  if (!own.known || before(own.next, end)) own.next = end;
  own.known = true;
}

}  // namespace

std::optional<Segment> parse_packet(Bytes packet) {
  if (packet.empty()) return std::nullopt;
  switch (packet[0] >> 4U) {
    case 4:
      return parse_v4(packet);
    case 6:
      return parse_v6(packet);
    default:
      return std::nullopt;
  }
}

std::string_view name_of(Act act) noexcept {
  constexpr std::array<std::string_view, 8> kNames{
      "open", "data", "retransmission", "acknowledgement", "probe", "answer", "finish", "reset"};
  return kNames[static_cast<std::size_t>(act)];
}

std::vector<Event> narrate(std::span<const Segment> segments) {
  std::array<Side, 2> sides;
  std::vector<Event> story;
  story.reserve(segments.size());
  for (Segment segment : segments) {
    segment.direction =
        segment.from == segments.front().from ? SegmentDirection::out : SegmentDirection::in;
    const auto own = static_cast<std::size_t>(segment.direction);
    const Act act = act_of(segment, sides[own], sides[1 - own]);
    account(segment, act, sides[own], sides[1 - own]);
    story.push_back({act, segment});
  }
  return story;
}

std::vector<Instant> instants(std::span<const Event> story, Act act, SegmentDirection direction) {
  std::vector<Instant> found;
  for (const Event& event : story) {
    if (event.act == act && event.segment.direction == direction) found.push_back(event.segment.at);
  }
  return found;
}

std::vector<Segment> of_port(std::span<const Segment> segments, std::uint16_t port) {
  std::vector<Segment> found;
  std::ranges::copy_if(segments, std::back_inserter(found), [port](const Segment& s) {
    return s.from.port == port || s.to.port == port;
  });
  return found;
}

std::string describe(const Event& event) {
  const Segment& s = event.segment;
  return fmt::format("{} {} {}->{} seq {} ack {} len {}",
                     s.direction == SegmentDirection::out ? "out" : "in", name_of(event.act),
                     s.from.port, s.to.port, s.seq, s.ack, s.payload);
}

}  // namespace wsalive::lab
