// Which driver is chosen, and what timing it really keeps: each row is one timing on one host.

#include "policy/driver_choice.hpp"

#include <gtest/gtest.h>

#include <array>
#include <ostream>
#include <string_view>

namespace wsalive::policy {
namespace {

using namespace std::chrono_literals;
using enum DriverKind;

constexpr HostFacts kPlain{};  // Engine, no privilege, 4 ms tick.
constexpr HostFacts kPrivileged{.can_repair = true};
constexpr HostFacts kSecondsOnly{.has_engine = false};
constexpr HostFacts kSlowTick{.tick = 10ms};
constexpr HostFacts kOddTick{.tick = 3333us};
constexpr ConnectionFacts kEstablished{.established = true};
constexpr ConnectionFacts kListening{};
constexpr ConnectionFacts kUserTimeout{.established = true, .user_timeout = true};

constexpr Timing timing(std::uint32_t idle, std::uint32_t interval, std::uint8_t probes) {
  return {DwordMillis{idle}, DwordMillis{interval}, probes};
}

struct Row {
  std::string_view name;
  Timing wanted;
  HostFacts host;
  ConnectionFacts connection;
  DriverKind kind;
  Timing actual;
  std::string_view source;

  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name << ' ' << row.source; }
};

constexpr std::uint32_t kMax = 0xFFFFFFFF;

constexpr std::array kRows{
    // clang-format off
    Row{"NoProbes",               timing(1500, 300, 0),             kPrivileged,  kEstablished, silent, timing(1500, 300, 0),             "K-53"},
    Row{"Defaults",               timing(7'200'000, 1000, 10),      kPrivileged,  kEstablished, rearm,  timing(7'200'000, 1000, 10),      "K-51"},
    Row{"DefaultsUnconnected",    timing(7'200'000, 1000, 10),      kPlain,       kListening,   rearm,  timing(7'200'000, 1000, 10),      "K-57"},
    Row{"DefaultsByTheKernel",    timing(7'200'000, 1000, 10),      kSecondsOnly, kEstablished, native, timing(7'200'000, 1000, 10),      "K-121"},
    Row{"KernelsLeast",           timing(1000, 1000, 1),            kSecondsOnly, kEstablished, native, timing(1000, 1000, 1),            "K-57"},
    Row{"KernelsMost",            timing(32'767'000, 32'767'000, 127), kSecondsOnly, kEstablished, native, timing(32'767'000, 32'767'000, 127), "K-57"},
    Row{"ProgramsUserTimeout",    timing(7'200'000, 1000, 10),      kPlain,       kUserTimeout, rearm,  timing(7'200'000, 1000, 10),      "K-57"},
    Row{"IntervalAboveIdle",      timing(1000, 3000, 5),            kPlain,       kEstablished, rearm,  timing(1000, 3000, 5),             "K-50"},
    Row{"FractionOfIdle",         timing(1500, 1000, 5),            kPlain,       kEstablished, rearm,  timing(1500, 1000, 5),            "K-57"},
    Row{"FractionOfInterval",     timing(2000, 300, 5),             kPlain,       kListening,   rearm,  timing(2000, 300, 5),             "K-57"},
    Row{"BeyondTheKernelsIdle",   timing(32'768'000, 1000, 10),     kPlain,       kEstablished, rearm,  timing(32'768'000, 1000, 10),     "K-57"},
    Row{"LongestTimes",           timing(kMax, kMax, 255),          kPlain,       kEstablished, rearm,  timing(kMax, kMax, 255),          "K-57"},
    Row{"MoreThan127Probes",      timing(1000, 1000, 128),          kPlain,       kEstablished, rearm,  timing(1000, 1000, 128),          "K-53"},
    Row{"TwoTicksApart",          timing(1000, 8, 3),               kPlain,       kEstablished, rearm,  timing(1000, 8, 3),               "K-57"},
    Row{"UnderTwoTicks",          timing(1000, 7, 3),               kPrivileged,  kEstablished, repair, timing(1000, 7, 3),               "K-57"},
    Row{"UnderASecond",           timing(999, 1000, 3),             kPrivileged,  kEstablished, repair, timing(999, 1000, 3),             "K-57"},
    Row{"LeastOfAll",             timing(1, 1, 1),                  kPrivileged,  kEstablished, repair, timing(1, 1, 1),                  "K-57"},
    Row{"RepairNeedsEstablished", timing(200, 1000, 3),             kPrivileged,  kListening,   late,   timing(1000, 1000, 3),            "K-57"},
    Row{"RepairNeedsPrivilege",   timing(200, 300, 3),              kPlain,       kEstablished, late,   timing(1000, 300, 3),             "K-57"},
    Row{"LateInterval",           timing(1500, 1, 3),               kPlain,       kEstablished, late,   timing(1500, 8, 3),               "K-57"},
    Row{"LateIntervalSlowTick",   timing(1500, 19, 3),              kSlowTick,    kEstablished, late,   timing(1500, 20, 3),              "K-57"},
    Row{"LateIntervalOddTick",    timing(1500, 6, 3),               kOddTick,     kEstablished, late,   timing(1500, 7, 3),               "K-57"},
    Row{"SecondsOnly",            timing(1500, 300, 5),             kSecondsOnly, kEstablished, late,   timing(2000, 1000, 5),            "K-57"},
    Row{"SecondsOnlyManyProbes",  timing(1000, 1000, 254),          kSecondsOnly, kEstablished, late,   timing(1000, 2000, 127),          "K-57"},
    Row{"SecondsOnlyAllProbes",   timing(1000, 1000, 255),          kSecondsOnly, kEstablished, late,   timing(1000, 3000, 127),          "K-57"},
    Row{"SecondsOnlyTooLong",     timing(32'767'001, 1000, 5),      kSecondsOnly, kEstablished, late,   timing(32'767'001, 1000, 0),      "K-57"},
    Row{"SecondsOnlyLongGap",     timing(1000, 20'000'000, 255),    kSecondsOnly, kEstablished, late,   timing(1000, 20'000'000, 0),      "K-57"},
    Row{"SecondsOnlyPrivileged",  timing(999, 1000, 3),             HostFacts{.has_engine = false, .can_repair = true}, kEstablished, late, timing(1000, 1000, 3), "K-57"},
    // clang-format on
};

class Choice : public testing::TestWithParam<Row> {};

TEST_P(Choice, IsTheFirstThatKeepsTheTiming) {
  const Row& row = GetParam();
  const DriverChoice chosen = choose_driver(row.wanted, row.host, row.connection);
  EXPECT_EQ(chosen.kind, row.kind);
  EXPECT_EQ(chosen.actual, row.actual);
}

INSTANTIATE_TEST_SUITE_P(Timings, Choice, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string{row.param.name}; });

