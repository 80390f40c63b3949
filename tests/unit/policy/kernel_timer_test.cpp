// labels: fast

#include "policy/kernel_timer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;
using policy::Millis;
using policy::Span;
using policy::timer_step;
using std::chrono::nanoseconds;

struct Row {
  const char* name;
  Millis wait;
  nanoseconds tick;
  nanoseconds step;
};

constexpr Row kRows[]{
    // clang-format off
    {"a tick below the first level",      100ms,   4ms,       4ms},
    {"the last of single ticks",          240ms,   4ms,       4ms},
    {"the first level",                   252ms,   4ms,       32ms},
    {"a second",                          1s,      4ms,       32ms},
    {"the last second of 32 ms",          2s,      4ms,       32ms},
    {"beyond 2.016 s",                    2016ms,  4ms,       256ms},
    {"three seconds",                     3s,      4ms,       256ms},
    {"the last second of 256 ms",         16s,     4ms,       256ms},
    {"the first second of 2 s",           17s,     4ms,       2048ms},
    {"a minute",                          60s,     4ms,       2048ms},
    {"the last second of 2 s",            129s,    4ms,       2048ms},
    {"the first second of 16 s",          130s,    4ms,       16384ms},
    {"five minutes and more",             345s,    4ms,       16384ms},
    {"an hour",                           3600s,   4ms,       131072ms},
    {"two hours",                         7200s,   4ms,       131072ms},
    {"a minute at 1000 ticks a second",   60s,     1ms,       4096ms},
    {"a minute at 100 ticks a second",    60s,     10ms,      5120ms},
    {"a minute at 300 ticks a second",    60s,     3333333ns, 512 * 3333333ns},
    // clang-format on
};

TEST(KernelTimer, HasTheStepOfItsLevel) {
  for (const Row& row : kRows) EXPECT_EQ(timer_step(row.wait, row.tick), row.step) << row.name;
}

/// The wheel itself, in ticks: when a timer fires that is set at `now`.
std::int64_t fires(std::int64_t now, std::int64_t wait) {
  std::int64_t step = 1;
  for (std::int64_t border = 63; wait >= border; border *= 8) step *= 8;
  return ((now + wait) / step + 1) * step;
}

TEST(KernelTimer, SpanHoldsEveryPhaseOfTheWheelAndNoMore) {
  constexpr nanoseconds kTick = 4ms;
  for (const Millis wait : {100ms, 1'000ms, 2'000ms, 3'000ms, 16'000ms, 17'000ms, 60'000ms}) {
    const Span span = policy::timer_span(wait, kTick);
    const std::int64_t ticks = wait / kTick;
    const std::int64_t step = timer_step(wait, kTick) / kTick;
    std::int64_t least = INT64_MAX;
    std::int64_t most = 0;
    for (std::int64_t now = 0; now < step; ++now) {
      const std::int64_t behind = fires(now, ticks) - now;
      least = std::min(least, behind);
      most = std::max(most, behind);
    }
    // Who sets it stands anywhere in its tick.
    EXPECT_EQ((least - 1) * kTick, span.earliest) << wait.count();
    EXPECT_EQ(most * kTick, span.latest) << wait.count();
  }
}

TEST(KernelTimer, ActivityBeforeASilenceMakesNoProbeLater) {
  constexpr nanoseconds kTick = 4ms;
  for (const std::int64_t idle_s : {1, 3, 16, 17, 60}) {
    const std::int64_t idle = idle_s * 250;
    const Span span = policy::timer_span(Millis{idle_s * 1000}, kTick);
    for (std::int64_t armed = 0; armed < 600; armed += 7) {
      const std::int64_t first = fires(armed, idle);
      // The last segment comes in after the timer was set, and before it fires.
      for (std::int64_t heard = armed; heard < first;
           heard += std::max<std::int64_t>(idle / 97, 1)) {
        const std::int64_t silence = first - heard;
        const std::int64_t probe = silence >= idle ? first : fires(first, idle - silence);
        EXPECT_GE((probe - heard) * kTick, span.earliest);
        EXPECT_LE((probe - heard) * kTick, span.latest) << idle_s << ' ' << armed << ' ' << heard;
      }
    }
  }
}

constexpr policy::Timing seconds(std::uint32_t idle, std::uint32_t interval, std::uint8_t probes) {
  return {policy::DwordMillis{idle * 1000}, policy::DwordMillis{interval * 1000}, probes};
}

