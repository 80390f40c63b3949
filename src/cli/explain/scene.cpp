#include "cli/explain/scene.hpp"

#include <fmt/format.h>

#include <charconv>

#include "advice/path_timeouts.hpp"
#include "cli/frame/messages.hpp"
#include "cli/live/keepalive_text.hpp"
#include "os/clock.hpp"
#include "os/file/file.hpp"
#include "policy/duration.hpp"

namespace wsalive::cli::explain {
namespace {

using advice::Stack;
using advice::Story;
using policy::DwordMillis;
using policy::Millis;
using policy::Release;

constexpr std::string_view kLinux = "linux";
constexpr std::size_t kMostEvents = 600;
constexpr std::size_t kCycles = 3;  // Answered probes before "and so on".

/// A number of /proc/sys, or the kernel's default.
std::uint32_t sysctl(const char* name, std::uint32_t fallback) {
  const auto text = os::read_file(fmt::format("/proc/sys/net/ipv4/{}", name));
  std::uint32_t value = 0;
  if (!text ||
      std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc{}) {
    return fallback;
  }
  return value;
}

policy::HostFacts this_host(policy::Precision precision) {
  policy::HostFacts host;
  host.has_engine = precision == policy::Precision::exact;
  host.tick = std::chrono::ceil<std::chrono::microseconds>(os::tick_length());
  return host;
}

constexpr policy::ConnectionFacts kEstablished{.established = true, .user_timeout = false};

/// This kernel's own timing, overridden by the requested values.
Subject linux_subject(const ChosenTiming& chosen) {
  constexpr std::uint32_t kIdle = 7200;
  constexpr std::uint32_t kInterval = 75;
  constexpr std::uint32_t kProbes = 9;
  const policy::SocketValues& asked = chosen.asked;
  const policy::Timing wanted{
      .idle = asked.idle.value_or(DwordMillis{sysctl("tcp_keepalive_time", kIdle) * 1000}),
      .interval =
          asked.interval.value_or(DwordMillis{sysctl("tcp_keepalive_intvl", kInterval) * 1000}),
      .probes = asked.probes.value_or(
          static_cast<std::uint8_t>(sysctl("tcp_keepalive_probes", kProbes)))};
  const auto part = [](bool is_asked) {
    return Part{.source = is_asked ? "asked for" : "sysctl", .asked = is_asked};
  };
  Subject subject{.name = std::string{kLinux},
                  .title = "Linux",
                  .stack = Stack::linux_kernel,
                  .timing = policy::as_timing(fit_to_kernel(wanted, policy::RoundIdle::down)),
                  .wanted = {},
                  .time = part(asked.idle.has_value()),
                  .interval = part(asked.interval.has_value()),
                  .probes = part(asked.probes.has_value()),
                  .remarks = {},
                  .forecast = {},
                  .events = {},
                  .accuracy = {policy::KeptBy::kernel, os::tick_length()}};
  subject.wanted = subject.timing;
  if (subject.timing != wanted) {
    subject.remarks.push_back(
        "Linux keeps whole seconds, 1 to 32767, and counts up to 127: the time is rounded down, "
        "and "
        "the end is not before the one asked for.");
  }
  return subject;
}

std::string by_kernel_alone(const policy::Timing& wanted) {
  return fmt::format(
      "The kernel alone was chosen, and keeps whole seconds, up to {}s: the nearest later values "
      "stand for {}.",
      policy::kLongestKernelTime.count(), in_words(wanted));
}

Subject release_subject(Release release, const ChosenTiming& chosen) {
  const policy::ReleaseRow& row = policy::row(release);
  const policy::SocketValues asked{.idle = chosen.asked.idle,
                                   .interval = chosen.asked.interval,
                                   .probes = row.has_keepcnt ? chosen.asked.probes : std::nullopt};
  std::vector<std::string> remarks;
  if (asked.probes != chosen.asked.probes) {
    remarks.push_back(fmt::format(
        "A program on {} cannot set the count: TCP_KEEPCNT came with Windows 10 1703.", row.title));
  }
  const policy::SourcedTiming in_force =
      policy::timing_in_force(release, chosen.settings.registry, asked);
  const policy::Precision precision = chosen.settings.precision;
  policy::Timing kept = in_force.timing;
  if (precision == policy::Precision::kernel && kept.probes != 0) {
    kept = choose_driver(kept, this_host(precision), kEstablished).actual;
    if (kept != in_force.timing) remarks.push_back(by_kernel_alone(in_force.timing));
  }
  const auto part = [release](policy::Source from) {
    return Part{.source = source_name(from, release), .asked = from == policy::Source::socket};
  };
  return {.name = std::string{row.name},
          .title = std::string{row.title},
          .stack = Stack::windows,
          .timing = kept,
          .wanted = in_force.timing,
          .time = part(in_force.idle_from),
          .interval = part(in_force.interval_from),
          .probes = part(in_force.probes_from),
          .remarks = std::move(remarks),
          .forecast = {},
          .events = {},
          .accuracy = with_our_library(precision)};
}

/// The events up to the end by a user time-out: all probes, or, of very many, the first and the last two.
void play_to_user_timeout(Subject& subject) {
  constexpr std::uint32_t kLast = 2;
  const std::uint32_t probes = subject.forecast.probes;
  const auto add = [&](std::uint32_t number, policy::Happening what) {
    const bool is_end = what == policy::Happening::reset;
    const policy::Span span =
        is_end ? *subject.forecast.noticed
               : policy::probe_span(subject.timing, number, subject.accuracy, subject.behind);
    subject.events.push_back({span.earliest, what, span.latest});
  };
  const std::uint32_t first = std::min<std::uint32_t>(probes, kMostEvents - kLast);
  const std::uint32_t last = std::max(first, probes - std::min(probes, kLast));
  subject.left_out = last - first;
  for (std::uint32_t probe = 1; probe <= first; ++probe) add(probe, policy::Happening::probe);
  for (std::uint32_t probe = last + 1; probe <= probes; ++probe)
    add(probe, policy::Happening::probe);
  add(probes + 1, policy::Happening::reset);
}

/// Plays the events up to the end, or a few rounds if they repeat for ever.
void play(Subject& subject) {
  if (subject.forecast.by == advice::Notice::user_timeout) return play_to_user_timeout(subject);
  policy::Timeline timeline{subject.timing, subject.forecast.peer, subject.accuracy.by};
  policy::Lateness latest{subject.timing, subject.accuracy, subject.behind};
  std::size_t answers = 0;
  while (subject.events.size() < kMostEvents) {
    const auto event = timeline.next();
    if (!event) return;
    subject.events.push_back(
        {event->at + subject.behind, event->what, latest.of(*event) + subject.behind});
    if (event->what == policy::Happening::answer && ++answers == kCycles) {
      subject.endless = true;
      return;
    }
  }
}

Fallible<Subject> named_subject(const std::string& name, const ChosenTiming& chosen) {
  if (name == kLinux) return linux_subject(chosen);
  const std::optional<Release> release = policy::release_named(name);
  if (release) return release_subject(*release, chosen);
  return tl::unexpected(failure_of(Message::no_release, "cannot compare with",
                                   fmt::format("'{}'", name),
                                   {.remedy = fmt::format("{}, linux", release_names())}));
}

/// The timing that a driver really keeps. If that is the kernel alone, a user time-out replaces the count.  K-76
policy::DriverChoice driver_of(const policy::Timing& timing, const policy::HostFacts& host,
                               Millis user_timeout) {
  policy::DriverChoice choice = choose_driver(timing, host, kEstablished);
  if (host.has_engine || user_timeout == Millis{}) return choice;
  const policy::Accuracy alone{policy::KeptBy::kernel, os::tick_length()};
  const std::uint32_t probes = policy::probes_to_the_end(choice.actual, user_timeout, alone);
  choice.actual.probes =
      static_cast<std::uint8_t>(std::min<std::uint32_t>(probes, policy::kLargestCount));
  if (choice.actual != timing) choice.kind = policy::DriverKind::late;
  return choice;
}

HostPart host_part(const policy::Timing& timing, policy::Precision precision, Millis user_timeout) {
  policy::HostFacts host = this_host(precision);
  HostPart part;
  part.precision = precision;
  part.plain = driver_of(timing, host, user_timeout);
  host.can_repair = true;
  part.entitled = driver_of(timing, host, user_timeout);
  advice::SocketState state;
  state.user_timeout = user_timeout;
  state.retries2 = sysctl("tcp_retries2", 15);
  state.accuracy.tick = os::tick_length();
  if (timing.probes != 0) {
    part.kernel = fit_to_kernel(timing, policy::RoundIdle::down);
    state.on = true;
    state.timing = policy::as_timing(part.kernel);
    part.noticed = advice::when_noticed(state);
    const advice::SocketState by_kernel = state;
    state.accuracy = with_our_library(precision);
    if (precision == policy::Precision::exact) state.timing = part.plain.actual;
    part.preloaded = advice::when_noticed(state);
    state = by_kernel;
  }
  state.condition = advice::Condition::unacknowledged;
  part.data = *advice::when_noticed(state).after;
  part.retries2 = state.retries2;
  return part;
}

Story story_of(const std::string& peer) {
  if (peer == "resets") return Story::resets;
  return peer == "dead" ? Story::dead : Story::answers;
}

}  // namespace

void play_out(Scene& scene) {
  for (Subject& subject : scene.subjects) {
    subject.forecast = advice::forecast(subject.timing, scene.story, scene.path_timeout,
                                        subject.accuracy, subject.behind, scene.user_timeout);
    play(subject);
  }
}

Fallible<Scene> make_scene(const ChosenTiming& chosen, const Wish& wish) {
  Scene scene{.story = story_of(wish.peer),
              .nat = wish.peer == "nat",
              .path_timeout = wish.path_timeout,
              .path_is_assumed = false,
              .subjects = {},
              .host = {},
              .live = {}};
  scene.user_timeout = chosen.user_timeout.value_or(Millis{});
  scene.path_is_assumed = scene.nat && !scene.path_timeout;
  if (scene.path_is_assumed) scene.path_timeout = advice::kAssumedPath.time;
  if (wish.compare.empty()) {
    scene.subjects.push_back(release_subject(chosen.settings.release, chosen));
  }
  for (const std::string& name : wish.compare) {
    Fallible<Subject> subject = named_subject(name, chosen);
    if (!subject) return tl::unexpected(subject.error());
    scene.subjects.push_back(std::move(*subject));
  }
  play_out(scene);
  scene.host =
      host_part(scene.subjects.front().wanted, chosen.settings.precision, scene.user_timeout);
  return scene;
}

}  // namespace wsalive::cli::explain
