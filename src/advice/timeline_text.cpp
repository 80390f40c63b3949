#include "advice/timeline_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace wsalive::advice {
namespace {

struct EventRow {
  std::string_view word;
  policy::Happening what;
};

constexpr std::array kEvents{
    // clang-format off
    EventRow{"probe",      policy::Happening::probe     },
    EventRow{"answer",     policy::Happening::answer    },
    EventRow{"data",       policy::Happening::data      },
    EventRow{"reset",      policy::Happening::reset     },
    EventRow{"peer reset", policy::Happening::peer_reset},
    // clang-format on
};

struct UnitRow {
  std::string_view name;
  std::int64_t milliseconds;
};

constexpr std::array kTimelineUnits{
    // clang-format off
    UnitRow{"ms",  1        },
    UnitRow{"s",   1000     },
    UnitRow{"min", 60'000   },
    UnitRow{"h",   3'600'000},
    // clang-format on
};

constexpr std::int64_t kLatest = 10'000'000'000'000;  // Some 300 years; 255 longest intervals fit.

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t number = 0;
  const auto parsed = std::from_chars(text.begin(), text.end(), number);
  if (parsed.ec != std::errc{} || number < 0 || number > kLatest) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.begin()));
  return number;
}

/// `.5` and the like, in thousandths; 0 if there is no fraction, nullopt for a wrong one.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
  if (!take_prefix(text, ".")) return 0;
  std::int64_t thousandths = 0;
  std::int64_t weight = 100;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
    if (weight == 0) return std::nullopt;
    thousandths += weight * (text.front() - '0');
    weight /= 10;
  }
  return weight == 100 ? std::nullopt : std::optional{thousandths};
}

/// A time with its unit: `2h`, `1.5s`, `1500ms`. Whole milliseconds only.
std::optional<policy::Millis> time_from(std::string_view text) {
  const auto whole = take_number(text);
  const auto thousandths = whole ? take_fraction(text) : std::nullopt;
  if (!thousandths) return std::nullopt;
  for (const UnitRow& unit : kTimelineUnits) {
    if (text != unit.name) continue;
    if (*whole > kLatest / unit.milliseconds) return std::nullopt;
    const std::int64_t part = *thousandths * unit.milliseconds;
    if (part % 1000 != 0) return std::nullopt;
    return policy::Millis{*whole * unit.milliseconds + part / 1000};
  }
  return std::nullopt;
}

/// Reads a script line by line, up to the first error.
class Reader {
 public:
  tl::expected<Script, ScriptError> read(std::string_view text) {
    while (!text.empty() && error_.text.empty()) {
      ++error_.line;
      const std::size_t end = std::min(text.find('\n'), text.size());
      const std::string_view line = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      statement(trimmed(line.substr(0, std::min(line.find('#'), line.size()))));
    }
    if (!error_.text.empty()) return tl::unexpected(std::move(error_));
    return std::move(script_);
  }

 private:
  void statement(std::string_view line) {
    if (line.empty()) return;
    if (take_prefix(line, "time ")) return dword(line, script_.timing.idle);
    if (take_prefix(line, "interval ")) return dword(line, script_.timing.interval);
    if (take_prefix(line, "probes ")) return count(line);
    if (take_prefix(line, "peer ")) return peer(trimmed(line));
    if (take_prefix(line, "until ")) return until(line);
    if (take_prefix(line, "at ")) return event(line, policy::Millis{});
    if (take_prefix(line, "+")) return event(line, last_);
    fail("neither time, interval, probes, peer, at, + nor until");
  }

  void dword(std::string_view text, policy::DwordMillis& into) {
    const std::optional<policy::Millis> time = time_from(trimmed(text));
    if (!time || time->count() < 1 || time->count() > std::numeric_limits<std::uint32_t>::max()) {
      return fail("a time of 1 to 4294967295 ms is expected");
    }
    into = policy::DwordMillis{static_cast<std::uint32_t>(time->count())};
  }

  void count(std::string_view text) {
    text = trimmed(text);
    const auto number = take_number(text);
    if (!number || !text.empty() || *number > policy::kLargestCount) {
      return fail("a count of 0 to 255 is expected");
    }
    script_.timing.probes = static_cast<std::uint8_t>(*number);
  }

