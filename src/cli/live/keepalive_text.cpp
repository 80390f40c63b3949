#include "cli/live/keepalive_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "advice/notice.hpp"
#include "os/clock.hpp"
#include "policy/driver_choice.hpp"
#include "policy/duration.hpp"
#include "policy/path_settings.hpp"

namespace wsalive::cli {
namespace {

using policy::Millis;

/// The remedy where the kernel or the engine probes too late.
std::string sooner(Millis forgets, const policy::Timing& now, const policy::Accuracy& accuracy) {
  const auto timing = policy::settings_for_path(forgets, accuracy);
  if (!timing)
    return "No keep-alive of the kernel comes in time: use heartbeats of the application.";
  const std::string time = policy::format_duration(timing->idle);
  const bool is_seldom = now.interval > now.idle && now.interval > timing->interval;
  if (!is_seldom) return fmt::format("Use --time {} or less.", time);
  return fmt::format("Use --time {} and --interval {}, or less.", time,
                     policy::format_duration(timing->interval));
}

policy::Span noticed_after(const policy::Timing& timing, const policy::Accuracy& accuracy,
                           Millis user_timeout) {
  const advice::SocketState idle{
      .on = true, .timing = timing, .user_timeout = user_timeout, .accuracy = accuracy};
  return advice::when_noticed(idle).after.value_or(policy::Span{});
}

}  // namespace

std::string in_words(const policy::Timing& timing) {
  return fmt::format("after {} of silence, every {}, {} {}", policy::format_duration(timing.idle),
                     policy::format_duration(timing.interval), timing.probes,
                     timing.probes == 1 ? "time" : "times");
}

std::string in_words(const policy::Timing& timing, const policy::Accuracy& accuracy) {
  const policy::Span interval = policy::due_span(Millis{timing.interval.count()}, accuracy);
  const bool is_driven = accuracy.by == policy::KeptBy::engine;
  const std::uint32_t probes = policy::probes_to_the_end(timing, Millis{0}, accuracy);
  return fmt::format(
      "after {} of silence, every {}, {} {}{}{}",
      policy::format_span(policy::probe_span(timing, 1, accuracy)), policy::format_span(interval),
      probes, probes == 1 ? "time" : "times",
      probes != timing.probes
          ? fmt::format(" (not {}: a peer that lives could not answer in that time)", timing.probes)
          : "",
      is_driven ? fmt::format(", each at most {} later while a processor is free",
                              policy::format_duration(policy::driven_lateness(accuracy.tick)))
                : "");
}

std::string kernel_words(const policy::Timing& timing, const policy::Accuracy& accuracy,
                         Millis user_timeout) {
  const policy::Span noticed = noticed_after(timing, accuracy, user_timeout);
  const std::string words = fmt::format(
      "The kernel's timers are coarse: the first probe leaves after {} of silence, and a dead peer "
      "is noticed after {}.",
      policy::format_span(policy::probe_span(timing, 1, accuracy)), policy::format_span(noticed));
  const std::string seldom = interval_words(timing, accuracy);
  return seldom.empty() ? words : words + ' ' + seldom;
}

std::string interval_words(const policy::Timing& timing, const policy::Accuracy& accuracy) {
  if (accuracy.by == policy::KeptBy::engine || timing.interval <= timing.idle) return {};
  return fmt::format(
      "I is longer than T: after a probe that was answered the kernel waits I, so a living peer is "
      "probed every {}.",
      policy::format_span(policy::due_span(Millis{timing.interval.count()}, accuracy)));
}

std::string user_timeout_words(Millis timeout, const policy::Timing& timing,
                               const policy::Accuracy& accuracy) {
  std::string words = fmt::format(
      "Data that waits {} for its acknowledgement ends the connection, and so does data that waits "
      "so long for a peer that answers but has no room for it.",
      policy::format_duration(timeout));
  const policy::Span without = noticed_after(timing, accuracy, Millis{0});
  const policy::Span with = noticed_after(timing, accuracy, timeout);
  if (accuracy.by == policy::KeptBy::kernel && with != without) {
    words += fmt::format(
        " The user time-out takes the place of N = {}, too: a dead peer is noticed after {}, not "
        "after {}.",
        timing.probes, policy::format_span(with), policy::format_span(without));
  }
  return words;
}

std::string in_short(const policy::Timing& timing) {
  return fmt::format("{} +{} x{}", policy::format_duration(timing.idle),
                     policy::format_duration(timing.interval), timing.probes);
}

policy::Accuracy kernel_alone() { return {policy::KeptBy::kernel, os::tick_length()}; }

policy::Accuracy with_our_library(policy::Precision precision) {
  policy::Accuracy accuracy = kernel_alone();
  if (precision == policy::Precision::exact) accuracy.by = policy::KeptBy::engine;
  return accuracy;
}

std::string in_short(const os::KernelKeepAlive& values) {
  if (values.on == os::Switch::off) return "off";
  return in_short(policy::as_timing({.idle_s = static_cast<std::uint32_t>(values.idle_s),
                                     .interval_s = static_cast<std::uint32_t>(values.interval_s),
                                     .probes = static_cast<std::uint32_t>(values.probes)}));
}

std::string in_short(const attach::KernelValues& values) {
  const int timeout = values.user_timeout_ms.value_or(0);
  return in_short(values.keep_alive) +
         (timeout == 0 ? "" : ", data " + policy::format_duration(Millis{timeout}));
}

std::string rounding_note(const policy::Timing& wanted, const policy::KernelFit& fit, Named named) {
  const policy::Timing kept = policy::as_timing(fit);
  const bool time = named.idle && kept.idle != wanted.idle;
  const bool interval = named.interval && kept.interval != wanted.interval;
  const bool probes = named.probes && kept.probes != wanted.probes;
  if (!time && !interval && !probes) return {};
  const auto is_long = [](policy::DwordMillis each) {
    return each.count() > policy::kLongestKernelTime.count() * 1000;
  };
  const bool too_long = (time && is_long(wanted.idle)) || (interval && is_long(wanted.interval));
  const bool too_many = probes && wanted.probes > policy::kLargestKernelCount;
  const bool fraction = wanted.idle.count() % 1000 != 0 || wanted.interval.count() % 1000 != 0;
  std::vector<std::string> reasons;
  if (fraction || !(too_long || too_many)) reasons.emplace_back("whole seconds");
  if (too_long) reasons.push_back(fmt::format("{}s at most", policy::kLongestKernelTime.count()));
  if (too_many) reasons.push_back(fmt::format("{} probes at most", policy::kLargestKernelCount));
  const std::string why = fmt::format("the kernel keeps {}", fmt::join(reasons, ", and "));
  if (named.idle && named.interval && named.probes)
    return fmt::format("{}; wanted {}", why, in_words(wanted));
  std::vector<std::string> wishes;
  if (time) wishes.push_back("T " + policy::format_duration(Millis{wanted.idle.count()}));
  if (interval) wishes.push_back("I " + policy::format_duration(Millis{wanted.interval.count()}));
  if (probes) wishes.push_back(fmt::format("N {}", wanted.probes));
  return fmt::format("{}; wanted {}", why, fmt::join(wishes, ", "));
}

std::string lost_words(Millis forgets, Millis heard) {
  return fmt::format(
      "No segment has come for {}: a path that forgets after {} has lost the connection, and no "
      "setting brings it back.",
      policy::format_duration(heard - heard % Millis{100}), policy::format_duration(forgets));
}

std::string path_words(Millis forgets, const policy::Timing& timing,
                       const policy::Accuracy& accuracy, Millis behind, Millis user_timeout) {
  const std::string path = policy::format_duration(forgets);
  const policy::Span first = policy::probe_span(timing, 1, accuracy, behind);
  if (timing.probes != 0 && first.latest < forgets) {
    const Millis repeated = policy::probe_span(timing, 2, accuracy, behind).latest;
    const bool is_repeated = policy::probes_to_the_end(timing, user_timeout, accuracy) > 1;
    return fmt::format(
        "A path that forgets after {} keeps the connection: the first probe comes at least {} "
        "before, {}.",
        path, policy::format_duration(forgets - first.latest),
        repeated < forgets && is_repeated
            ? fmt::format("and one that repeats it at least {}",
                          policy::format_duration(forgets - repeated))
            : "but none that repeats it: one lost segment may lose the connection");
  }
  if (timing.probes != 0 && first.earliest < forgets) {
    return fmt::format(
        "A path that forgets after {} may lose the connection: the first probe leaves after {} of "
        "silence. {}",
        path, policy::format_span(first), sooner(forgets, timing, accuracy));
  }
  return fmt::format("A path that forgets after {} loses the connection: {}. {}", path,
                     timing.probes == 0 ? "no probe ever leaves" : "the first probe comes too late",
                     sooner(forgets, timing, accuracy));
}

}  // namespace wsalive::cli
