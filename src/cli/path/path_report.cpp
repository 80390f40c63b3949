#include "cli/path/path_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/frame/report.hpp"
#include "cli/path/path_words.hpp"
#include "os/clock.hpp"
#include "policy/duration.hpp"

namespace wsalive::cli::path_command {
namespace {

using drawing::Tone;
using nlohmann::ordered_json;
using path::PathFinding;
using path::PathManner;
using path::PathObservation;
using path::PathResult;
using path::PathSight;
using policy::format_duration;
using policy::Millis;

/// Neighbours of the same kind in one line.
std::string sight_table(const std::vector<PathObservation>& observations,
                        const std::string& heading, const Page& page) {
  std::vector<PathObservation> all = observations;
  std::ranges::stable_sort(all, {}, &PathObservation::idle);
  Columns table{{{"IDLE FOR", Align::right}, {""}, {heading}, {"CONNECTIONS", Align::right}}};
  for (std::size_t at = 0; at < all.size();) {
    std::size_t end = at + 1;
    while (end < all.size() && all[end].sight == all[at].sight) ++end;
    const Millis last = all[end - 1].idle;
    const bool kept = all[at].sight == PathSight::kept;
    table.add({{shown(all[at].idle)},
               {shown(last) == shown(all[at].idle) ? std::string{} : "to " + shown(last)},
               {words_for(all[at].sight), kept ? Tone::good : Tone::bad},
               {std::to_string(end - at)}});
    at = end;
  }
  return table.text(page, 2);
}

/// For programs that the kernel alone keeps alive: `attach`, `set`, and `run` unless it preloads, which is no later.
policy::Accuracy accuracy_here() { return {policy::KeptBy::kernel, os::tick_length()}; }

std::string options_of(const policy::Timing& timing) {
  return fmt::format("--time {} --interval {} --probes {}", format_duration(timing.idle),
                     format_duration(timing.interval), timing.probes);
}

std::string advice_text(const policy::Timing& timing, const Page& page) {
  const policy::Span end = *policy::give_up_span(timing, accuracy_here());
  std::string text =
      page.coloured(Tone::strong, "Settings that keep connections on this path") + "\n\n";
  text += fmt::format("  T {}, I {}, N {}\n\n", format_duration(timing.idle),
                      format_duration(timing.interval), timing.probes);
  text += fmt::format("  wsalive run {} -- PROGRAM\n", options_of(timing));
  text += fmt::format("  wsalive set PID {}\n\n", options_of(timing));
  return text +
         wrapped(fmt::format("The first probe comes after half of what is kept, and there is time "
                             "for the others should it get lost. A peer that dies is noticed "
                             "after {}. Data that it has not acknowledged is sent anew for 15min, "
                             "unless --user-timeout {} bounds that, too.",
                             policy::format_span(end), format_duration(end.earliest)),
                 page.width, 2);
}

/// The result of the trial of the settings.
std::string trial_text(const path::PathTrial& trial, const PathResult& result, const Page& page) {
  const std::string settings =
      fmt::format("T {}, I {}, N {}", format_duration(trial.timing.idle),
                  format_duration(trial.timing.interval), trial.timing.probes);
  const std::string held = shown(trial.held);
  const std::string lost = shown_at_most(result.lost.value_or(result.kept));
  switch (trial.finding) {
    case path::TrialFinding::kept:
      return '\n' + wrapped(fmt::format("Tried: with these settings a connection was kept for {}, "
                                        "where an idle one is lost after {}.",
                                        held, lost),
                            page.width, 2);
    case path::TrialFinding::not_counted:
      return page.coloured(
                 Tone::strong,
                 "This path is not kept alive by probes: use heartbeats of the application") +
             "\n" +
             wrapped(fmt::format("A connection with {} was lost after {} all the same, though its "
                                 "probes were answered up to {}. Only data counts here: the "
                                 "application sends some every {} at least.",
                                 settings, held, shown(trial.answered),
                                 format_duration(trial.timing.idle)),
                     page.width, 2);
    case path::TrialFinding::ended:
      return wrapped(
          fmt::format("No T is advised: the far end closed a connection with {} after {}.",
                      settings, held),
          page.width);
    case path::TrialFinding::unsettled:
      return '\n' + wrapped(fmt::format("Tried without a result: after {} the connection was lost, "
                                        "or the far end spoke. The same command tries again.",
                                        held),
                            page.width, 2);
    case path::TrialFinding::not_made:
      break;
  }
  return '\n' + wrapped("Not tried: no further connection could be made.", page.width, 2);
}

ordered_json trial_json(const path::PathTrial& trial) {
  return {{"finding", name_of(trial.finding)},
          {"time_ms", trial.timing.idle.count()},
          {"interval_ms", trial.timing.interval.count()},
          {"probes", trial.timing.probes},
          {"held_ms", trial.held.count()},
          {"answered_ms", trial.answered.count()}};
}

std::string sentences(const Sentences& words, const Page& page) {
  std::string headline = wrapped(words.headline, page.width);
  headline.pop_back();
  return page.coloured(Tone::strong, headline) + '\n' + wrapped(words.meaning, page.width, 2) +
         '\n';
}

/// Other observations in one direction.
std::string oddities(const PathResult& result, const Page& page) {
  std::string text;
  if (result.earliest_loss) {
    text +=
        wrapped(fmt::format("One was lost after {} already, though others of that age were kept: "
                            "the path is lossy, or more than one.",
                            shown_at_most(*result.earliest_loss)),
                page.width, 2) +
        '\n';
  }
  if (result.outages == 0) return text;
  return text +
         wrapped(fmt::format("{} without notice in between, which younger connections felt as "
                             "well, was not put down to idle times.",
                             result.outages == 1 ? std::string{"An outage"}
                                                 : fmt::format("{} outages", result.outages)),
                 page.width, 2) +
         '\n';
}

std::string one_way(const FoundWay& found, const std::string& heading, const Page& page) {
  return sight_table(found.observations, heading, page) + '\n' + oddities(found.way.result, page);
}

std::string revival_line(const path::PathRevivals& revivals, std::string_view who) {
  if (revivals.asked == 0) return {};
  return fmt::format("  Of {} lost connections {} brought back {}.\n", revivals.asked, who,
                     revivals.revived);
}

std::string both_ways(const Found& found, const Page& page) {
  const path::PathWays ways = *found.ways();
  std::string text;
  if (ways.manner == PathManner::unclear) {
    text =
        "Probes from here: " + sentences(words_for(found.target, found.outward.way.result), page) +
        "Probes from the far end: " +
        sentences(words_for(found.target, found.inward->way.result), page);
  } else {
    text = sentences(words_for(found.target, ways), page);
  }
  text += one_way(found.outward, "WHAT A PROBE FROM HERE MET", page);
  text += one_way(*found.inward, "WHAT A PROBE FROM THE FAR END MET", page);
  const std::string revivals = revival_line(found.outward.way.revivals, "the far end's probes") +
                               revival_line(found.inward->way.revivals, "this end's probes");
  return text + (revivals.empty() ? revivals : revivals + '\n');
}

ordered_json milliseconds(const std::optional<Millis>& time) {
  return time ? ordered_json(time->count()) : ordered_json();
}

ordered_json way_json(const FoundWay& found) {
  const PathResult& result = found.way.result;
  const bool ended = result.lost || result.finding == PathFinding::far_end_ends;
  return {{"finding", name_of(result.finding)},
          {"kept_ms", result.kept.count()},
          {"lost_ms", milliseconds(result.lost)},
          {"estimate_ms", milliseconds(result.estimate())},
          {"error_ms", result.lost ? ordered_json(result.error().count()) : ordered_json()},
          {"how", ended ? ordered_json(name_of(result.how)) : ordered_json()},
          {"limit_ms", milliseconds(result.limit)},
          {"earliest_loss_ms", milliseconds(result.earliest_loss)},
          {"outages", result.outages}};
}

ordered_json observations_json(const FoundWay& found) {
  ordered_json seen = ordered_json::array();
  for (const PathObservation& each : found.observations) {
    seen.push_back({{"idle_ms", each.idle.count()}, {"sight", name_of(each.sight)}});
  }
  return seen;
}

ordered_json revivals_json(const path::PathRevivals& revivals) {
  return {{"asked", revivals.asked}, {"revived", revivals.revived}};
}

ordered_json inward_json(const FoundWay& found) {
  ordered_json json = way_json(found);
  json["revived_from_here"] = revivals_json(found.way.revivals);
  json["observations"] = observations_json(found);
  return json;
}

}  // namespace

std::optional<policy::Timing> advice_of(const Found& found) {
  const bool in_vain = found.trial && (found.trial->finding == path::TrialFinding::not_counted ||
                                       found.trial->finding == path::TrialFinding::ended);
  return in_vain ? std::nullopt : advice_for(found.joint(), accuracy_here());
}

bool is_clear(const Found& found) {
  if (found.trial && !advice_of(found)) return false;
  if (const auto ways = found.ways()) return ways->manner != PathManner::unclear;
  const PathFinding finding = found.outward.way.result.finding;
  return finding == PathFinding::forgets || finding == PathFinding::keeps;
}

std::string PathReport::text(const Page& page) const {
  std::string text = found_.inward
                         ? both_ways(found_, page)
                         : sentences(words_for(found_.target, found_.outward.way.result), page) +
                               one_way(found_.outward, "WHAT A PROBE MET", page);
  const path::PathResult joint = found_.joint();
  if (found_.trial && !advice_of(found_)) {
    text += trial_text(*found_.trial, joint, page);
  } else if (const auto timing = advice_of(found_)) {
    text += advice_text(*timing, page);
    if (found_.trial) text += trial_text(*found_.trial, joint, page);
  } else if (joint.finding == PathFinding::far_end_ends) {
    text += wrapped(
        "No T is advised: the far end's limit is the end of a connection, whatever probes it gets. "
        "The "
        "application sends something sooner, or the server's limit is raised.",
        page.width);
  } else if (joint.finding == PathFinding::forgets && joint.kept.count() != 0) {
    text += wrapped(
        "No keep-alive of the kernel comes in time on this path: the application has to send "
        "heartbeats.",
        page.width);
  }
  std::string last = fmt::format("Took {}, {} connections to {}.", shown(found_.took),
                                 found_.connections, found_.address);
  const std::string left = farewell_words(found_.farewells, found_.inward.has_value());
  last += left.empty() ? " The far end knows that they are over." : ' ' + left;
  return text + '\n' + page.coloured(Tone::faint, wrapped(last, page.width));
}

ordered_json PathReport::json() const {
  ordered_json json{{"target", found_.target}, {"address", found_.address}};
  json.update(way_json(found_.outward));
  const auto ways = found_.ways();
  json["manner"] = ways ? ordered_json(name_of(ways->manner)) : ordered_json();
  json["revived_from_far_end"] = ways ? revivals_json(found_.outward.way.revivals) : ordered_json();
  json["inward"] = ways ? inward_json(*found_.inward) : ordered_json();
  json["advice"] = ordered_json();
  if (const auto timing = advice_of(found_)) {
    json["advice"] = {{"time_ms", timing->idle.count()},
                      {"interval_ms", timing->interval.count()},
                      {"probes", timing->probes}};
  }
  json["trial"] = found_.trial ? trial_json(*found_.trial) : ordered_json();
  json["observations"] = observations_json(found_.outward);
  json["connections"] = found_.connections;
  json["far_end"] = {{"told", found_.farewells.told},
                     {"untold", found_.farewells.untold},
                     {"reset", found_.farewells.reset}};
  json["took_ms"] = found_.took.count();
  return json;
}

}  // namespace wsalive::cli::path_command
