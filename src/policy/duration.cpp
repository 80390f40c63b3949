#include "policy/duration.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

namespace wsalive::policy {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};

// Largest first.
constexpr std::array kUnits{
    // clang-format off
    Unit{"d",   86'400'000},
    Unit{"h",   3'600'000},
    Unit{"min", 60'000},
    Unit{"s",   1000},
    Unit{"ms",  1},
    // clang-format on
};
constexpr std::string_view kUnitList = "ms, s, min, h or d";
constexpr std::int64_t kLongest = 1'000'000'000'000;  // Some 30 years: sums stay far from overflow.

tl::unexpected<std::string> wrong(std::string sentence) {
  return tl::unexpected<std::string>{std::move(sentence)};
}

/// Takes the leading characters off for which `belongs` holds.
template <typename Belongs>
std::string_view take_while(std::string_view& text, Belongs belongs) {
  const auto* const end = std::ranges::find_if_not(text, belongs);
  const auto length = static_cast<std::size_t>(end - text.begin());
  const std::string_view taken = text.substr(0, length);
  text.remove_prefix(length);
  return taken;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<std::int64_t> whole(std::string_view digits) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), number);
  if (error != std::errc{} || end != digits.end() || number > kLongest) return std::nullopt;
  return number;
}

/// "1.25" of a unit, in milliseconds; nullopt if those are not whole, or too many.
std::optional<Millis> scaled(std::string_view number, std::int64_t unit) {
  const std::size_t dot = number.find('.');
  const std::optional<std::int64_t> before = whole(number.substr(0, dot));
  if (!before || *before > kLongest / unit) return std::nullopt;
  std::int64_t total = *before * unit;
  if (dot == std::string_view::npos) return Millis{total};

  std::int64_t share = unit;
  for (const char digit : number.substr(dot + 1)) {
    if (digit != '0' && (share == 0 || share % 10 != 0)) return std::nullopt;
    share /= 10;
    total += share * (digit - '0');
  }
  return dot + 1 < number.size() ? std::optional{Millis{total}} : std::nullopt;
}

constexpr const char* kTooLong = "longer than 30 years";

bool is_too_long(std::string_view number, std::int64_t unit) {
  const std::string_view digits = number.substr(0, number.find('.'));
  const auto before = whole(digits);
  return before ? *before > kLongest / unit : !digits.empty();
}

std::string in_quotes(std::string_view text) { return "'" + std::string{text} + "'"; }

std::string no_unit(std::string_view number) {
  const auto meaning = [number](std::string_view unit, std::int64_t milliseconds) {
    std::string text = std::string{number}.append(unit);
    const auto time = scaled(number, milliseconds);
    if (!time) return text;
    const std::string plainer = format_duration(*time);
    return plainer == text ? text : text + " (that is " + plainer + ")";
  };
  return in_quotes(number) + " has no unit: write " + meaning("s", 1000) + " or " +
         meaning("ms", 1);
}

std::string unknown_unit(std::string_view number, std::string_view unit) {
  const std::string value{number};
  if (unit == "m") {
    return in_quotes(value + 'm') + " could be " + value + "min or " + value +
           "ms: write the one meant";
  }
  return in_quotes(unit) + " is no unit of time: write " + std::string{kUnitList};
}

/// "1.5" for 1500 thousandths.
std::string decimal(std::int64_t thousandths) {
  std::string text = std::to_string(thousandths / 1000);
  if (thousandths % 1000 == 0) return text;
  text += '.' + std::to_string(1000 + thousandths % 1000).substr(1);
  return text.substr(0, text.find_last_not_of('0') + 1);
}

/// The step to which the text of a span rounds, given its later end.
Millis span_step(Millis latest) {
  return Millis{latest < Millis{60'000} ? 10 : latest < Millis{600'000} ? 100 : 1'000};
}

/// Takes one number with its unit off the front.
tl::expected<Millis, std::string> take_part(std::string_view& text) {
  const std::string_view all = text;
  const std::string_view number = take_while(text, [](char c) { return is_digit(c) || c == '.'; });
  const std::string_view unit =
      take_while(text, [](char c) { return !is_digit(c) && c != '.' && c != ' '; });
  if (number.empty())
    return wrong(in_quotes(all) + " is no time: a number with " + std::string{kUnitList});
  if (unit.empty()) return wrong(no_unit(number));
  const auto* const row = std::ranges::find(kUnits, unit, &Unit::name);
  if (row == kUnits.end()) return wrong(unknown_unit(number, unit));
  const std::optional<Millis> time = scaled(number, row->milliseconds);
  if (!time && is_too_long(number, row->milliseconds)) return wrong(kTooLong);
  if (!time)
    return wrong(in_quotes(std::string{number}.append(unit)) +
                 " is no whole number of milliseconds");
  return *time;
}

}  // namespace

tl::expected<Millis, std::string> parse_duration(std::string_view text) {
  const auto skip_blanks = [&text] { take_while(text, [](char c) { return c == ' '; }); };
  Millis total{};
  skip_blanks();
  do {
    auto part = take_part(text);
    if (!part) return part;
    total += *part;
    if (total.count() > kLongest) return wrong(kTooLong);
    skip_blanks();
  } while (!text.empty());
  return total;
}

tl::expected<Millis, std::string> parse_time_out(std::string_view text) {
  auto time = parse_duration(text);
  if (time && *time == Millis{}) return wrong(in_quotes(text) + " is no time-out: 1ms or more");
  return time;
}

tl::expected<DwordMillis, std::string> parse_keepalive_time(std::string_view text) {
  const auto time = parse_duration(text);
  if (!time) return wrong(time.error());
  constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
  if (time->count() < 1 || time->count() > kMost) {
    return wrong(in_quotes(text) + " is out of range: 1ms to " + std::to_string(kMost) +
                 "ms, which is " + format_duration(Millis{kMost}));
  }
  return DwordMillis{static_cast<std::uint32_t>(time->count())};
}

std::string format_duration(Millis time) {
  constexpr std::int64_t kAsSeconds = 600'000;  // Below, "350s" says more than "5min 50s".
  const std::int64_t count = time.count();
  if (count < 1000) return count == 0 ? "0s" : std::to_string(count) + "ms";
  if (count < kAsSeconds) return decimal(count) + 's';

  std::string text;
  std::int64_t rest = count;
  for (const Unit& unit : kUnits) {
    const std::int64_t whole_units = rest / unit.milliseconds;
    if (whole_units == 0) continue;
    rest %= unit.milliseconds;
    if (!text.empty()) text += ' ';
    text += std::to_string(whole_units).append(unit.name);
  }
  return text;
}

std::string format_duration_word(Millis time) {
  std::string text = format_duration(time);
  std::erase(text, ' ');
  return text;
}

bool is_one_instant(const Span& span) noexcept { return span.latest - span.earliest < kOneInstant; }

Span widened(const Span& span, Millis step) noexcept {
  return {span.earliest / step * step, (span.latest + step - Millis{1}) / step * step};
}

std::string format_latest(Millis time) {
  return format_duration(widened({time, time}, span_step(time)).latest);
}

std::string format_span(const Span& span) {
  if (is_one_instant(span)) return format_duration(span.earliest);
  const Span shown = widened(span, span_step(span.latest));
  return format_duration(shown.earliest) + " to " + format_duration(shown.latest);
}

}  // namespace wsalive::policy
