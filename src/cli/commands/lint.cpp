// wsalive lint: likely mistakes in keep-alive settings. The rules are advice/lint.hpp's.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "advice/lint.hpp"
#include "cli/commands/commands.hpp"
#include "cli/frame/messages.hpp"
#include "cli/frame/option_types.hpp"
#include "cli/frame/report.hpp"
#include "cli/frame/timing_options.hpp"
#include "cli/live/connections.hpp"
#include "cli/live/live_lint.hpp"
#include "os/clock.hpp"

namespace wsalive::cli {
namespace {

using advice::Finding;
using advice::Severity;
using drawing::Tone;

std::size_t count_of(const std::vector<Finding>& findings, Severity severity) {
  return static_cast<std::size_t>(std::ranges::count(findings, severity, &Finding::severity));
}

std::string plural(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

class LintReport final : public Report {
 public:
  LintReport(policy::Timing timing, policy::Millis user_timeout, std::vector<Finding> findings)
      : timing_(timing), user_timeout_(user_timeout), findings_(std::move(findings)) {}

  [[nodiscard]] bool has_warnings() const { return count_of(findings_, Severity::warning) != 0; }

  [[nodiscard]] std::string text(const Page& page) const override {
    const auto shown = [](policy::DwordMillis time) {
      return policy::format_duration(policy::Millis{time.count()});
    };
    std::string numbers = fmt::format("T {}, I {}, N {}", shown(timing_.idle),
                                      shown(timing_.interval), timing_.probes);
    if (user_timeout_.count() != 0)
      numbers += fmt::format(", user time-out {}", policy::format_duration(user_timeout_));
    std::string text = page.coloured(Tone::faint, numbers) + "\n\n";
    for (const Finding& finding : findings_) text += paragraph(finding, page);
    return text + summary(page) + '\n';
  }

  [[nodiscard]] nlohmann::ordered_json json() const override {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const Finding& finding : findings_) {
      list.push_back({{"rule", finding.rule},
                      {"severity", finding.severity == Severity::warning ? "warning" : "note"},
                      {"text", finding.text},
                      {"remedy", finding.remedy},
                      {"source", finding.source}});
    }
    return {{"time_ms", timing_.idle.count()},
            {"interval_ms", timing_.interval.count()},
            {"probes", timing_.probes},
            {"user_timeout_ms", user_timeout_.count()},
            {"warnings", count_of(findings_, Severity::warning)},
            {"findings", list}};
  }

 private:
  static std::string paragraph(const Finding& finding, const Page& page) {
    const bool warning = finding.severity == Severity::warning;
    std::string text = fmt::format(
        "{} {}\n", page.coloured(warning ? Tone::bad : Tone::busy, warning ? "warning" : "note"),
        page.coloured(Tone::strong, finding.rule));
    text += wrapped(finding.text, page.width, 2);
    if (!finding.remedy.empty()) text += wrapped("better: " + finding.remedy, page.width, 2);
    if (!finding.source.empty()) text += wrapped("source: " + finding.source, page.width, 2);
    return text + '\n';
  }

  [[nodiscard]] std::string summary(const Page& page) const {
    const std::size_t warnings = count_of(findings_, Severity::warning);
    const std::size_t notes = count_of(findings_, Severity::note);
    if (warnings + notes == 0) return page.coloured(Tone::good, "Nothing to complain about.");
    return page.coloured(
        warnings != 0 ? Tone::bad : Tone::good,
        fmt::format("{}, {}.", plural(warnings, "warning"), plural(notes, "note")));
  }

  policy::Timing timing_;
  policy::Millis user_timeout_;
  std::vector<Finding> findings_;
};

class Lint final : public Command {
 public:
  void declare(CLI::App& parser) override {
    parser.add_option("process", pid_, "Look at the sockets that this process has open")
        ->type_name("PID")
        ->check(process_number());
    static_cast<void>(selection_.declare(parser));
    parser.add_flag("--all", all_, "Look at every socket of this host");
    timing_.declare(parser);
    timing_.declare_user_timeout(parser);
    add_time_out(parser, "--path-timeout", path_timeout_,
                 "How long the path remembers an idle connection (350s)");
    parser.add_flag("--wide", wide_, "Every socket of a finding, and not the first four alone");
    CLI::Option* const monitor = parser.add_flag(
        "--monitor", monitor_, "One line, and the exit status of a monitoring plugin: 0 to 3");
    add_count(parser, "--critical", critical_, {},
              "With --monitor: as many sockets with warnings are critical")
        ->needs(monitor);
  }