static_assert(choose_driver(timing(7'200'000, 1000, 10), kPlain, kEstablished).kind == rearm);
static_assert(choose_driver(timing(1500, 300, 5), kPlain, kEstablished).kind == rearm);

constexpr std::uint64_t end_of(const Timing& each) {
  return each.idle.count() + std::uint64_t{each.interval.count()} * each.probes;
}

TEST(Late, IsNeverEarly) {  // K-57
  constexpr std::array kTimes{1U, 999U, 1000U, 1001U, 7'200'000U, 32'767'000U, 32'767'001U, kMax};
  for (const HostFacts& host : {kPlain, kPrivileged, kSecondsOnly, kSlowTick}) {
    for (const std::uint32_t idle : kTimes) {
      for (const std::uint32_t interval : kTimes) {
        for (const std::uint8_t probes : {std::uint8_t{1}, std::uint8_t{127}, std::uint8_t{255}}) {
          const Timing wanted = timing(idle, interval, probes);
          const DriverChoice chosen = choose_driver(wanted, host, kEstablished);
          if (chosen.kind != late) {
            EXPECT_EQ(chosen.actual, wanted);
          } else if (chosen.actual.probes != 0) {
            EXPECT_GE(chosen.actual.idle, wanted.idle);
            EXPECT_GE(chosen.actual.interval, wanted.interval);
            EXPECT_GE(end_of(chosen.actual), end_of(wanted));
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace wsalive::policy