TEST(KernelTimer, AnAnswerStartsTheIntervalWhereThatIsLonger) {  // K-50
  constexpr nanoseconds kTick = 4ms;
  for (const policy::Timing& timing : {seconds(1, 5, 3), seconds(2, 6, 2), seconds(3, 75, 9),
                                       seconds(45, 75, 9), seconds(5, 5, 3), seconds(5, 4, 3)}) {
    const Span span = policy::probe_span(timing, 1, {policy::KeptBy::kernel, kTick});
    const std::int64_t idle = timing.idle / kTick;
    const std::int64_t interval = timing.interval / kTick;
    std::int64_t most = 0;
    for (std::int64_t probe = 0; probe < 600; probe += 7) {
      const std::int64_t next = fires(probe, interval);
      // The probe is answered at once, and more may come before the timer fires.
      for (std::int64_t heard = probe; heard < next;
           heard += std::max<std::int64_t>(interval / 97, 1)) {
        const std::int64_t silence = next - heard;
        const std::int64_t at = silence >= idle ? next : fires(next, idle - silence);
        EXPECT_GE((at - heard) * kTick, span.earliest);
        EXPECT_LE((at - heard) * kTick, span.latest);
        most = std::max(most, at - heard);
      }
    }
    const nanoseconds step = policy::timer_step(std::max(timing.idle, timing.interval), kTick);
    EXPECT_GE(most * kTick, span.latest - step) << timing.idle.count();
  }
}

TEST(KernelTimer, ATimerThatIsKnownToStandBehindCountsAsItStands) {
  constexpr policy::Accuracy kKernel{policy::KeptBy::kernel, 4ms};
  EXPECT_EQ(policy::probe_span(seconds(1, 5, 3), 1, kKernel, 9s), (Span{10s, 10'256ms}));
  EXPECT_EQ(policy::give_up_span(seconds(1, 5, 3), kKernel, {}, 9s), (Span{25s, 26'024ms}));
}

TEST(KernelTimer, LateProbesMaySpareOneWhereAUserTimeoutDecides) {  // K-76
  constexpr nanoseconds kTick = 4ms;
  constexpr policy::Accuracy kKernel{policy::KeptBy::kernel, kTick};
  for (const policy::Timing& timing : {seconds(1, 6, 9), seconds(3, 1, 9), seconds(20, 2, 9)}) {
    const Span first = policy::probe_span(timing, 1, kKernel);
    const Span gap = policy::timer_span(timing.interval, kTick);
    for (Millis user_timeout = 100ms; user_timeout < 60s; user_timeout += 137ms) {
      const Span end = *policy::give_up_span(timing, kKernel, user_timeout);
      Millis least = Millis::max();
      Millis most{};
      for (int late = 0; late <= 20; ++late) {
        for (const Millis step : {gap.earliest, gap.latest}) {
          Millis silence = first.earliest + (first.latest - first.earliest) * late / 20;
          do silence += step;
          while (silence < user_timeout);
          least = std::min(least, silence);
          most = std::max(most, silence);
        }
      }
      EXPECT_LE(end.earliest, least) << user_timeout.count();
      EXPECT_GE(end.latest, most) << user_timeout.count();
      EXPECT_GE(end.earliest, user_timeout);
    }
  }
}

constexpr policy::Timing kTiming{policy::DwordMillis{3000}, policy::DwordMillis{1000}, 10};

TEST(KernelTimer, LatenessOfTheKernelsProbesAddsUp) {
  constexpr policy::Accuracy kKernel{policy::KeptBy::kernel, 4ms};
  EXPECT_EQ(policy::probe_span(kTiming, 1, kKernel), (Span{3000ms, 3256ms}));
  EXPECT_EQ(policy::probe_span(kTiming, 2, kKernel), (Span{4000ms, 4288ms}));
  EXPECT_EQ(policy::give_up_span(kTiming, kKernel), (Span{13'000ms, 13'576ms}));
}

TEST(KernelTimer, LatenessOfTheEnginesDoesNot) {
  constexpr policy::Accuracy kEngine{policy::KeptBy::engine, 4ms};
  EXPECT_EQ(policy::probe_span(kTiming, 1, kEngine), (Span{3000ms, 3009ms}));
  EXPECT_EQ(policy::probe_span(kTiming, 10, kEngine), (Span{12'000ms, 12'009ms}));
  EXPECT_EQ(policy::give_up_span(kTiming, kEngine), (Span{13'000ms, 13'009ms}));
  EXPECT_EQ(policy::driven_lateness(3333333ns), 8ms);
}

TEST(KernelTimer, ASilenceWithoutProbesHasNoEnd) {
  constexpr policy::Timing kNever{policy::DwordMillis{3000}, policy::DwordMillis{1000}, 0};
  EXPECT_EQ(policy::give_up_span(kNever, {}), std::nullopt);
}

}  // namespace
}  // namespace wsalive::test
