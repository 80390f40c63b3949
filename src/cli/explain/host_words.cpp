#include <fmt/format.h>

#include "cli/explain/render.hpp"
#include "cli/live/keepalive_text.hpp"
#include "policy/duration.hpp"

namespace wsalive::cli::explain {
namespace {

using policy::format_duration;
using policy::Millis;

/// Whether only the count is not kept, because a user time-out replaces it.
bool is_counted_out(const HostPart& host, const policy::Timing& timing) {
  policy::Timing without = timing;
  without.probes = host.plain.actual.probes;
  return host.plain.kind == policy::DriverKind::late && host.plain.actual == without;
}

constexpr const char* kByKernel =
    "By the kernel alone, as was chosen (WSALIVE_PRECISION, or Precision in the registry): as late "
    "as its coarse timers are";

}  // namespace

std::string host_words(const Scene& scene) {
  using policy::DriverKind;
  const HostPart& host = scene.host;
  const Subject& subject = scene.subjects.front();
  const policy::Timing& timing = subject.wanted;
  const auto late = [](const policy::Timing& actual) {
    return actual.probes == 0 ? std::string{"no probe ever leaves"}
                              : fmt::format("T {}, I {}, N {}", format_duration(actual.idle),
                                            format_duration(actual.interval), actual.probes);
  };
  const std::string exact =
      fmt::format("each instant comes at most {} later than stated here",
                  format_duration(policy::driven_lateness(subject.accuracy.tick)));
  if (host.plain.kind == DriverKind::silent)
    return "N is 0: keep-alive reads as on and sends nothing.";
  if (host.plain.kind == DriverKind::rearm) {
    return fmt::format(
        "Exact in programs on our library, whose engine re-arms the kernel's timer: {}.", exact);
  }
  if (subject.accuracy.by == policy::KeptBy::kernel) {
    if (host.plain.actual == timing) return fmt::format("{}.", kByKernel);
    if (is_counted_out(host, timing))
      return fmt::format("{}, and with the user time-out in place of N.", kByKernel);
    return fmt::format("{}, and in whole seconds: {}.", kByKernel, late(host.plain.actual));
  }
  std::string without = fmt::format("without it {}", late(host.plain.actual));
  if (scene.path_timeout)
    without += ". There: " + path_words(*scene.path_timeout, host.plain.actual, subject.accuracy,
                                        {}, scene.user_timeout);
  if (without.ends_with('.')) without.pop_back();
  return host.entitled.actual == timing
             ? fmt::format(
                   "Exact in programs on our library with CAP_NET_ADMIN, whose engine sends the "
                   "probes itself: {}, and a Linux program gets ECONNABORTED (103) for a dead "
                   "peer; {}.",
                   exact, without)
             : fmt::format("The nearest that this host can do: {}.", late(host.entitled.actual));
}

std::string others_words(const Scene& scene) {
  const Subject& subject = scene.subjects.front();
  if (subject.wanted.probes == 0) return {};
  const policy::Timing actual = policy::as_timing(scene.host.kernel);
  const policy::Accuracy alone{policy::KeptBy::kernel, subject.accuracy.tick};
  const policy::Span first = policy::probe_span(actual, 1, alone);
  const bool is_preload_exact = scene.host.precision == policy::Precision::exact;
  std::string words =
      is_preload_exact
          ? "In other people's programs: where run preloads our library, as in programs on it. By "
            "set, by attach and by run with bpf or seccomp the kernel keeps "
          : "In other people's programs (run, attach, set) the kernel keeps ";
  words += actual == subject.wanted ? "them"
                                    : fmt::format("T {}, I {}, N {}", format_duration(actual.idle),
                                                  format_duration(actual.interval), actual.probes);
  words += fmt::format(
      " alone: the first probe leaves after {} of silence, and a dead peer is noticed after {}.",
      policy::format_span(first), policy::format_span(*scene.host.noticed.after));
  if (std::string seldom = interval_words(actual, alone); !seldom.empty()) words += ' ' + seldom;
  if (scene.user_timeout != Millis{})
    words += ' ' + in_place_of_count(scene.user_timeout, actual.probes);
  const bool differs = subject.accuracy.by == policy::KeptBy::engine || actual != subject.timing;
  if (scene.path_timeout && differs) {
    words += ' ' + path_words(*scene.path_timeout, actual, alone, {}, scene.user_timeout);
  }
  return words;
}

std::string in_place_of_count(policy::Millis user_timeout, std::uint8_t probes) {
  return fmt::format(
      "TCP_USER_TIMEOUT is {}: it takes the place of N = {}. The connection is given up at the "
      "first probe's instant after it.",
      policy::format_duration(user_timeout), probes);
}

std::string data_words(const Scene& scene) {
  const HostPart& host = scene.host;
  const std::string begin =
      "No probe leaves (K-58): retransmission decides, with WSAETIMEDOUT or "
      "ETIMEDOUT. ";
  if (scene.user_timeout == policy::Millis{}) {
    return begin + fmt::format(
                       "On this host that takes {} (tcp_retries2 is {}), unless "
                       "TCP_USER_TIMEOUT says otherwise (--user-timeout).",
                       policy::format_span(host.data), host.retries2);
  }
  return begin + fmt::format(
                     "TCP_USER_TIMEOUT is {}, and bounds it: on this host that takes {}. In "
                     "programs on our library, where it is TCP_MAXRT, it bounds nothing else "
                     "unless the kernel alone was chosen: T, I and N hold beside it (K-76).",
                     policy::format_duration(scene.user_timeout), policy::format_span(host.data));
}

}  // namespace wsalive::cli::explain
