// Reading packets and telling what each segment is in its conversation.

#include "lab/segment.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace wsalive::lab {
namespace {

using namespace std::chrono_literals;

using Packet = std::vector<std::uint8_t>;

/// 10.0.0.1:5 to 10.0.0.2:80, sequence 0x01020304, acknowledgement 0x05060708, ACK, window 0x0910.
Packet v4_packet(std::uint8_t payload) {
  Packet p{0x45, 0, 0, static_cast<std::uint8_t>(40 + payload), 0, 0, 0x40, 0, 64, 6, 0, 0};
  p.insert(p.end(), {10, 0, 0, 1, 10, 0, 0, 2});
  p.insert(p.end(), {0, 5, 0, 80, 1, 2, 3, 4, 5, 6, 7, 8, 0x50, 0x10, 9, 0x10, 0, 0, 0, 0});
  p.resize(p.size() + payload, 'x');
  return p;
}

Packet v6_packet() {
  Packet p{0x60, 0, 0, 0, 0, 20, 6, 64};
  p.resize(40, 0);
  p[23] = 1;
  p[39] = 2;
  p.insert(p.end(), {0, 5, 0, 80, 1, 2, 3, 4, 5, 6, 7, 8, 0x50, 0x02, 9, 0x10, 0, 0, 0, 0});
  return p;
}

TEST(ParsePacket, ReadsTheNumbersOfIPv4) {
  const auto s = parse_packet(v4_packet(3));
  ASSERT_TRUE(s);
  EXPECT_EQ(s->from.port, 5);
  EXPECT_EQ(s->to.port, 80);
  EXPECT_EQ(s->to.address[3], 2);
  EXPECT_FALSE(s->from.is_v6);
  EXPECT_EQ(s->seq, 0x01020304U);
  EXPECT_EQ(s->ack, 0x05060708U);
  EXPECT_EQ(s->window, 0x0910);
  EXPECT_EQ(s->payload, 3U);
  EXPECT_TRUE(s->has(ack));
  EXPECT_FALSE(s->has(syn));
}

TEST(ParsePacket, ReadsTheNumbersOfIPv6) {
  const auto s = parse_packet(v6_packet());
  ASSERT_TRUE(s);
  EXPECT_TRUE(s->from.is_v6);
  EXPECT_EQ(s->from.address[15], 1);
  EXPECT_EQ(s->to.port, 80);
  EXPECT_EQ(s->payload, 0U);
  EXPECT_TRUE(s->has(syn));
}

TEST(ParsePacket, BelievesTheHeaderAboutAPayloadThatWasCutOff) {
  Packet p = v4_packet(3);
  p.resize(40);
  EXPECT_EQ(parse_packet(p)->payload, 3U);
}

struct Unreadable {
  std::string_view name;
  std::size_t at;  ///< The octet that is changed.
  std::uint8_t octet;
  std::size_t size = 40;

