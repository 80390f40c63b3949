#include "cli/live/live_lint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "advice/socket_lint.hpp"
#include "cli/frame/columns.hpp"
#include "cli/live/connection_text.hpp"
#include "cli/live/live_socket.hpp"
#include "os/socket/address_text.hpp"

namespace wsalive::cli {
namespace {

using advice::Finding;
using advice::Severity;
using drawing::Tone;

/// The same finding on one or many sockets.
struct Found {
  Finding finding;
  std::vector<const Connection*> sockets;
};

class LiveLintReport final : public Report {
 public:
  LiveLintReport(Connections connections, std::optional<policy::Millis> path)
      : connections_(std::move(connections)) {
    for (const Connection& each : connections_.list) look_at(each, path);
    std::ranges::stable_sort(found_, {}, [](const Found& f) { return f.finding.severity; });
  }

  [[nodiscard]] std::size_t warnings() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        found_, [](const Found& f) { return f.finding.severity == Severity::warning; }));
  }

  [[nodiscard]] std::string text(const Page& page) const override {
    std::string text;
    for (const Found& each : found_) text += paragraph(each, page);
    const std::size_t notes = found_.size() - warnings();
    const std::string count = fmt::format("{} TCP socket{} looked at", connections_.list.size(),
                                          connections_.list.size() == 1 ? "" : "s");
    if (found_.empty())
      return text + page.ink(Tone::good, count + ": nothing to complain about.") + '\n';
    return text +
           page.ink(warnings() != 0 ? Tone::bad : Tone::good,
                    fmt::format("{}: {} warning{}, {} note{}.", count, warnings(),
                                warnings() == 1 ? "" : "s", notes, notes == 1 ? "" : "s")) +
           '\n';
  }

  [[nodiscard]] nlohmann::ordered_json json() const override {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const Found& each : found_) {
      std::vector<int> descriptors;
      for (const Connection* socket : each.sockets) descriptors.push_back(socket->owner->fd);
      list.push_back({{"rule", each.finding.rule},
                      {"severity", each.finding.severity == Severity::warning ? "warning" : "note"},
                      {"text", each.finding.text},
                      {"remedy", each.finding.remedy},
                      {"source", each.finding.source},
                      {"fds", descriptors}});
    }
    return {{"sockets", connections_.list.size()}, {"warnings", warnings()}, {"findings", list}};
  }

 private:
  void look_at(const Connection& connection, std::optional<policy::Millis> path) {
    if (!connection.keep_alive || !connection.owner) return;
    const advice::LiveSocket socket = live_socket(connection, connections_, path);
    for (Finding& finding : advice::lint(socket)) add(std::move(finding), connection);
    if (!socket.state.on || socket.listens) return;
    const advice::LintSubject numbers{.release = policy::kDefaultRelease,
                                      .registry = {},
                                      .socket = {},
                                      .in_force = connection.keep_alive->sourced,
                                      .path_timeout = path,
                                      .accuracy = socket.state.accuracy};
    for (Finding& finding : advice::lint(numbers)) add(std::move(finding), connection);
  }

  void add(Finding finding, const Connection& connection) {
    const auto same = std::ranges::find_if(found_, [&](const Found& f) {
      return f.finding.rule == finding.rule && f.finding.text == finding.text;
    });
    if (same != found_.end()) {
      same->sockets.push_back(&connection);
    } else {
      found_.push_back({std::move(finding), {&connection}});
    }
  }

  static std::string paragraph(const Found& found, const Page& page) {
    constexpr std::size_t kNamed = 4;
    const bool warning = found.finding.severity == Severity::warning;
    std::string text = fmt::format(
        "{} {}\n", page.ink(warning ? Tone::bad : Tone::busy, warning ? "warning" : "note"),
        page.ink(Tone::strong, found.finding.rule));
    for (std::size_t at = 0; at < std::min(kNamed, found.sockets.size()); ++at) {
      const Connection& socket = *found.sockets[at];
      text += fmt::format("  {} {}\n", page.ink(Tone::strong, socket.name()), ends_of(socket));
    }
    if (found.sockets.size() > kNamed)
      text += fmt::format("  and {} more\n", found.sockets.size() - kNamed);
    text += wrapped(found.finding.text, page.width, 4);
    if (!found.finding.remedy.empty())
      text += wrapped("better: " + found.finding.remedy, page.width, 4);
    if (!found.finding.source.empty())
      text += wrapped("source: " + found.finding.source, page.width, 4);
    return text + '\n';
  }

  Connections connections_;
  std::vector<Found> found_;
};

}  // namespace

Outcome lint_process(pid_t pid, std::optional<policy::Millis> path_timeout) {
  auto sockets = sockets_of(pid);
  if (!sockets) return tl::unexpected(sockets.error());
  auto report = std::make_unique<LiveLintReport>(std::move(*sockets), path_timeout);
  const ExitCode code = report->warnings() != 0 ? ExitCode::findings : ExitCode::ok;
  return Answer{std::move(report), static_cast<int>(code)};
}

}  // namespace wsalive::cli
