#include "verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "policy/timeline.hpp"

namespace wsalive::demo {

using drawing::Tone;
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr nanoseconds kBusyHost = 100ms;

/// The kernel sends probes at its tick only.
nanoseconds tick() {
  timespec t{};
  ::clock_getres(CLOCK_MONOTONIC_COARSE, &t);
  return std::chrono::seconds{t.tv_sec} + nanoseconds{t.tv_nsec};
}

nanoseconds tolerance() { return 2 * tick() + 1ms; }

double ms(nanoseconds t) { return std::chrono::duration<double, std::milli>(t).count(); }

std::vector<Match> prediction() {
  std::vector<Match> matches;
  policy::Timeline timeline{kAsked, policy::kDeadPeer};
  while (const auto event = timeline.next()) {
    const bool probe = event->what == policy::Happening::probe;
    matches.push_back({.what = probe ? fmt::format("probe {}", matches.size() + 1) : "given up",
                       .predicted = event->at,
                       .measured = std::nullopt});
  }
  return matches;
}

int times_told(const std::vector<Happening>& told, Lane lane, Kind kind) {
  return static_cast<int>(std::ranges::count_if(
      told, [&](const Happening& h) { return h.lane == lane && h.kind == kind; }));
}

const Happening* told_error(const Record& record, Lane lane) {
  const auto found = std::ranges::find_if(
      record.notes, [&](const Happening& h) { return h.lane == lane && h.kind == Kind::told; });
  return found == record.notes.end() ? nullptr : &*found;
}

/// Puts what was captured after the cut beside the prediction.
void fill_in(std::vector<Match>& matches, const std::vector<Happening>& told,
             Instant silent_since) {
  std::size_t next = 0;
  for (const Happening& h : told) {
    if (h.lane != Lane::kept || h.at < silent_since) continue;
    if (h.kind == Kind::probe_lost && next + 1 < matches.size()) {
      matches[next++].measured = h.at - silent_since;
    }
    if (h.kind == Kind::given_up) matches.back().measured = h.at - silent_since;
  }
}

void check_words(const Record& record, std::vector<std::string>& wrong) {
  const auto expect = [&](Lane lane, std::string_view name, std::string_view which) {
    const Happening* const h = told_error(record, lane);
    if (!h || h->text != name) {
      wrong.push_back(
          fmt::format("{} ended with {} instead of {}", which, h ? h->text : "no error", name));
    }
  };
  expect(Lane::plain, "WSAETIMEDOUT", "the question without keep-alive");
  expect(Lane::kept, "WSAENETRESET", "the waiting recv");
}

void check_wire(const std::vector<Happening>& told, std::vector<std::string>& wrong) {
  if (times_told(told, Lane::plain, Kind::question_lost) == 0) {
    wrong.emplace_back("no question was lost without keep-alive");
  }
  if (times_told(told, Lane::kept, Kind::question_answered) < 2 ||
      times_told(told, Lane::kept, Kind::forgotten) > 0) {
    wrong.emplace_back("keep-alive did not keep the connection");
  }
  if (times_told(told, Lane::kept, Kind::probe_lost) != kAsked.probes) {
    wrong.push_back(fmt::format("{} unanswered probes instead of {}",
                                times_told(told, Lane::kept, Kind::probe_lost), kAsked.probes));
  }
}

void check_times(const Verdict& verdict, Setting setting, std::vector<std::string>& wrong) {
  const auto check = [&](const std::string& what, nanoseconds predicted, nanoseconds measured) {
    const nanoseconds late = measured - predicted;
    if (late >= -tick() && late <= kBusyHost) return;
    wrong.push_back(
        fmt::format("{} at {:.1f} ms instead of {:.0f} ms", what, ms(measured), ms(predicted)));
  };
  for (const Match& match : verdict.matches) {
    if (match.measured) check(match.what, match.predicted, *match.measured);
    if (!match.measured && setting == Setting::firewall)
      wrong.push_back(match.what + " was not seen");
  }
  if (verdict.noticed) check("the program", verdict.matches.back().predicted, *verdict.noticed);
}

nanoseconds latest(const Verdict& verdict) {
  nanoseconds late = verdict.noticed ? *verdict.noticed - verdict.matches.back().predicted : 0ns;
  for (const Match& match : verdict.matches) {
    if (match.measured) late = std::max(late, *match.measured - match.predicted);
  }
  return late;
}

void print_row(const Match& match, const ColouredText& coloured) {
  const std::string seen =
      match.measured ? fmt::format("{:>10.1f} ms", ms(*match.measured)) : "     not seen";
  const std::string late =
      match.measured ? fmt::format("{:>+8.1f} ms", ms(*match.measured - match.predicted)) : "";
  fmt::print("  {:<14}{:>8.0f} ms  {}{}\n", match.what, ms(match.predicted), seen,
             coloured(Tone::faint, late));
}

void print_table(const Verdict& verdict, Setting setting, const ColouredText& coloured) {
  const std::string heads =
      fmt::format("  {:<14}{:>11}{:>15}{:>11}", "", "predicted",
                  setting == Setting::firewall ? "on the wire" : "measured", "late");
  fmt::print("\n{}\n",
             coloured(Tone::strong, "  3  a dead server, counted from its last sign of life"));
  fmt::print("\n{}\n", coloured(Tone::faint, heads));
  for (const Match& match : verdict.matches) {
    if (setting == Setting::firewall) print_row(match, coloured);
  }
  if (!verdict.noticed) return;
  print_row({.what = "WSAENETRESET",
             .predicted = verdict.matches.back().predicted,
             .measured = verdict.noticed},
            coloured);
}

}  // namespace

Verdict judge(const Record& record, Setting setting) {
  Verdict verdict{.matches = prediction(), .noticed = std::nullopt, .wrong = {}};
  const auto silent_since = last_sign_of_life(record, Lane::kept);
  if (!silent_since || !record.cut) {
    verdict.wrong.emplace_back("the play did not reach the cut of the cable");
    return verdict;
  }
  const std::vector<Happening> told = tell(record, Instant::max());
  fill_in(verdict.matches, told, *silent_since);
  if (const Happening* const h = told_error(record, Lane::kept)) {
    verdict.noticed = h->at - *silent_since;
  }
  check_words(record, verdict.wrong);
  if (setting == Setting::firewall) check_wire(told, verdict.wrong);
  check_times(verdict, setting, verdict.wrong);
  return verdict;
}

void print_verdict(const Verdict& verdict, Setting setting, const ColouredText& coloured) {
  print_table(verdict, setting, coloured);
  fmt::print("\n");
  for (const std::string& wrong : verdict.wrong)
    fmt::print("  {} {}\n", coloured(Tone::bad, "✗"), wrong);
  if (!verdict.wrong.empty()) {
    fmt::print("  {}\n", coloured(Tone::bad, "Not as predicted."));
    return;
  }
  const bool on_time = latest(verdict) <= tolerance();
  fmt::print(
      "  {} {}\n", coloured(Tone::good, "✓"),
      setting == Setting::firewall
          ? "Lost without keep-alive, alive with it, and the dead server noticed as predicted."
          : "Silent death without keep-alive; with it, the dead server noticed as predicted.");
  fmt::print(
      "    {}\n",
      coloured(Tone::faint,
               fmt::format("Latest {:.1f} ms behind; {} two kernel ticks + 1 ms ({:.0f} ms){}.",
                           ms(latest(verdict)), on_time ? "within" : "more than", ms(tolerance()),
                           on_time ? "" : ": this host was busy")));
}

}  // namespace wsalive::demo
