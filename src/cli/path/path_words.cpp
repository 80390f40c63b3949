#include "cli/path/path_words.hpp"

#include <fmt/format.h>

#include "policy/duration.hpp"

namespace wsalive::cli::path_command {
namespace {

using path::PathFinding;
using path::PathManner;
using path::PathResult;
using path::PathSight;
using policy::format_duration;
using policy::Millis;

/// The error, rounded up.
std::string error_shown(Millis error) {
  const Millis step{100};
  return format_duration((error + step - Millis{1}) / step * step);
}

std::string headline(const std::string& target, const PathResult& result) {
  const std::string limit = result.limit ? shown(*result.limit) : std::string{};
  switch (result.finding) {
    case PathFinding::forgets:
      return fmt::format("The path to {} forgets an idle connection after {}, give or take {}.",
                         target, shown(*result.estimate()), error_shown(result.error()));
    case PathFinding::keeps:
      return fmt::format("The path to {} keeps an idle connection for {} at least.", target,
                         shown(result.kept));
    case PathFinding::far_end_ends:
      return result.how == PathSight::closed
                 ? fmt::format("{} itself closes idle connections after {}.", target, limit)
                 : fmt::format("Idle connections to {} end with a reset, unasked, after {}.",
                               target, limit);
    case PathFinding::far_end_talks:
      return fmt::format("{} speaks by itself, after {}: no connection stays idle for longer.",
                         target, limit);
    case PathFinding::no_answer:
      return fmt::format("{} answers no keep-alive probe, not even on a new connection.", target);
    case PathFinding::unreachable:
      return fmt::format("{} could not be reached any more.", target);
    case PathFinding::unsteady:
      return fmt::format("The path to {} keeps some connections and loses others of the same age.",
                         target);
  }
  return {};
}

std::string explanation(const PathResult& result) {
  switch (result.finding) {
    case PathFinding::forgets:
      return fmt::format("Kept after {}, lost after {}. What comes later {}.", shown(result.kept),
                         shown_at_most(*result.lost),
                         result.how == PathSight::reset ? "is answered with a reset"
                                                        : "is dropped without a word");
    case PathFinding::keeps:
      return "Longer times were not tried; --max sets how far to go.";
    case PathFinding::far_end_ends:
      return result.how == PathSight::closed
                 ? "That is the server's own idle limit, not the path's: its end of the connection "
                   "came through. Many servers end a connection that says nothing at its beginning "
                   "(PostgreSQL after a minute, OpenSSH after two), but not one that is in use. To "
                   "measure the path beyond it, ask another port, or run `wsalive serve` there and "
                   "ask that: --with-serve. Keep-alive probes do not move a server's limit."
                 : "Either the server ends them so, or something on the path does when it forgets. "
                   "From this end the two cannot be told apart; with `wsalive serve` at the far "
                   "end "
                   "they can (--with-serve).";
    case PathFinding::far_end_talks:
      return "What it sends keeps the path open, so nothing beyond can be measured on this port. "
             "Ask another one.";
    case PathFinding::no_answer:
      return "Every TCP stack answers them, so something in between drops them. Probes would not "
             "keep a connection on this path: the program itself must send something.";
    case PathFinding::unreachable:
      return "What was lost meanwhile says nothing about idle times. The same command goes on from "
             "what is known.";
    case PathFinding::unsteady:
      return "Several paths with memories of their own, or one that throws out connections when it "
             "is full. The settings below go by the shortest time after which one was lost.";
  }
  return {};
}

std::string_view fate(PathSight how) {
  return how == PathSight::reset ? "is answered with a reset" : "is dropped without a word";
}

/// "350s, give or take 3s"
std::string time_of(const PathResult& result) {
  return fmt::format("{}, give or take {}", shown(*result.estimate()), error_shown(result.error()));
}

std::string meaning_of(const path::PathWays& ways) {
  const std::string_view what = fate(ways.joint.how);
  switch (ways.manner) {
    case PathManner::keeps:
      return "Longer times were not tried; --max sets how far to go.";
    case PathManner::forgets:
      return fmt::format(
          "Whichever end speaks first afterwards: what it sends {}, and what the other end sends "
          "does "
          "not bring the connection back.",
          what);
    case PathManner::relearns_from_here:
      return fmt::format(
          "What the far end sends after that {}, until this end sends something: a program here "
          "that "
          "only waits (for the result of a long query, for messages) waits for ever. What this end "
          "sends always passes, so that without `wsalive serve` at the far end the path looks as "
          "if "
          "it forgot nothing.",
          what);
    case PathManner::relearns_from_far_end:
      return fmt::format(
          "What this end sends after that {}, until the far end sends something. What the far end "
          "sends always passes.",
          what);
    case PathManner::unclear:
      break;
  }
  return {};
}

}  // namespace

namespace {

Millis step_of(Millis time) { return Millis{time < Millis{60'000} ? 100 : 1'000}; }

}  // namespace

std::string shown(Millis time) { return format_duration(time - time % step_of(time)); }

std::string shown_at_most(Millis time) {
  const Millis step = step_of(time);
  return format_duration((time + step - Millis{1}) / step * step);
}

Sentences words_for(const std::string& target, const PathResult& result) {
  return {headline(target, result), explanation(result)};
}

Sentences words_for(const std::string& target, const path::PathWays& ways) {
  if (ways.manner == PathManner::keeps) {
    return {
        fmt::format("The path to {} keeps an idle connection for {} at least, in both directions.",
                    target, shown(ways.joint.kept)),
        meaning_of(ways)};
  }
  const std::string_view end =
      ways.manner == PathManner::relearns_from_here      ? "; only this end's segments pass then"
      : ways.manner == PathManner::relearns_from_far_end ? "; only the far end's segments pass then"
                                                         : ", in both directions";
  return {fmt::format("The path to {} forgets an idle connection after {}{}.", target,
                      time_of(ways.joint), end),
          meaning_of(ways)};
}

std::string farewell_words(const path::Farewells& farewells, bool served) {
  std::string words;
  if (const std::uint32_t untold = farewells.untold; untold != 0) {
    words = fmt::format(
        "{} {} may stay open at the far end, which has not acknowledged {} end: {}.", untold,
        untold == 1 ? "connection" : "connections", untold == 1 ? "its" : "their",
        served ? "`wsalive serve` closes connections without orders for a minute"
               : "a server ends that by a time-out or keep-alive of its own, if it has one");
  }
  if (farewells.reset != 0) {
    words += fmt::format(
        "{}{} ended with a reset: where the path sent that, the far end may hold {} still.",
        words.empty() ? "" : " ", farewells.reset, farewells.reset == 1 ? "it" : "them");
  }
  return words;
}

std::string words_for(PathSight sight) {
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

}  // namespace wsalive::cli::path_command