  void peer(std::string_view text) {
    if (text == "dead") return void(script_.peer = policy::kDeadPeer);
    if (text == "answers") return void(script_.peer = policy::kAnsweringPeer);
    if (text == "resets") return void(script_.peer = policy::kResettingPeer);
    policy::Peer named = policy::kAnsweringPeer;
    if (take_prefix(text, "answers every ")) {
      const auto every = take_number(text);
      if (every && *every > 0 && *every <= std::numeric_limits<std::uint32_t>::max() &&
          text.empty()) {
        named.every = static_cast<std::uint32_t>(*every);
        return void(script_.peer = named);
      }
    } else if (take_prefix(text, "answers once per ")) {
      if (const std::optional<policy::Millis> gap = time_from(text)) {
        named.least_gap = *gap;
        return void(script_.peer = named);
      }
    }
    fail("the peer is dead, resets, answers, answers every COUNT or answers once per TIME");
  }

  void until(std::string_view text) {
    const std::optional<policy::Millis> time = time_from(trimmed(text));
    if (!time || *time < last_) return fail("a time that is not before the last event is expected");
    script_.until = last_ = *time;
  }

  void event(std::string_view text, policy::Millis from) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    const std::optional<policy::Millis> time = time_from(trimmed(text.substr(0, colon)));
    if (!time) return fail("a time such as 7200s, 1500ms or 2h is expected");
    if (from + *time < last_) return fail("the time goes back");
    if (script_.until) return fail("an event after until");
    const std::string_view word = colon < text.size() ? trimmed(text.substr(colon + 1)) : "";
    const auto* const row = std::ranges::find(kEvents, word, &EventRow::word);
    if (row == kEvents.end()) return fail("probe, answer, data, reset or peer reset is expected");
    last_ = from + *time;
    script_.events.push_back({last_, row->what});
  }

  void fail(std::string text) { error_.text = std::move(text); }

  Script script_;
  ScriptError error_;
  policy::Millis last_{};
};

std::string peer_text(const policy::Peer& peer) {
  switch (peer.kind) {
    case policy::Peer::Kind::dead:
      return "dead";
    case policy::Peer::Kind::resets:
      return "resets";
    case policy::Peer::Kind::answers:
      break;
  }
  if (peer.every > 1) return "answers every " + std::to_string(peer.every);
  if (peer.least_gap.count() > 0) return "answers once per " + to_text(peer.least_gap);
  return "answers";
}

}  // namespace

tl::expected<Script, ScriptError> parse_script(std::string_view text) {
  return Reader{}.read(text);
}

std::string to_text(policy::Millis time) {
  if (time.count() % 1000 == 0) return std::to_string(time.count() / 1000) + "s";
  return std::to_string(time.count()) + "ms";
}

std::string_view to_text(policy::Happening what) noexcept {
  const auto* const row = std::ranges::find(kEvents, what, &EventRow::what);
  return row == kEvents.end() ? std::string_view{} : row->word;
}

std::string to_text(const policy::Event& event) {
  return std::string{"at "}.append(to_text(event.at)).append(": ").append(to_text(event.what));
}

std::string to_text(const policy::Timing& timing, const policy::Peer& peer) {
  return "time " + to_text(policy::Millis{timing.idle}) + "\ninterval " +
         to_text(policy::Millis{timing.interval}) + "\nprobes " + std::to_string(timing.probes) +
         "\npeer " + peer_text(peer) + "\n";
}

std::vector<policy::Event> play(const Script& script) {
  policy::Timeline timeline{script.timing, script.peer};
  std::vector<policy::Event> played;
  auto input = script.events.begin();
  const auto next_data = [&] {
    input = std::find_if(input, script.events.end(), [](const policy::Event& each) {
      return each.what == policy::Happening::data;
    });
  };
  next_data();
  const auto wanted = [&] { return script.until || played.size() < script.events.size(); };
  while (wanted()) {
    std::optional<policy::Event> event = timeline.peek();
    if (input != script.events.end() && (!event || input->at < event->at)) {
      event = *input++;
      next_data();
      timeline.data(event->at);
    } else {
      static_cast<void>(timeline.next());
    }
    if (!event || (script.until && event->at >= *script.until)) break;
    played.push_back(*event);
  }
  return played;
}

}  // namespace wsalive::advice
