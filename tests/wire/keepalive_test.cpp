// Probes on the wire, for the releases' rules: the instants of the capture against policy's timeline.
// The default timing is scaled down by the registry; a program only switches SO_KEEPALIVE on.
// labels: ns realtime

#include <thread>

#include "support/exact_time.hpp"
#include "support/wire_talk.hpp"

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;
using lab::Act;
using lab::SegmentDirection;

constexpr policy::Timing timing(std::uint32_t idle_ms, std::uint32_t interval_ms,
                                std::uint8_t probes) {
  return {.idle = policy::DwordMillis{idle_ms},
          .interval = policy::DwordMillis{interval_ms},
          .probes = probes};
}

struct Row {
  std::string_view name;
  std::string_view release;
  Stored stored;
  policy::Timing expected;
  std::string_view source;

  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name << ' ' << row.source; }
};

const Row kRows[]{
    // clang-format off
    {"Win11HasTenProbes",            "win11",   {1000, 200, {}, {}},      timing(1000, 200, 10), "K-53, K-80, K-81"},
    {"VistaIgnoresTheCounts",        "vista",   {1000, 200, 2, 2},        timing(1000, 200, 10), "K-53"},
    {"XpTakesTheLargerCount",        "winxp",   {1000, 1000, 1, 2},       timing(1000, 1000, 2), "K-53, K-82, K-83"},
    {"Win2000HasFiveWithoutCounts",  "win2000", {1000, 200, {}, {}},      timing(1000, 200, 5),  "K-53, K-54"},
    {"Ws2003DefaultIntervalIsASecond", "ws2003", {1500, {}, 2, 2},        timing(1500, 1000, 2), "K-51, K-53"},
    // clang-format on
};

class DeadPeer : public TwoHosts, public testing::WithParamInterface<Row> {};

TEST_P(DeadPeer, IsProbedAndGivenUpAsPredicted) {  // K-50, K-52, K-90, K-94
  const Row& row = GetParam();
  const StartedFromStore started{std::string{row.release}, row.stored};
  WireTalk talk{network()};
  const Instant on = talk.switch_on();
  const Tolerance tolerance = talk.tolerance();
  ASSERT_TRUE(network().cut_cable());

  EXPECT_EQ(talk.receive(), WSAENETRESET);
  const Instant noticed = wire_now();
  std::this_thread::sleep_for(100ms);
  const auto story = talk.story();
  EXPECT_EQ(
      differences(story,
                  {.timing = row.expected, .on = on, .until = wire_now(), .tolerance = tolerance}),
      "")
      << talk.told();
  const auto resets = lab::instants(story, Act::reset, SegmentDirection::out);
  ASSERT_EQ(resets.size(), 1U) << talk.told();
  EXPECT_LT(std::chrono::abs(noticed - resets[0]), lateness_allowed())
      << "the program hears when the wire does";
}

INSTANTIATE_TEST_SUITE_P(Releases, DeadPeer, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string{row.param.name}; });

using KeepAliveOnTheWire = TwoHosts;

TEST_F(KeepAliveOnTheWire, AnAnsweringPeerIsProbedEveryIdleTime) {  // K-50
  const StartedFromStore started{"win11", {.keep_alive_time = 1000, .keep_alive_interval = 1000}};
  WireTalk talk{network()};
  const Instant on = talk.switch_on();
  const Tolerance tolerance = talk.tolerance();
  std::this_thread::sleep_for(3500ms);

  const auto story = talk.story();
  EXPECT_EQ(differences(story, {.timing = timing(1000, 1000, 10),
                                .on = on,
                                .until = wire_now(),
                                .tolerance = tolerance}),
            "")
      << talk.told();
  EXPECT_EQ(lab::instants(story, Act::probe, SegmentDirection::out).size(), 3U) << talk.told();
  EXPECT_EQ(lab::instants(story, Act::answer, SegmentDirection::in).size(), 3U) << talk.told();
  EXPECT_EQ(talk.send("alive"), 0);
  EXPECT_EQ(talk.server().receive(1s), "alive");
}

