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
    Row{"ShortIntervalsOfTheEngine",  {.on = true, .timing = {policy::DwordMillis{1500}, policy::DwordMillis{300}, 5}},         Notice::keep_alive, policy::Millis{4200}},
    Row{"DataStopsProbes",            {.on = true, .timing = seconds(1, 1, 5), .data_on_the_way = true},        Notice::retransmission, policy::Millis{924'600}},
    Row{"DataWithUserTimeout",        {.on = false, .timing = {}, .user_timeout = policy::Millis{30'000}, .data_on_the_way = true},              Notice::retransmission, policy::Millis{30'000}},
    // clang-format on
};

TEST(Noticed, HasTheKernelsRows) {
  for (const Row& row : kRows) {
    const Noticed noticed = when_noticed(row.socket);
    EXPECT_EQ(noticed.by, row.by) << row.name;
    EXPECT_EQ(noticed.after, row.after) << row.name;
  }
}

TEST(RetransmissionEnd, DoublesUpToTwoMinutes) {
  EXPECT_EQ(retransmission_end(0), policy::Millis{200});
  EXPECT_EQ(retransmission_end(3), policy::Millis{3'000});
  EXPECT_EQ(retransmission_end(15), policy::Millis{924'600});
}

}  // namespace
}  // namespace wsalive::advice