  friend void PrintTo(const Unreadable& row, std::ostream* out) { *out << row.name; }
};

constexpr std::array kUnreadable{
    // clang-format off
    Unreadable{"OtherVersion",      0,  0x55},
    Unreadable{"Udp",               9,  17},
    Unreadable{"LaterFragment",     7,  1},
    Unreadable{"HeaderTooShort",    0,  0x44},
    Unreadable{"TotalBelowHeaders", 3,  30},
    Unreadable{"TcpHeaderTooShort", 32, 0x40},
    Unreadable{"TcpHeaderTooLong",  32, 0xF0},
    Unreadable{"Empty",             0,  0x45, 0},
    Unreadable{"HalfAnIpHeader",    0,  0x45, 19},
    Unreadable{"HalfATcpHeader",    0,  0x45, 39},
    // clang-format on
};

class ParseUnreadable : public testing::TestWithParam<Unreadable> {};

TEST_P(ParseUnreadable, IsRefused) {
  Packet p = v4_packet(0);
  p[GetParam().at] = GetParam().octet;
  p.resize(GetParam().size);
  EXPECT_FALSE(parse_packet(p));
}

INSTANTIATE_TEST_SUITE_P(Packets, ParseUnreadable, testing::ValuesIn(kUnreadable),
                         [](const auto& row) { return std::string{row.param.name}; });

constexpr TcpEndpoint kClient{.address = {10, 0, 0, 1}, .is_v6 = false, .port = 5};
constexpr TcpEndpoint kServer{.address = {10, 0, 0, 2}, .is_v6 = false, .port = 80};

Segment from_client(unsigned flags, std::uint32_t seq, std::uint32_t payload = 0) {
  Segment s;
  s.from = kClient;
  s.to = kServer;
  s.flags = static_cast<std::uint8_t>(flags);
  s.seq = seq;
  s.payload = payload;
  return s;
}

Segment from_server(unsigned flags, std::uint32_t seq, std::uint32_t payload = 0) {
  Segment s = from_client(flags, seq, payload);
  std::swap(s.from, s.to);
  return s;
}

std::vector<Act> acts(const std::vector<Segment>& segments) {
  std::vector<Act> found;
  for (const Event& event : narrate(segments)) found.push_back(event.act);
  return found;
}

TEST(Narrate, TellsAWholeConversation) {
  EXPECT_EQ(acts({from_client(syn, 99), from_server(syn | ack, 499), from_client(ack, 100),
                  from_client(ack | psh, 100, 5), from_server(ack, 500),
                  from_client(ack | fin, 105), from_server(ack | fin, 500)}),
            (std::vector{Act::open, Act::open, Act::acknowledgement, Act::data,
                         Act::acknowledgement, Act::finish, Act::finish}));
}

TEST(Narrate, AProbeHasTheNumberBeforeTheNextAndNoData) {  // K-94
  EXPECT_EQ(acts({from_client(ack, 100, 5), from_server(ack, 500), from_client(ack, 104),
                  from_server(ack, 500), from_server(ack, 500)}),
            (std::vector{Act::data, Act::acknowledgement, Act::probe, Act::answer,
                         Act::acknowledgement}));
}

TEST(Narrate, AProbeMayCarryOneGarbageOctet) {  // K-95
  EXPECT_EQ(acts({from_client(ack, 100, 5), from_client(ack, 104, 1)}),
            (std::vector{Act::data, Act::probe}));
}

TEST(Narrate, OctetsSentBeforeAreARetransmission) {
  EXPECT_EQ(acts({from_client(ack, 100, 5), from_client(ack, 100, 5), from_client(ack, 105, 2)}),
            (std::vector{Act::data, Act::retransmission, Act::data}));
}

TEST(Narrate, UnansweredProbesAndTheResetAfterThem) {  // K-94
  EXPECT_EQ(acts({from_client(ack, 100), from_client(ack, 99), from_client(ack, 99),
                  from_client(rst | ack, 100)}),
            (std::vector{Act::acknowledgement, Act::probe, Act::probe, Act::reset}));
}

TEST(Narrate, NumbersWrapAround) {
  EXPECT_EQ(acts({from_client(ack, 0xFFFFFFFE, 2), from_client(ack, 0xFFFFFFFF),
                  from_client(ack, 0, 3), from_client(ack, 0xFFFFFFFE, 2)}),
            (std::vector{Act::data, Act::probe, Act::data, Act::retransmission}));
}

TEST(Narrate, OutIsWhatTheFirstSpeakerSends) {
  const auto story = narrate(std::vector{from_server(ack, 1, 1), from_client(ack, 1)});
  EXPECT_EQ(story[0].segment.direction, SegmentDirection::out);
  EXPECT_EQ(story[1].segment.direction, SegmentDirection::in);
  EXPECT_EQ(instants(story, Act::data, SegmentDirection::out).size(), 1U);
  EXPECT_EQ(instants(story, Act::data, SegmentDirection::in).size(), 0U);
}

TEST(OfPort, FindsEitherEnd) {
  EXPECT_EQ(of_port(std::vector{from_client(ack, 1), from_server(ack, 1)}, 80).size(), 2U);
  EXPECT_EQ(of_port(std::vector{from_client(ack, 1)}, 81).size(), 0U);
}

}  // namespace
}  // namespace wsalive::lab