TEST_F(KeepAliveOnTheWire, ItsOwnValuesComeBeforeTheRegistrys) {  // K-55, K-60
  const StartedFromStore started{"win11", {.keep_alive_time = 60000, .keep_alive_interval = 60000}};
  WireTalk talk{network()};
  const Instant on = talk.set_values(1500, 300);
  const Tolerance tolerance = talk.tolerance();
  ASSERT_TRUE(network().cut_cable());
  EXPECT_EQ(talk.receive(), WSAENETRESET);
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(
      differences(
          talk.story(),
          {.timing = timing(1500, 300, 10), .on = on, .until = wire_now(), .tolerance = tolerance}),
      "")
      << talk.told();
}

TEST_F(KeepAliveOnTheWire, SilenceBeforeTheSwitchCounts) {  // K-50
  const StartedFromStore started{"win11", {.keep_alive_time = 2000, .keep_alive_interval = 1000}};
  WireTalk talk{network()};
  std::this_thread::sleep_for(2500ms);
  const Instant on = talk.switch_on();
  std::this_thread::sleep_for(300ms);
  const auto probes = lab::instants(talk.story(), Act::probe, SegmentDirection::out);
  ASSERT_EQ(probes.size(), 1U) << talk.told();
  EXPECT_LT(probes[0] - on, lateness_allowed());
}

TEST_F(KeepAliveOnTheWire, CountsOfZeroSendNothingAndTheConnectionLives) {  // K-53
  const StartedFromStore started{"ws2003",
                                 {.keep_alive_time = 1000,
                                  .keep_alive_interval = 1000,
                                  .data_retransmissions = 0,
                                  .pptp_data_retransmissions = 0}};
  WireTalk talk{network()};
  talk.switch_on();
  std::this_thread::sleep_for(3500ms);
  EXPECT_TRUE(lab::instants(talk.story(), Act::probe, SegmentDirection::out).empty())
      << talk.told();
  EXPECT_EQ(talk.send("alive"), 0);
  EXPECT_EQ(talk.server().receive(1s), "alive");
}

TEST_F(KeepAliveOnTheWire, OffSendsNothing) {  // K-10, K-59
  const StartedFromStore started{"win11", {.keep_alive_time = 1000, .keep_alive_interval = 1000}};
  WireTalk talk{network()};
  std::this_thread::sleep_for(2500ms);
  EXPECT_TRUE(lab::instants(talk.story(), Act::probe, SegmentDirection::out).empty())
      << talk.told();
}

TEST_F(KeepAliveOnTheWire, LostAnswersDoNoHarmWhileOneComes) {  // K-59
  const StartedFromStore started{"winxp",
                                 {.keep_alive_time = 1000,
                                  .keep_alive_interval = 1000,
                                  .data_retransmissions = 3,
                                  .pptp_data_retransmissions = 3}};
  WireTalk talk{network()};
  const Instant on = talk.switch_on();
  const Tolerance tolerance = talk.tolerance();
  ASSERT_TRUE(network().cut_cable());
  std::this_thread::sleep_for(2500ms);  // Two of three probes are lost.
  ASSERT_TRUE(network().mend_cable());
  std::this_thread::sleep_for(1000ms);

  const auto story = talk.story();
  EXPECT_EQ(
      differences(
          story,
          {.timing = timing(1000, 1000, 3), .on = on, .until = wire_now(), .tolerance = tolerance}),
      "")
      << talk.told();
  EXPECT_EQ(lab::instants(story, Act::answer, SegmentDirection::in).size(), 1U) << talk.told();
  EXPECT_EQ(talk.send("alive"), 0);
  EXPECT_EQ(talk.server().receive(1s), "alive");
}

TEST_F(KeepAliveOnTheWire, NoProbeWhileDataIsUnacknowledged) {  // K-58
  const StartedFromStore started{"win11", {.keep_alive_time = 1000, .keep_alive_interval = 1000}};
  WireTalk talk{network()};
  talk.switch_on();
  ASSERT_TRUE(network().cut_cable());
  EXPECT_EQ(talk.send("on its way"), 0);
  std::this_thread::sleep_for(2500ms);
  const auto story = talk.story();
  EXPECT_TRUE(lab::instants(story, Act::probe, SegmentDirection::out).empty()) << talk.told();
  EXPECT_FALSE(lab::instants(story, Act::retransmission, SegmentDirection::out).empty())
      << talk.told();
}

}  // namespace
}  // namespace wsalive::test
