#include "cli/path/path_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/columns.hpp"
#include "cli/path/sight_names.hpp"
#include "policy/duration.hpp"

namespace wsalive::cli::path {
namespace {

using nlohmann::ordered_json;
using os::Tone;
using policy::format_duration;
using policy::Millis;
using policy::PathFinding;
using policy::PathObservation;
using policy::PathResult;
using policy::PathSight;

/// Tenths of a second are as much as a person wants to read.
std::string shown(Millis time) {
  const Millis step{time < Millis{60'000} ? 100 : 1'000};
  return format_duration(time - time % step);
}

std::string shown(policy::DwordMillis time) { return format_duration(Millis{time.count()}); }

/// The error, never said smaller than it is.
std::string error_shown(Millis error) {
  const Millis step{100};
  return format_duration((error + step - Millis{1}) / step * step);
}

std::string headline(const Found& found) {
  const PathResult& result = found.result;
  const std::string limit = result.limit ? shown(*result.limit) : std::string{};
  switch (result.finding) {
    case PathFinding::forgets:
      return fmt::format("The path to {} forgets an idle connection after {}, give or take {}.",
                         found.target, shown(*result.estimate()), error_shown(result.error()));
    case PathFinding::keeps:
      return fmt::format("The path to {} keeps an idle connection for {} at least.", found.target,
                         shown(result.kept));
    case PathFinding::far_end_ends:
      return result.how == PathSight::closed
                 ? fmt::format("{} itself closes idle connections after {}.", found.target, limit)
                 : fmt::format("Idle connections to {} end with a reset, unasked, after {}.",
                               found.target, limit);
    case PathFinding::far_end_talks:
      return fmt::format("{} speaks by itself, after {}: no connection stays idle for longer.",
                         found.target, limit);
    case PathFinding::no_answer:
      return fmt::format("{} answers no keep-alive probe, not even on a new connection.",
                         found.target);
    case PathFinding::unreachable:
      return fmt::format("{} could not be reached any more.", found.target);
    case PathFinding::unsteady:
      return fmt::format("The path to {} keeps some connections and loses others of the same age.",
                         found.target);
  }
  return {};
}

std::string explanation(const Found& found) {
  const PathResult& result = found.result;
  switch (result.finding) {
    case PathFinding::forgets:
      return fmt::format("Kept after {}, lost after {}. What comes later {}.", shown(result.kept),
                         shown(*result.lost),
                         result.how == PathSight::reset ? "is answered with a reset"
                                                        : "is dropped without a word");
    case PathFinding::keeps:
      return "Longer times were not tried; --max sets how far to go.";
    case PathFinding::far_end_ends:
      return result.how == PathSight::closed
                 ? "That is the server's own idle limit, not the path's: its end of the connection "
                   "came "
                   "through. Keep-alive probes do not move it; the program must send something, or "
                   "the "
                   "server's setting must change. To measure the path beyond it, ask another port."
                 : "Either the server ends them so, or something on the path does when it forgets. "
                   "From this end the two cannot be told apart.";
    case PathFinding::far_end_talks:
      return "What it sends keeps the path open, so nothing beyond can be measured on this port. "
             "Ask another one.";
    case PathFinding::no_answer:
      return "Every TCP stack answers them, so something in between drops them. Probes would not "
             "keep "
             "a connection on this path: the program itself must send something.";
    case PathFinding::unreachable:
      return "What was lost meanwhile says nothing about idle times. The same command goes on from "
             "what is known.";
    case PathFinding::unsteady:
      return "Several paths with memories of their own, or one that throws out connections when it "
             "is "
             "full. The settings below go by the shortest time after which one was lost.";
  }
  return {};
}

std::string_view words_for(PathSight sight) {
  switch (sight) {
    case PathSight::kept:
      return "answered";
    case PathSight::silent:
      return "no answer";
    case PathSight::reset:
      return "a reset";
    case PathSight::closed:
      return "closed by the far end, unasked";
    case PathSight::cut_short:
      return "reset, unasked";
  }
  return {};
}

/// Neighbours of the same kind in one line.
std::string sight_table(const Found& found, const Page& page) {
  std::vector<PathObservation> all = found.observations;
  std::ranges::stable_sort(all, {}, &PathObservation::idle);
  Columns table{
      {{"IDLE FOR", Align::right}, {""}, {"WHAT A PROBE MET"}, {"CONNECTIONS", Align::right}}};
  for (std::size_t at = 0; at < all.size();) {
    std::size_t end = at + 1;
    while (end < all.size() && all[end].sight == all[at].sight) ++end;
    const Millis last = all[end - 1].idle;
    const bool kept = all[at].sight == PathSight::kept;
    table.add({{shown(all[at].idle)},
               {shown(last) == shown(all[at].idle) ? std::string{} : "to " + shown(last)},
               {std::string{words_for(all[at].sight)}, kept ? Tone::good : Tone::bad},
               {std::to_string(end - at)}});
    at = end;
  }
  return table.text(page, 2);
}

std::string options_of(const policy::Timing& timing) {
  return fmt::format("--time {} --interval {} --probes {}", shown(timing.idle),
                     shown(timing.interval), timing.probes);
}

std::string advice_text(const policy::Timing& timing, const Page& page) {
  const Millis end = Millis{timing.idle.count()} + timing.probes * Millis{timing.interval.count()};
  std::string text = page.ink(Tone::strong, "Settings that keep connections on this path") + "\n\n";
  text += fmt::format("  T {}, I {}, N {}\n\n", shown(timing.idle), shown(timing.interval),
                      timing.probes);
  text += fmt::format("  wsalive run {} -- PROGRAM\n", options_of(timing));
  text += fmt::format("  wsalive set PID {}\n\n", options_of(timing));
  return text +
         wrapped(fmt::format("The first probe comes after half of what is kept, and there is time "
                             "for the others should it get lost. A peer that dies is noticed "
                             "after {}.",
                             shown(end)),
                 page.width, 2);
}

ordered_json milliseconds(const std::optional<Millis>& time) {
  return time ? ordered_json(time->count()) : ordered_json();
}

}  // namespace

std::string PathReport::text(const Page& page) const {
  const PathResult& result = found_.result;
  std::string text = page.ink(Tone::strong, headline(found_)) + '\n';
  text += wrapped(explanation(found_), page.width, 2) + '\n';
  text += sight_table(found_, page) + '\n';
  if (result.earliest_loss) {
    text +=
        wrapped(fmt::format(
                    "One was lost after {} already, though others of that age were kept: the path "
                    "is lossy, or more than one.",
                    shown(*result.earliest_loss)),
                page.width, 2) +
        '\n';
  }
  if (result.outages != 0) {
    text += wrapped(fmt::format(
                        "{} without notice in between, which younger connections felt as well, was "
                        "not put down to idle times.",
                        result.outages == 1 ? std::string{"An outage"}
                                            : fmt::format("{} outages", result.outages)),
                    page.width, 2) +
            '\n';
  }
  if (const auto timing = advice_for(result)) text += advice_text(*timing, page);
  text +=
      page.ink(Tone::faint, fmt::format("\nTook {}, {} connections to {}.\n", shown(found_.took),
                                        found_.connections, found_.address));
  return text;
}

ordered_json PathReport::json() const {
  const PathResult& result = found_.result;
  ordered_json seen = ordered_json::array();
  for (const PathObservation& each : found_.observations) {
    seen.push_back({{"idle_ms", each.idle.count()}, {"sight", name_of(each.sight)}});
  }
  const bool ended = result.lost || result.finding == PathFinding::far_end_ends;
  ordered_json json{
      {"target", found_.target},
      {"address", found_.address},
      {"finding", name_of(result.finding)},
      {"kept_ms", result.kept.count()},
      {"lost_ms", milliseconds(result.lost)},
      {"estimate_ms", milliseconds(result.estimate())},
      {"error_ms", result.lost ? ordered_json(result.error().count()) : ordered_json()},
      {"how", ended ? ordered_json(name_of(result.how)) : ordered_json()},
      {"limit_ms", milliseconds(result.limit)},
      {"earliest_loss_ms", milliseconds(result.earliest_loss)},
      {"outages", result.outages},
      {"advice", ordered_json()},
      {"observations", std::move(seen)},
      {"connections", found_.connections},
      {"took_ms", found_.took.count()}};
  if (const auto timing = advice_for(result)) {
    json["advice"] = {{"time_ms", timing->idle.count()},
                      {"interval_ms", timing->interval.count()},
                      {"probes", timing->probes}};
  }
  return json;
}

}  // namespace wsalive::cli::path
