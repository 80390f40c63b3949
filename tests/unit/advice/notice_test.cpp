// When Linux notices a silent peer.

#include "advice/notice.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string_view>

namespace wsalive::advice {
namespace {

constexpr policy::Timing seconds(std::uint32_t idle, std::uint32_t interval, std::uint8_t probes) {
  return {policy::DwordMillis{idle * 1000}, policy::DwordMillis{interval * 1000}, probes};
}

struct Row {
  std::string_view name;
  SocketState socket;
  Notice by;
  std::optional<policy::Millis> after;
};

constexpr std::array kRows{
    // clang-format off
    Row{"Off",                        {},                                                        Notice::never,          std::nullopt},
    Row{"OnWithoutProbes",            {.on = true, .timing = seconds(1, 1, 0)},                  Notice::never,          std::nullopt},
    Row{"LinuxDefaults",              {.on = true, .timing = seconds(7200, 75, 9)},              Notice::keep_alive,     policy::Millis{7'875'000}},
    Row{"UserTimeoutOverridesCount",  {.on = true, .timing = seconds(1, 1, 2), .user_timeout = policy::Millis{9000}},   Notice::user_timeout, policy::Millis{9000}},
    Row{"UserTimeoutWaitsForAProbe",  {.on = true, .timing = seconds(60, 5, 9), .user_timeout = policy::Millis{1000}},  Notice::user_timeout, policy::Millis{65'000}},
    Row{"UserTimeoutBetweenProbes",   {.on = true, .timing = seconds(1, 1, 5), .user_timeout = policy::Millis{2500}},   Notice::user_timeout, policy::Millis{3000}},
    Row{"ShortIntervalsOfTheEngine",  {.on = true, .timing = {policy::DwordMillis{1500}, policy::DwordMillis{300}, 5}, .accuracy = {policy::KeptBy::engine}},         Notice::keep_alive, policy::Millis{4200}},
    Row{"UserTimeoutLeavesTheEngine", {.on = true, .timing = seconds(10, 1, 5), .user_timeout = policy::Millis{1000}, .accuracy = {policy::KeptBy::engine}},          Notice::keep_alive, policy::Millis{15'000}},
    Row{"CloseWaitIsProbed",          {.on = true, .timing = seconds(1, 1, 5), .condition = Condition::peer_closed}, Notice::keep_alive, policy::Millis{6'000}},
    Row{"ListenersHaveNoPeer",        {.on = true, .timing = seconds(1, 1, 5), .condition = Condition::listening},   Notice::never,      std::nullopt},
    Row{"OverIsOver",                 {.on = true, .timing = seconds(1, 1, 5), .condition = Condition::over},        Notice::never,      std::nullopt},
    // The time counts from the first repetition, 200 ms behind, and is looked at when the timer fires.
    Row{"DataWithUserTimeout",        {.on = false, .timing = {}, .user_timeout = policy::Millis{30'000}, .condition = Condition::unacknowledged}, Notice::retransmission, policy::Millis{30'200}},
    Row{"DataWithTheLongestTimeout",  {.on = false, .timing = {}, .user_timeout = policy::Millis{2'147'483'647}, .condition = Condition::unacknowledged}, Notice::retransmission, policy::Millis{2'147'483'847}},
    Row{"RequestsEndByTheirNumber",   {.timing = {}, .condition = Condition::connecting},                                          Notice::handshake,  policy::Millis{131'000}},
    Row{"RequestsBeforeLinux65",      {.timing = {}, .condition = Condition::connecting, .requests = 6, .undoubled_requests = 0},  Notice::handshake,  policy::Millis{127'000}},
    Row{"WindowsEndByTheirNumber",    {.timing = {}, .condition = Condition::window_closed, .retries2 = 3},                        Notice::window_probes, policy::Millis{3'000}},
    // clang-format on
};

TEST(Noticed, HasTheKernelsRows) {
  for (const Row& row : kRows) {
    const Noticed noticed = when_noticed(row.socket);
    EXPECT_EQ(noticed.by, row.by) << row.name;
    ASSERT_EQ(noticed.after.has_value(), row.after.has_value()) << row.name;
    if (row.after) {
      EXPECT_EQ(noticed.after->earliest, *row.after) << row.name;
    }
  }
}

TEST(ProbesToTheEnd, AreNUnlessAUserTimeoutHasItsPlace) {  // K-76
  const policy::Timing timing = seconds(10, 5, 3);
  constexpr policy::Accuracy kKernel{policy::KeptBy::kernel};
  struct Series {
    std::int64_t user_timeout;
    std::uint32_t probes;
  };
  for (const Series& row : {Series{0, 3}, Series{1, 1}, Series{15'000, 1}, Series{15'001, 2},
                            Series{25'000, 3}, Series{25'001, 4}, Series{7'200'000, 1438}}) {
    const policy::Millis user_timeout{row.user_timeout};
    EXPECT_EQ(policy::probes_to_the_end(timing, user_timeout, kKernel), row.probes)
        << row.user_timeout;
    EXPECT_EQ(policy::probes_to_the_end(timing, user_timeout, {policy::KeptBy::engine}), 3U);
    EXPECT_EQ(policy::probes_to_the_end(seconds(10, 5, 0), user_timeout, kKernel), 0U);
  }
}

TEST(Noticed, HasBothEndsOfTheKernelsTimers) {
  SocketState socket{.on = true, .timing = seconds(45, 5, 5)};
  EXPECT_EQ(when_noticed(socket).after,
            (policy::Span{policy::Millis{70'000}, policy::Millis{73'328}}));
  socket.accuracy.by = policy::KeptBy::engine;
  EXPECT_EQ(when_noticed(socket).after,
            (policy::Span{policy::Millis{70'000}, policy::Millis{70'009}}));
}

/// T was two hours when the timer was set, and reads 20 s now.
constexpr SocketState kOldTimer{.on = true,
                                .timing = seconds(20, 5, 3),
                                .heard = policy::Millis{1'000'000},
                                .armed = policy::Millis{6'200'000}};

TEST(TimerBehindValues, IsTold) {
  EXPECT_TRUE(timer_disagrees(kOldTimer));
  EXPECT_EQ(timer_behind(kOldTimer), policy::Millis{7'180'000});
  EXPECT_EQ(when_noticed(kOldTimer).after->earliest, policy::Millis{7'215'000});
  EXPECT_EQ(next_probe(kOldTimer)->earliest, policy::Millis{6'200'000});
  EXPECT_EQ(next_probe(kOldTimer)->latest, policy::Millis{6'331'072});
}

TEST(TimerBehindValues, IsNoneWhereTheyAgree) {
  SocketState socket = kOldTimer;
  socket.heard = policy::Millis{5'000};
  socket.armed = policy::Millis{15'000};
  EXPECT_FALSE(timer_disagrees(socket));
  socket.armed = policy::Millis{3'000};  // Something was heard since it was set.
  EXPECT_FALSE(timer_disagrees(socket));
  EXPECT_EQ(next_probe(socket)->earliest, policy::Millis{15'000});
  socket.unanswered = 2;  // Then the timer stands for I.
  socket.heard = policy::Millis{27'000};
  socket.armed = policy::Millis{3'000};
  EXPECT_FALSE(timer_disagrees(socket));
  EXPECT_EQ(next_probe(socket)->earliest, policy::Millis{3'000});
  const policy::Span interval = policy::due_span(policy::Millis{5'000}, socket.accuracy);
  EXPECT_EQ(next_probe(socket)->latest - policy::Millis{3'000},
            interval.latest - interval.earliest);
  socket.unanswered = 0;  // It is over, and waits for the wheel.
  socket.heard = policy::Millis{21'900};
  socket.armed = policy::Millis{0};
  EXPECT_FALSE(timer_disagrees(socket));
  EXPECT_EQ(when_noticed(socket).after->earliest, policy::Millis{35'000});
  socket.heard = policy::Millis{22'200};
  EXPECT_TRUE(timer_disagrees(socket));
  socket = kOldTimer;
  socket.accuracy.by = policy::KeptBy::engine;  // Its parked timer stands behind on purpose.
  EXPECT_FALSE(timer_disagrees(socket));
}

TEST(NextProbe, IsNoneWhileDataWaitsOrNobodyAsks) {
  SocketState socket = kOldTimer;
  socket.condition = Condition::unacknowledged;
  EXPECT_EQ(next_probe(socket), std::nullopt);
  EXPECT_EQ(next_probe({}), std::nullopt);
}

/// T = 1 s, I = 6 s, and the last probe was answered a second ago: the kernel's timer stands for I.
constexpr SocketState kAnswered{.on = true,
                                .timing = seconds(1, 6, 2),
                                .heard = policy::Millis{1'000},
                                .armed = policy::Millis{5'000}};

TEST(NextProbe, ComesBehindAnAnswerWhenTheIntervalIsOver) {  // K-50
  EXPECT_FALSE(timer_disagrees(kAnswered));
  EXPECT_EQ(next_probe(kAnswered), (policy::Span{policy::Millis{5'000}, policy::Millis{5'256}}));
  const Noticed noticed = when_noticed(kAnswered);
  EXPECT_EQ(noticed.after, (policy::Span{policy::Millis{13'000}, policy::Millis{18'768}}));
  EXPECT_EQ(noticed.in, (policy::Span{policy::Millis{17'000}, policy::Millis{17'768}}));
  // Where the timer is not known both ends are.
  SocketState unknown = kAnswered;
  unknown.armed.reset();
  EXPECT_EQ(next_probe(unknown), (policy::Span{policy::Millis{0}, policy::Millis{5'256}}));
  EXPECT_EQ(when_noticed(unknown).in,
            (policy::Span{policy::Millis{12'000}, policy::Millis{17'768}}));
  // Something was heard since: the timer is still that of I, and as coarse.
  SocketState heard = kAnswered;
  heard.heard = policy::Millis{0};
  heard.armed = policy::Millis{500};
  EXPECT_EQ(next_probe(heard), (policy::Span{policy::Millis{1'000}, policy::Millis{1'256}}));
}

TEST(NextProbe, IsNoneWhereTheEndIsNext) {  // K-52
  SocketState last = kAnswered;
  last.unanswered = 2;
  last.heard = policy::Millis{9'000};
  EXPECT_EQ(next_probe(last), std::nullopt);
  EXPECT_EQ(when_noticed(last).in, (policy::Span{policy::Millis{5'000}, policy::Millis{5'256}}));
  last.unanswered = 1;
  EXPECT_NE(next_probe(last), std::nullopt);
  last.user_timeout = policy::Millis{14'000};  // Over when the timer fires.
  EXPECT_EQ(next_probe(last), std::nullopt);
  last.user_timeout = policy::Millis{14'001};
  EXPECT_NE(next_probe(last), std::nullopt);
  // Of the engine's series, which may be longer than N.
  SocketState driven{.on = true,
                     .timing = {policy::DwordMillis{1500}, policy::DwordMillis{300}, 5},
                     .accuracy = {policy::KeptBy::engine},
                     .unanswered = 8};
  EXPECT_NE(next_probe(driven), std::nullopt);
  driven.unanswered = 9;
  EXPECT_EQ(next_probe(driven), std::nullopt);
}

/// Data that a peer on this machine does not take: the round trip is short, and the first time-out is 204 ms.
constexpr Resending kBegun{.fires_in = policy::Millis{204}, .timeout = policy::Millis{204}};

TEST(Resending, EndsWhenTheTimerFiresBehindTheTimeOfTcpRetries2) {
  const ResendingLimits limits{.time = retransmission_end(15)};
  const policy::Span whole = resending_end(kBegun, limits, std::chrono::milliseconds{4});
  // 204 ms, then 408 ms to 104.448 s, six times 120 s.
  EXPECT_EQ(whole.earliest, policy::Millis{204 + 208'488 + 6 * 120'000});
  // A timer of 120 s fires up to 2 s late, and six of them follow each other.
  EXPECT_GT(whole.latest, whole.earliest + policy::Millis{12'000});
  EXPECT_LT(whole.latest, whole.earliest + policy::Millis{30'000});
}

TEST(Resending, GoesOnFromWhereTheTimerStands) {
  const ResendingLimits limits{.time = retransmission_end(3)};  // 3 s
  // Three times sent anew: 204 ms, 612 ms, 1428 ms behind the first; the fourth wait of 1632 ms has 1000 ms to go.
  const Resending now{.fires_in = policy::Millis{1'000},
                      .timeout = policy::Millis{1'632},
                      .tries = 3,
                      .since_first = policy::Millis{408 + 816 + 632}};
  // 1856 + 1000 ms is not yet 3 s: one more wait.
  EXPECT_EQ(resending_end(now, limits, std::chrono::milliseconds{4}).earliest,
            policy::Millis{1'000 + 3'264});
}

TEST(Resending, EndsWithTheUserTimeout) {
  const ResendingLimits limits{.time = policy::Millis{5'000}, .shortens_waits = true};
  const policy::Span span = resending_end(kBegun, limits, std::chrono::milliseconds{4});
  EXPECT_EQ(span.earliest, policy::Millis{5'204});
  EXPECT_LT(span.latest, policy::Millis{5'800});
}

TEST(RetransmissionEnd, DoublesUpToTwoMinutes) {
  EXPECT_EQ(retransmission_end(0), policy::Millis{200});
  EXPECT_EQ(retransmission_end(3), policy::Millis{3'000});
  EXPECT_EQ(retransmission_end(15), policy::Millis{924'600});
}

}  // namespace
}  // namespace wsalive::advice
