#include "cli/live/live_lint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "advice/lint.hpp"
#include "advice/path_timeouts.hpp"
#include "cli/frame/refusals.hpp"
#include "cli/frame/report.hpp"
#include "cli/live/connection_text.hpp"
#include "cli/live/live_socket.hpp"
#include "cli/live/set_sockets.hpp"
#include "os/socket/address.hpp"

namespace wsalive::cli {
namespace {

using advice::Finding;
using advice::Severity;
using drawing::Tone;
using nlohmann::ordered_json;

/// The exit statuses of monitoring plugins of Nagios and the like.
enum class Health : std::uint8_t { ok = 0, warning = 1, critical = 2, unknown = 3 };
constexpr std::array kHealth{"OK", "WARNING", "CRITICAL", "UNKNOWN"};

/// The same finding, in the same words, on one or many sockets.
struct Found {
  Finding finding;
  std::vector<const Connection*> sockets;
};

struct Counts {
  std::size_t sockets = 0;   ///< Inspected.
  std::size_t warned = 0;    ///< Sockets with a warning.
  std::size_t warnings = 0;  ///< Kinds, as `notes`: one rule on many sockets is one.
  std::size_t notes = 0;
  std::size_t unseen = 0;  ///< Sockets that could not be inspected.
  std::size_t hidden = 0;  ///< Processes that may not be inspected.
};

std::string plural(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// In one line, without bars: a bar would start the numbers.
std::string for_monitor(std::string text) {
  std::ranges::replace(text, '|', '/');
  std::ranges::replace(text, '\n', ' ');
  return text;
}

bool is_warning(const Found& found) { return found.finding.severity == Severity::warning; }

class LiveLintReport final : public Report {
 public:
  LiveLintReport(Connections connections, const LintQuestion& question)
      : connections_(std::move(connections)),
        monitor_(question.monitor),
        asked_(question.selection),
        wide_(question.wide) {
    for (const Connection& each : connections_.list) look_at(each, question.path_timeout);
    std::ranges::stable_sort(found_, {}, [](const Found& f) {
      return std::pair{f.finding.severity, f.finding.rule};
    });
    count();
  }

  [[nodiscard]] int status() const {
    if (monitor_) return static_cast<int>(health());
    if (counts_.warnings != 0) return static_cast<int>(ExitCode::findings);
    return static_cast<int>(is_whole() ? ExitCode::ok : ExitCode::denied);
  }

  [[nodiscard]] std::string text(const Page& page) const override {
    if (monitor_) return monitor_line();
    std::string text;
    for (const Rule& rule : by_rule()) text += paragraph(rule, page);
    const bool well = counts_.warnings == 0 && is_whole();
    return text + page.coloured(well ? Tone::good : Tone::bad, summary()) + '\n';
  }

  [[nodiscard]] ordered_json json() const override {
    ordered_json list = ordered_json::array();
    for (const Rule& rule : by_rule()) list.push_back(rule_json(rule));
    return {{"sockets", counts_.sockets},       {"warnings", counts_.warnings},
            {"notes", counts_.notes},           {"warned_sockets", counts_.warned},
            {"unseen_sockets", counts_.unseen}, {"hidden_processes", counts_.hidden},
            {"hidden", hidden_json()},          {"findings", list}};
  }

 private:
  using Rule = std::span<const Found>;  ///< Findings of one rule.

  void look_at(const Connection& connection, std::optional<policy::Millis> path) {
    if (!connection.keep_alive || !connection.owner) {
      // A socket without a process cannot be kept alive, and is no mistake of a program.
      if (connection.unknown_as != ExitCode::gone) ++counts_.unseen;
      return;
    }
    ++counts_.sockets;
    const advice::LiveSocket socket = live_socket(connection, connections_, path);
    for (Finding& finding : advice::lint(socket)) add(std::move(finding), connection);
    if (!socket.state.on || socket.listens) return;
    policy::SourcedTiming in_force = connection.keep_alive->sourced;
    in_force.timing = connection.keep_alive->timing;
    const advice::LintSubject numbers{.release = policy::kDefaultRelease,
                                      .registry = {},
                                      .socket = {},
                                      .in_force = in_force,
                                      .path_timeout = path,
                                      .accuracy = socket.state.accuracy,
                                      .user_timeout = socket.state.user_timeout,
                                      .behind = advice::timer_behind(socket.state)};
    for (Finding& finding : advice::lint(numbers)) {
      if (finding.rule != "path-forgets" || path_matters(socket))
        add(std::move(finding), connection);
    }
  }

  /// With a known time-out the rules about the path apply as in `watch`; else the time-out is a guess, and within one machine
  /// there is no path.
  static bool path_matters(const advice::LiveSocket& socket) {
    if (!socket.path_timeout) return !socket.on_this_machine;
    return advice::path_outlook(socket.state, socket.heard, socket.path_timeout) !=
           advice::Outlook::well;
  }

  void add(Finding finding, const Connection& connection) {
    const auto same = std::ranges::find_if(found_, [&](const Found& f) {
      return f.finding.rule == finding.rule && f.finding.text == finding.text &&
             f.finding.set == finding.set;
    });
    if (same != found_.end()) {
      same->sockets.push_back(&connection);
    } else {
      found_.push_back({std::move(finding), {&connection}});
    }
  }

  /// `found_` is sorted by rule.
  [[nodiscard]] std::vector<Rule> by_rule() const {
    std::vector<Rule> rules;
    for (auto first = found_.begin(); first != found_.end();) {
      const auto next = std::find_if(first, found_.end(), [&](const Found& f) {
        return f.finding.rule != first->finding.rule;
      });
      rules.emplace_back(first, next);
      first = next;
    }
    return rules;
  }

  void count() {
    std::set<const Connection*> warned;
    for (const Found& each : found_) {
      if (is_warning(each)) warned.insert(each.sockets.begin(), each.sockets.end());
    }
    counts_.warned = warned.size();
    for (const Rule& rule : by_rule()) {
      ++(is_warning(rule.front()) ? counts_.warnings : counts_.notes);
    }
    counts_.hidden = connections_.hidden.size();
  }

  [[nodiscard]] bool is_whole() const { return counts_.unseen + counts_.hidden == 0; }

  [[nodiscard]] Health health() const {
    if (monitor_ && monitor_->critical && counts_.warned >= *monitor_->critical)
      return Health::critical;
    if (counts_.warnings != 0) return Health::warning;
    return is_whole() && counts_.sockets != 0 ? Health::ok : Health::unknown;
  }

  /// A threshold in the numbers is the highest good value: one less than a warning, or critical.
  [[nodiscard]] std::string monitor_line() const {
    std::vector<std::string_view> rules;
    for (const Found& each : found_) {
      if (is_warning(each) && (rules.empty() || rules.back() != each.finding.rule))
        rules.push_back(each.finding.rule);
    }
    return fmt::format("WSALIVE {}: {} | sockets={} warned={};0;{} notes={} unseen={} hidden={}\n",
                       kHealth.at(static_cast<std::size_t>(health())),
                       for_monitor(fmt::format("{}{}{}", summary(), rules.empty() ? "" : " ",
                                               fmt::join(rules, ", "))),
                       counts_.sockets, counts_.warned,
                       monitor_->critical ? std::to_string(*monitor_->critical - 1) : "",
                       counts_.notes, counts_.unseen, counts_.hidden);
  }

  [[nodiscard]] std::string summary() const {
    std::string text = plural(counts_.sockets, "TCP socket") + " looked at";
    if (counts_.unseen != 0) text += fmt::format(", {} could not be", counts_.unseen);
    if (counts_.hidden != 0) {
      text += fmt::format(", {} process{} may not be looked into ({})", counts_.hidden,
                          counts_.hidden == 1 ? "" : "es", names_of(connections_.hidden));
    }
    if (counts_.sockets == 0 && is_whole()) return text + ": there is none.";
    if (counts_.sockets == 0)
      return text + ": those that there are may not be looked into; " +
             as_root("CAP_SYS_PTRACE over their programs") + '.';
    if (found_.empty()) return text + ": nothing to complain about.";
    text += fmt::format(": {}", plural(counts_.warnings, "warning"));
    if (counts_.warned != 0) text += fmt::format(" on {}", plural(counts_.warned, "socket"));
    return text + fmt::format(", {}.", plural(counts_.notes, "note"));
  }

  [[nodiscard]] ordered_json hidden_json() const {
    ordered_json list = ordered_json::array();
    for (const Hidden& each : connections_.hidden)
      list.push_back({{"program", each.program}, {"pid", each.pid}});
    return list;
  }

  /// The text for the first socket represents all; each has its own words, too.
  [[nodiscard]] ordered_json rule_json(const Rule& rule) const {
    std::vector<int> descriptors;
    ordered_json sockets = ordered_json::array();
    for (const Found& found : rule) {
      for (const Connection* const each : found.sockets) {
        descriptors.push_back(each->owner->fd);
        sockets.push_back({{"program", each->owner->program},
                           {"pid", each->owner->pid},
                           {"fd", each->owner->fd},
                           {"local", os::format_endpoint(each->socket.local)},
                           {"remote", os::format_endpoint(each->socket.remote)},
                           {"text", found.finding.text},
                           {"remedy", remedy_for(found.finding, std::span{&each, 1})}});
      }
    }
    const Finding& first = rule.front().finding;
    return {{"rule", first.rule},     {"severity", is_warning(rule.front()) ? "warning" : "note"},
            {"text", first.text},     {"remedy", remedy_for(first, rule.front().sockets)},
            {"source", first.source}, {"fds", descriptors},
            {"sockets", sockets}};
  }

  static constexpr std::string_view kAllListed = " (--wide lists all)";

  /// The sockets with findings of one rule: the first few, or all, by name, each with its finding.
  [[nodiscard]] std::string paragraph(Rule found, const Page& page) const {
    const std::size_t most = wide_ ? std::numeric_limits<std::size_t>::max() : 4;
    const Found& first = found.front();
    std::string text = fmt::format("{} {}\n",
                                   page.coloured(is_warning(first) ? Tone::bad : Tone::busy,
                                                 is_warning(first) ? "warning" : "note"),
                                   page.coloured(Tone::strong, first.finding.rule));
    std::size_t named = 0;
    std::size_t rest = 0;
    for (const Found& each : found) {
      const std::size_t now = std::min(most - named, each.sockets.size());
      if (now == 0) {
        rest += each.sockets.size();
        continue;
      }
      for (const Connection* const socket : std::span{each.sockets}.first(now)) {
        text +=
            fmt::format("  {} {}\n", page.coloured(Tone::strong, socket->name()), ends_of(*socket));
      }
      if (each.sockets.size() > now)
        text += fmt::format("  and {} more{}\n", each.sockets.size() - now, kAllListed);
      text += words(each, page);
      named += now;
    }
    if (rest != 0) text += fmt::format("  and {} more of this kind{}\n", rest, kAllListed);
    return text + '\n';
  }

  [[nodiscard]] std::string words(const Found& found, const Page& page) const {
    std::string text = wrapped(found.finding.text, page.width, 4);
    const std::string remedy = remedy_for(found.finding, found.sockets);
    if (!remedy.empty()) text += wrapped("better: " + remedy, page.width, 4);
    const std::string& source = found.finding.source;
    return source.empty() ? text : text + wrapped("source: " + source, page.width, 4);
  }

  /// A command to copy, which sets only these sockets, or says how many it sets.
  [[nodiscard]] std::string remedy_for(const Finding& finding,
                                       std::span<const Connection* const> sockets) const {
    if (finding.set.empty()) return finding.remedy;
    const SetTarget target = set_target(sockets, asked_, connections_);
    std::string text = fmt::format("wsalive set {} {}", target.words, finding.set);
    if (target.touches > sockets.size()) {
      text += fmt::format(" (sets {}, these {} among them)", plural(target.touches, "socket"),
                          sockets.size());
    }
    return finding.remedy.empty() ? text : fmt::format("{}, or {}", text, finding.remedy);
  }

  Connections connections_;
  std::optional<Monitor> monitor_;
  Selection asked_;
  bool wide_;
  std::vector<Found> found_;
  Counts counts_;
};

Fallible<Connections> sockets_meant(Selection selection) {
  if (selection.pid && !selection.group.is_given()) return sockets_of(selection);
  selection.listeners = true;
  return find_connections(selection);
}

/// A monitor gets a failure like everything else: on standard output, in one line.
class UnknownReport final : public Report {
 public:
  explicit UnknownReport(std::string_view what) : what_(what) {}
  [[nodiscard]] std::string text(const Page& /*page*/) const override {
    return fmt::format("WSALIVE UNKNOWN: {}\n", for_monitor(what_));
  }
  [[nodiscard]] ordered_json json() const override {
    return {{"health", "UNKNOWN"}, {"failure", what_}};
  }

 private:
  std::string what_;
};

}  // namespace

Outcome lint_sockets(const LintQuestion& question) {
  auto sockets = sockets_meant(question.selection);
  if (!sockets) return tl::unexpected(sockets.error());
  auto report = std::make_unique<LiveLintReport>(std::move(*sockets), question);
  const int status = report->status();
  return Answer{std::move(report), status};
}

Answer unknown_to_monitor(std::string_view what) {
  return {std::make_unique<UnknownReport>(what), static_cast<int>(Health::unknown)};
}

}  // namespace wsalive::cli
