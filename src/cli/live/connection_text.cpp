#include "cli/live/connection_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string>

#include "cli/live/keepalive_text.hpp"
#include "policy/duration.hpp"

namespace wsalive::cli {

using policy::Millis;

bool is_on(const Connection& connection) {
  return connection.keep_alive && connection.keep_alive->driver != policy::DriverKind::off;
}

std::string values_of(const Connection& connection) {
  if (!connection.keep_alive) return "? " + connection.unknown_because;
  if (!is_on(connection)) return "off";
  return in_short(connection.keep_alive->timing);
}

namespace {

Millis rough_step(Millis time) {
  return Millis{time < Millis{10'000} ? 100 : time < Millis{3'600'000} ? 1'000 : 60'000};
}

}  // namespace

std::string rough(Millis time) { return policy::format_duration(time - time % rough_step(time)); }

std::string rough(const policy::Span& span) {
  const Millis step = rough_step(span.latest);
  const std::string earliest = rough(span.earliest);
  const std::string latest =
      policy::format_duration((span.latest + step - Millis{1}) / step * step);
  return earliest == latest ? earliest : earliest + ".." + latest;
}

std::string in_table(const policy::Span& span) {
  // Times that follow from the settings alone are exact to the millisecond.
  if (policy::is_one_instant(span)) return policy::format_duration(span.earliest);
  const Millis latest = span.latest;
  const Millis step{latest < Millis{10'000} ? 100 : latest < Millis{3'600'000} ? 1'000 : 60'000};
  const policy::Span shown = policy::widened(span, step);
  return policy::format_duration_word(shown.earliest) + ".." +
         policy::format_duration_word(shown.latest);
}

bool is_starred(const Connection& connection) {
  return connection.can_notice() &&
         advice::row(connection.condition()).decides != advice::Decides::keep_alive;
}

std::string notice_of(const Connection& connection) {
  if (!connection.can_notice()) return "-";
  const advice::Noticed noticed = connection.noticed();
  if (!noticed.after) return "never";
  return in_table(*noticed.after) + (is_starred(connection) ? "*" : "");
}

std::string silence_of(const Connection& connection) {
  const std::optional<Millis> silent = connection.silent_for();
  return silent ? rough(*silent) : "-";
}

std::string state_of(const Connection& connection) {
  using advice::Condition;
  std::string text = name_in(kStates, connection.socket.state);
  const Condition condition = connection.condition();
  if (condition == Condition::unacknowledged || condition == Condition::window_closed ||
      condition == Condition::not_sent)
    text += fmt::format(", {}", advice::row(condition).name);
  if (connection.keep_alive && connection.keep_alive->is_in_repair) text += ", in repair mode";
  if (connection.keep_alive && connection.keep_alive->is_mptcp) text += ", mptcp";
  return text;
}

namespace {

/// Only letters and digits, in lower case: common to all spellings.
std::string bare(std::string_view text) {
  std::string letters;
  for (const char each : text) {
    const auto letter = static_cast<unsigned char>(each);
    const bool is_between = each == '-' || each == '_' || each == ' ';
    if (!is_between) letters += static_cast<char>(std::tolower(letter));
  }
  return letters;
}

struct OtherWord {
  std::string_view word;
  std::string_view ours;
};
constexpr std::array kOtherWords{
    OtherWord{"estab", "established"}, OtherWord{"listen", "listening"},
    OtherWord{"synrecv", "syn-received"}, OtherWord{"synrcvd", "syn-received"},
    OtherWord{"close", "closed"}};

}  // namespace

std::string_view state_named(std::string_view text) {
  const std::string letters = bare(text);
  if (letters.empty()) return {};
  const auto state =
      std::ranges::find_if(kStates, [&](std::string_view each) { return bare(each) == letters; });
  if (state != kStates.end()) return *state;
  const auto* const other = std::ranges::find(kOtherWords, letters, &OtherWord::word);
  return other == kOtherWords.end() ? std::string_view{} : other->ours;
}

}  // namespace wsalive::cli
