// Times with units: what is read, what is refused and in which words, and how a time is written.

#include "policy/duration.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>

namespace wsalive::policy {
namespace {

struct Row {
  std::string_view text;
  std::int64_t milliseconds;
};

TEST(Durations, AreNumbersWithUnits) {
  constexpr std::array kRows{
      // clang-format off
      Row{"0s", 0},          Row{"1ms", 1},            Row{"1500ms", 1500},  Row{"1.5s", 1500},
      Row{"45s", 45'000},    Row{"0.001s", 1},         Row{"2min", 120'000}, Row{"1.25min", 75'000},
      Row{"2h", 7'200'000},  Row{"2h10s", 7'210'000},  Row{"2h 10s", 7'210'000},
      Row{" 1d ", 86'400'000}, Row{"4294967295ms", 4'294'967'295}, Row{"1.500s", 1500},
      // clang-format on
  };
  for (const Row& row : kRows) {
    const auto time = parse_duration(row.text);
    ASSERT_TRUE(time.has_value()) << row.text << ": " << time.error();
    EXPECT_EQ(time->count(), row.milliseconds) << row.text;
  }
}

struct Refusal {
  std::string_view text;
  std::string_view because;  // A part of the sentence.
};

TEST(Durations, ThatAreWrongAreToldWhy) {
  constexpr std::array kRows{
      // clang-format off
      Refusal{"45", "write 45s or 45ms"},
      Refusal{"7200", "7200s (that is 2h) or 7200ms (that is 7.2s)"},
      Refusal{"5m", "5min or 5ms"},
      Refusal{"5sec", "'sec' is no unit of time: write ms, s, min, h or d"},
      Refusal{"1.5ms", "no whole number of milliseconds"},
      Refusal{"0.0001s", "no whole number of milliseconds"},
      Refusal{"1.s", "no whole number of milliseconds"},
      Refusal{"", "is no time"},
      Refusal{"s", "is no time"},
      Refusal{"-5s", "is no time"},
      Refusal{"1s x", "is no time"},
      Refusal{"1.0005ms", "no whole number of milliseconds"},
      Refusal{"1.00000001h", "no whole number of milliseconds"},
      Refusal{"-5s", "'-5s' is no time"},
      Refusal{"99999999999999999999s", "longer than 30 years"},
      Refusal{"20000d", "longer than 30 years"},
      Refusal{"10000d 10000d", "longer than 30 years"},
      // clang-format on
  };
  for (const Refusal& row : kRows) {
    const auto time = parse_duration(row.text);
    ASSERT_FALSE(time.has_value()) << row.text;
    EXPECT_NE(time.error().find(row.because), std::string::npos) << time.error();
  }
}

TEST(KeepAliveTimes, FitIntoADword) {  // K-57
  EXPECT_EQ(parse_keepalive_time("1ms")->count(), 1U);
  EXPECT_EQ(parse_keepalive_time("4294967295ms")->count(), 4'294'967'295U);
  EXPECT_FALSE(parse_keepalive_time("0s").has_value());
  EXPECT_FALSE(parse_keepalive_time("4294967296ms").has_value());
}

TEST(FormattedDurations, AreShortAndCanBeReadAgain) {
  constexpr std::array kRows{
      // clang-format off
      Row{"0s", 0},              Row{"300ms", 300},        Row{"1.5s", 1500},  Row{"350s", 350'000},
      Row{"599.999s", 599'999},  Row{"10min", 600'000},    Row{"11min 15s", 675'000},
      Row{"2h", 7'200'000},      Row{"2h 10s", 7'210'000}, Row{"1d 1ms", 86'400'001},
      // clang-format on
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(format_duration(Millis{row.milliseconds}), row.text);
    const std::string word = format_duration_word(Millis{row.milliseconds});
    EXPECT_EQ(word.find(' '), std::string::npos);
    EXPECT_EQ(parse_duration(word), Millis{row.milliseconds}) << word;
    EXPECT_EQ(parse_duration(row.text)->count(), row.milliseconds);
  }
}

TEST(FormattedSpans, HaveBothEndsInTheSameStepsAndNothingOutside) {
  struct SpanRow {
    std::string_view text;
    std::int64_t earliest;
    std::int64_t latest;
  };
  constexpr std::array kRows{
      // clang-format off
      SpanRow{"1s to 1.04s",         1'000,      1'036},     SpanRow{"1s to 1.03s",      1'000,     1'027},
      SpanRow{"1s",                  1'000,      1'021},     SpanRow{"2s to 77.1s",      2'000,     77'048},
      SpanRow{"45s to 47.05s",        45'000,    47'049},    SpanRow{"45s",              45'000,    45'009},
      SpanRow{"1.23s to 1.29s",       1'236,     1'290},     SpanRow{"2.83s to 20.05s",  2'837,     20'048},
      SpanRow{"59.9s to 61.2s",       59'987,    61'101},    SpanRow{"345s to 361.1s",   345'000,   361'072},
      SpanRow{"345s to 10min 1s",     345'678,   600'001},   SpanRow{"2h to 2h 2min 12s", 7'200'999, 7'331'072},
      // clang-format on
  };
  for (const SpanRow& row : kRows) {
    const Span span{Millis{row.earliest}, Millis{row.latest}};
    EXPECT_EQ(format_span(span), row.text);
    const Span shown = widened(span, Millis{100});
    EXPECT_LE(shown.earliest, span.earliest);
    EXPECT_GE(shown.latest, span.latest);
    EXPECT_LT(span.earliest - shown.earliest, Millis{100});
    EXPECT_LT(shown.latest - span.latest, Millis{100});
  }
  // At the ticks that Linux can be built with the one is never taken for the other.
  for (const std::int64_t rate : {100, 250, 300, 1'000}) {
    const Accuracy alone{KeptBy::kernel, std::chrono::nanoseconds{1'000'000'000 / rate}};
    const Span second = due_span(Millis{1'000}, alone);
    EXPECT_GE(second.latest - second.earliest, kOneInstant) << rate;
    EXPECT_LT(driven_lateness(alone.tick), kOneInstant) << rate;
  }
}

}  // namespace
}  // namespace wsalive::policy
