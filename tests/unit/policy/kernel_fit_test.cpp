// The values for the kernel where it must keep Windows timing alone: never an end before the wanted one,
// and an idle time that does not outlast a path's memory.

#include "policy/kernel_fit.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string_view>

namespace wsalive::policy {
namespace {

constexpr Timing ms(std::uint32_t idle, std::uint32_t interval, std::uint8_t probes) {
  return {.idle = DwordMillis{idle}, .interval = DwordMillis{interval}, .probes = probes};
}

struct Row {
  std::string_view name;
  Timing wanted;
  RoundIdle rounding;
  KernelFit fit;
};

constexpr std::array kRows{
    // clang-format off
    Row{"WholeSecondsStay",             ms(45'000, 5'000, 5),        RoundIdle::down, {45, 5, 5}},
    Row{"IdleGoesDownAndTheCountUp",    ms(1'500, 1'000, 5),         RoundIdle::down, {1, 1, 6}},
    Row{"IdleGoesUpOnRequest",          ms(1'500, 1'000, 5),         RoundIdle::up,   {2, 1, 5}},
    Row{"AFractionalIntervalGoesUp",    ms(2'000, 300, 5),           RoundIdle::down, {2, 1, 5}},
    Row{"UnderASecondIsOneSecond",      ms(300, 50, 6),              RoundIdle::down, {1, 1, 6}},
    Row{"ManyProbesStretchTheInterval", ms(2'000, 1'000, 255),       RoundIdle::down, {2, 3, 127}},
    Row{"TheKernelsLongestIdle",        ms(40'000'000, 1'000, 10),   RoundIdle::down, {32'767, 58, 127}},
    Row{"DefaultsOfWindows",            ms(7'200'000, 1'000, 10),    RoundIdle::down, {7'200, 1, 10}},
    // clang-format on
};

TEST(KernelFit, HasTheDocumentedRows) {
  for (const Row& row : kRows)
    EXPECT_EQ(fit_to_kernel(row.wanted, row.rounding), row.fit) << row.name;
}

TEST(KernelFit, TheEndIsNeverBeforeTheWantedOne) {  // K-52
  for (std::uint32_t idle : {1U, 999U, 1'000U, 1'001U, 61'500U, 7'200'000U}) {
    for (std::uint32_t interval : {1U, 250U, 1'000U, 1'001U, 75'000U}) {
      for (int probes : {1, 5, 126, 127, 128, 255}) {
        const Timing wanted = ms(idle, interval, static_cast<std::uint8_t>(probes));
        const KernelFit fit = fit_to_kernel(wanted, RoundIdle::down);
        EXPECT_GE((fit.idle_s + std::uint64_t{fit.probes} * fit.interval_s) * 1000,
                  idle + static_cast<std::uint64_t>(probes) * interval)
            << idle << ' ' << interval << ' ' << probes;
        EXPECT_LE(fit.probes, 127U);
      }
    }
  }
}

static_assert(fit_to_kernel(ms(1'500, 300, 5), RoundIdle::down) == KernelFit{1, 1, 5});

}  // namespace
}  // namespace wsalive::policy
