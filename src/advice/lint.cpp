#include "advice/lint.hpp"

#include <algorithm>
#include <array>

#include "advice/notice.hpp"
#include "advice/path_timeouts.hpp"
#include "policy/duration.hpp"
#include "policy/kernel_fit.hpp"
#include "policy/path_settings.hpp"

namespace wsalive::advice {
namespace {

using Findings = std::vector<Finding>;

std::string shown(policy::Millis time) { return policy::format_duration(time); }
std::string shown(policy::DwordMillis time) {
  return policy::format_duration(policy::Millis{time.count()});
}

template <typename... Parts>
std::string joined(const Parts&... parts) {
  std::string text;
  (text.append(parts), ...);
  return text;
}

/// Typical numbers of seconds.
constexpr bool is_round_in_seconds(std::uint32_t number) noexcept {
  constexpr std::array<std::uint32_t, 22> kRound{1,   2,   3,   5,    10,   15,  20,  30,
                                                 45,  60,  75,  90,   120,  180, 240, 300,
                                                 350, 600, 900, 1200, 1800, 3600};
  return std::ranges::find(kRound, number) != kRound.end() || number == 7200;
}

/// A stored number of milliseconds that makes more sense as seconds.
void seconds_for_milliseconds(const LintSubject& subject, Findings& findings) {
  const auto look = [&](std::string_view value, std::optional<policy::DwordMillis> stored,
                        policy::DwordMillis below) {
    if (!stored || *stored >= below || !is_round_in_seconds(stored->count())) return;
    const std::string number = std::to_string(stored->count());
    findings.push_back(
        {.text = joined(value, " = ", number, " is ", shown(*stored),
                        ": the registry keeps milliseconds, not seconds"),
         .remedy = joined("if ", number, " seconds were meant: wsalive registry set ", value, " ",
                          number, "s"),
         .source = "K-80, K-81"});
  };
  look("KeepAliveTime", subject.registry.keep_alive_time, policy::DwordMillis{10'000});
  look("KeepAliveInterval", subject.registry.keep_alive_interval, policy::DwordMillis{100});
}

/// A time so long that it makes more sense divided by a thousand.
void milliseconds_for_seconds(const LintSubject& subject, Findings& findings) {
  const auto look = [&](std::string_view what, policy::DwordMillis time,
                        policy::DwordMillis above) {
    if (time < above || time.count() % 1'000'000 != 0) return;
    findings.push_back({.text = joined(what, " is ", shown(time), ", ",
                                       std::to_string(time.count() / 1000), " seconds"),
                        .remedy = joined("if milliseconds were meant, it is ",
                                         shown(policy::DwordMillis{time.count() / 1000})),
                        .source = {}});
  };
  if (subject.in_force.idle_from != policy::Source::release) {
    look("the time before the first probe", subject.in_force.timing.idle,
         policy::DwordMillis{10'000'000});
  }
  look("the interval", subject.in_force.timing.interval, policy::DwordMillis{1'000'000});
}

void flood(const LintSubject& subject, Findings& findings) {
  const policy::Timing& timing = subject.in_force.timing;
  constexpr policy::DwordMillis kLeast{200};
  if (timing.probes == 0 || timing.interval >= kLeast) return;
  findings.push_back({.text = joined("a probe every ", shown(timing.interval),
                                     " is a flood: answers take longer than that on most paths"),
                      .remedy = "an interval of 1s or more",
                      .source = "Linux answers one probe in 500ms at most (K-52)"});
}

void no_probes(const LintSubject& subject, Findings& findings) {
  if (subject.in_force.timing.probes != 0) return;
  findings.push_back({.text = "no probe is ever sent: SO_KEEPALIVE reads as on and has no effect",
                      .remedy = "a count of 5 or more",
                      .source = "K-53"});
}

void one_probe(const LintSubject& subject, Findings& findings) {
  if (subject.in_force.timing.probes != 1) return;
  findings.push_back({.text = "one lost segment ends a healthy connection: there is a single probe",
                      .remedy = "a count of 3 or more",
                      .source = "RFC 1122 4.2.3.6 (K-59)"});
}

/// The kernel alone keeps the connections, where an answer starts the timer with I, and I is above T.
bool waits_for_interval(const LintSubject& subject) {
  const policy::Timing& timing = subject.in_force.timing;
  return subject.accuracy.by == policy::KeptBy::kernel && timing.interval > timing.idle;
}

/// Most of the time until a dead peer is noticed passes between probes. Only the person who set the two numbers knows whether
/// they were exchanged; the rule suggests it only where one place has set both.
void idle_below_interval(const LintSubject& subject, Findings& findings) {
  const policy::SourcedTiming& from = subject.in_force;
  const bool is_one_place =
      from.idle_from == from.interval_from && from.idle_from != policy::Source::release;
  const policy::Timing& timing = subject.in_force.timing;
  if (timing.probes == 0 || timing.idle >= timing.interval) return;
  findings.push_back(
      {.text =
           joined("the first probe comes after ", shown(timing.idle), ", the next ones ",
                  shown(timing.interval), " apart: a dead peer is noticed long after the first one",
                  waits_for_interval(subject)
                      ? ", and by the kernel alone a peer that answers is probed as seldom"
                      : ""),
       .remedy = joined("an interval below the time, so that a loss is noticed soon after",
                        is_one_place ? "; if the two were exchanged, the other way round" : ""),
       .source = {}});
}

/// The advice for a path that forgets after this time.
std::string advised_time(const LintSubject& subject, policy::Millis forgets) {
  const auto timing = policy::settings_for_path(forgets, subject.accuracy);
  if (!timing) return "heartbeats of the application: no keep-alive of the kernel comes in time";
  const policy::DwordMillis idle = subject.in_force.timing.idle;
  std::string time = joined("a time of ", shown(timing->idle), " or less");
  std::string interval = joined("an interval of ", shown(timing->interval), " or less");
  if (!waits_for_interval(subject) || subject.in_force.timing.interval <= timing->interval)
    return time;
  return idle <= timing->idle ? interval : joined(time, ", and ", interval);
}

/// For settings that are not in use yet: programs on our library send the first probe at T as asked, the kernel alone at whole
/// seconds, which may be later. The later of the two.
policy::Span first_probe(const LintSubject& subject) {
  const policy::Timing& timing = subject.in_force.timing;
  const policy::Span first = policy::probe_span(timing, 1, subject.accuracy, subject.behind);
  if (subject.accuracy.by == policy::KeptBy::engine) return first;
  const policy::Timing kept =
      policy::as_timing(policy::fit_to_kernel(timing, policy::RoundIdle::down));
  const policy::Span alone = policy::probe_span(kept, 1, subject.accuracy, subject.behind);
  return {std::max(first.earliest, alone.earliest), std::max(first.latest, alone.latest)};
}

void known_path_forgets(const LintSubject& subject, policy::Millis forgets, Findings& findings) {
  const policy::Span first = first_probe(subject);
  if (first.latest < forgets) return;
  const bool may_come = first.earliest < forgets;
  const std::string when = policy::format_span(first);
  findings.push_back({.text = may_come ? joined("the path forgets after ", shown(forgets),
                                                ", and the first probe leaves after ", when,
                                                " of silence: it may come too late")
                                       : joined("the path forgets after ", shown(forgets),
                                                ", before the first probe at ", when),
                      .remedy = advised_time(subject, forgets),
                      .source = !may_come ? ""
                                : waits_for_interval(subject)
                                    ? "Linux: after a probe that was answered the kernel "
                                      "waits for the interval"
                                    : "Linux: the kernel's timers are coarse"});
}

void path_forgets(const LintSubject& subject, Findings& findings) {
  if (subject.in_force.timing.probes == 0) return;
  if (subject.path_timeout) return known_path_forgets(subject, *subject.path_timeout, findings);
  const policy::Span first = first_probe(subject);
  std::string paths;
  std::string sources;
  for (const PathTimeout& path : kPathTimeouts) {
    if (first.latest < path.time) continue;
    paths += joined(paths.empty() ? "" : ", ", shown(path.time), " (", path.where, ")");
    sources += joined(sources.empty() ? "" : "; ", path.source);
  }
  if (paths.empty()) return;
  findings.push_back({.text = joined("the first probe at ", policy::format_span(first),
                                     " is too late for paths that forget after ", paths),
                      .remedy = joined(advised_time(subject, kPathTimeouts.front().time),
                                       ", if the path is one of these"),
                      .source = sources});
}

void short_patience(const LintSubject& subject, Findings& findings) {
  const policy::Timing& timing = subject.in_force.timing;
  constexpr policy::Millis kOutage{3'000};
  // More than N probes may leave, or a user time-out may replace the count: the patience grows or shrinks.
  const std::uint32_t probes =
      policy::probes_to_the_end(timing, subject.user_timeout, subject.accuracy);
  const policy::Millis patience{std::int64_t{timing.interval.count()} * probes};
  if (timing.probes < 2 || patience >= kOutage) return;
  findings.push_back({.text = joined("an outage of ", shown(patience),
                                     " ends the connection: a change of route takes longer"),
                      .remedy = "more probes, or a longer interval",
                      .source = {}});
}

void counts_without_effect(const LintSubject& subject, Findings& findings) {
  const policy::RegistryValues& stored = subject.registry;
  const bool any = stored.tcp_max_data_retransmissions || stored.pptp_tcp_max_data_retransmissions;
  if (any && row(subject.release).probe_count == policy::ProbeCountRule::ten) {
    findings.push_back({.text = joined(row(subject.release).title,
                                       " sends 10 probes whatever the registry says: "
                                       "TcpMaxDataRetransmissions has no effect on keep-alive"),
                        .remedy = "a release up to ws2003, or TCP_KEEPCNT in the program",
                        .source = "K-53, K-82"});
  } else if (any &&
             (stored.tcp_max_data_retransmissions.value_or(policy::kAbsentCount) == 0) !=
                 (stored.pptp_tcp_max_data_retransmissions.value_or(policy::kAbsentCount) == 0)) {
    findings.push_back(
        {.text = "one of the two retransmission counts is 0, but the larger one counts",
         .remedy = "both, if no probes were meant",
         .source = "K-53, K-54"});
  }
}

/// A stored count above the maximum; releases since Vista read neither count.
void count_lowered(const LintSubject& subject, Findings& findings) {
  const auto look = [&](std::string_view value, std::optional<std::uint32_t> stored) {
    if (!stored || *stored <= policy::kLargestCount) return;
    findings.push_back(
        {.severity = Severity::note,
         .text = joined(value, ": stored ", std::to_string(*stored), ", counts as ",
                        std::to_string(policy::kLargestCount), " on releases up to ws2003"),
         .remedy = joined("wsalive registry set ", value, " ",
                          std::to_string(policy::kLargestCount), ", if that is meant"),
         .source = "K-53, K-83"});
  };
  look("TcpMaxDataRetransmissions", subject.registry.tcp_max_data_retransmissions);
  look("PPTPTcpMaxDataRetransmissions", subject.registry.pptp_tcp_max_data_retransmissions);
}

void late_detection(const LintSubject& subject, Findings& findings) {
  constexpr policy::Millis kLong{15 * 60'000};
  const std::optional<policy::Span> noticed = when_noticed({.on = true,
                                                            .timing = subject.in_force.timing,
                                                            .user_timeout = subject.user_timeout,
                                                            .accuracy = subject.accuracy})
                                                  .after;
  if (!noticed || noticed->earliest <= kLong) return;
  findings.push_back(
      {.severity = Severity::note,
       .text = joined("a dead peer is noticed after ", policy::format_span(*noticed)),
       .remedy = {},
       .source = {}});
}

void kernel_rounds(const LintSubject& subject, Findings& findings) {
  const policy::Timing& wanted = subject.in_force.timing;
  if (wanted.probes == 0) return;
  const policy::Timing kept =
      policy::as_timing(policy::fit_to_kernel(wanted, policy::RoundIdle::down));
  if (kept == wanted) return;
  findings.push_back(
      {.severity = Severity::note,
       .text = joined("in programs that the kernel alone keeps alive, this becomes T ",
                      shown(kept.idle), ", I ", shown(kept.interval), ", N ",
                      std::to_string(kept.probes)),
       .remedy = "programs on our library keep it exactly",
       .source = "Linux keeps whole seconds"});
}

constexpr std::array kTimingRules{
    // clang-format off
    LintRule{"no-probes",                "a count of 0",                                             no_probes},
    LintRule{"one-probe",                "a count of 1",                                             one_probe},
    LintRule{"flood",                    "an interval in which no answer can come",                  flood},
    LintRule{"seconds-for-milliseconds", "seconds stored where milliseconds are kept",               seconds_for_milliseconds},
    LintRule{"milliseconds-for-seconds", "milliseconds given where seconds are taken",               milliseconds_for_seconds},
    LintRule{"idle-below-interval",      "a time shorter than the interval",                         idle_below_interval},
    LintRule{"path-forgets",             "a first probe after the path has forgotten the connection", path_forgets},
    LintRule{"short-patience",           "a count and an interval that survive no short outage",     short_patience},
    LintRule{"count-without-effect",     "registry counts that the release does not read",           counts_without_effect},
    LintRule{"count-lowered",            "registry counts above the most that is sent",              count_lowered},
    LintRule{"late-detection",           "a dead peer that is noticed late",                         late_detection},
    LintRule{"kernel-rounds", "times that Linux' own keep-alive cannot hold", kernel_rounds},
    // clang-format on
};

}  // namespace

std::span<const LintRule> lint_rules() noexcept { return kTimingRules; }

std::vector<Finding> lint(const LintSubject& subject) {
  std::vector<Finding> findings;
  for (const LintRule& rule : kTimingRules) {
    const std::size_t before = findings.size();
    rule.check(subject, findings);
    for (std::size_t at = before; at < findings.size(); ++at) findings[at].rule = rule.name;
  }
  return findings;
}

}  // namespace wsalive::advice