  Outcome run() override {
    const Fallible<ChosenTiming> chosen = timing_.resolve();
    if (!chosen) return tl::unexpected(chosen.error());
    const bool is_live = pid_ || all_ || selection_.is_given();
    if (is_live && (chosen->anything_asked || chosen->user_timeout)) {
      return tl::unexpected(failure_of(Message::conflict, "cannot lint", {},
                                       {"open sockets and other settings are asked for at once",
                                        "choose the sockets alone, or the settings alone"}));
    }
    if (pid_ && selection_.pid) {
      return tl::unexpected(
          failure_of(Message::conflict, "cannot lint", {},
                     {"two processes are named", "name one, with --pid or without"}));
    }
    if (all_ && (pid_ || selection_.is_given())) {
      return tl::unexpected(failure_of(Message::conflict, "cannot lint", {},
                                       {"all sockets and some of them are asked for at once",
                                        "leave --all away, or what chooses"}));
    }
    if (monitor_ && !is_live) {
      return tl::unexpected(
          failure_of(Message::not_said, "cannot monitor", {},
                     {"which sockets", "give --all, or choose some, as with --unit"}));
    }
    if (is_live) return look_at_sockets();
    std::vector<Finding> findings;
    for (const std::string& remark : chosen->settings.remarks) {
      findings.push_back({.rule = "registry-value",
                          .text = remark,
                          .remedy = "mend it: until then it counts as absent",
                          .source = "K-84, K-85"});
    }
    for (Finding& finding : findings_of(*chosen)) findings.push_back(std::move(finding));
    auto report = std::make_unique<LintReport>(chosen->timing.timing, user_timeout(*chosen),
                                               std::move(findings));
    const ExitCode code = report->has_warnings() ? ExitCode::findings : ExitCode::ok;
    return Answer{std::move(report), static_cast<int>(code)};
  }

  Fallible<void> takes_json() const override {
    if (!monitor_) return {};
    return tl::unexpected(failure_of(
        Message::conflict, "cannot monitor", {},
        {"a monitor's line and JSON are asked for at once", "leave --monitor or --json away"}));
  }

  std::optional<Answer> on_failure(std::string_view line,
                                   std::span<const char* const> words) const override {
    constexpr std::string_view kOption = "--monitor";
    const bool monitors =
        std::ranges::any_of(words, [&](std::string_view word) { return word == kOption; });
    return monitors ? std::optional{unknown_to_monitor(line)} : std::nullopt;
  }

 private:
  static policy::Millis user_timeout(const ChosenTiming& chosen) {
    return chosen.user_timeout.value_or(policy::Millis{});
  }

  /// Of the settings themselves, and of an idle socket that has them, in a program that the kernel alone keeps alive.
  [[nodiscard]] std::vector<Finding> findings_of(const ChosenTiming& chosen) const {
    const policy::Accuracy accuracy{policy::KeptBy::kernel, os::tick_length()};
    advice::LiveSocket idle;
    idle.state.on = true;
    idle.state.timing = chosen.timing.timing;
    idle.state.user_timeout = user_timeout(chosen);
    idle.state.accuracy = accuracy;
    std::vector<Finding> findings = advice::lint(idle);
    const advice::LintSubject numbers{.release = chosen.settings.release,
                                      .registry = chosen.settings.registry,
                                      .socket = chosen.asked,
                                      .in_force = chosen.timing,
                                      .path_timeout = path_timeout_,
                                      .accuracy = accuracy,
                                      .user_timeout = user_timeout(chosen)};
    for (Finding& finding : advice::lint(numbers)) {
      findings.push_back(std::move(finding));
    }
    return findings;
  }

  Outcome look_at_sockets() {
    if (pid_) selection_.pid = pid_;
    LintQuestion question{.selection = selection_, .path_timeout = path_timeout_};
    question.wide = wide_;
    if (monitor_) question.monitor = Monitor{critical_};
    return lint_sockets(question);
  }

  std::optional<pid_t> pid_;
  Selection selection_;
  bool all_ = false;
  bool monitor_ = false;
  bool wide_ = false;
  std::optional<std::size_t> critical_;
  TimingOptions timing_;
  std::optional<policy::Millis> path_timeout_;
};

}  // namespace

std::unique_ptr<Command> make_lint() { return std::make_unique<Lint>(); }

}  // namespace wsalive::cli
