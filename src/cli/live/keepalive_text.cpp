#include "cli/live/keepalive_text.hpp"

#include <fmt/format.h>

#include "policy/duration.hpp"

namespace wsalive::cli {

std::string in_words(const policy::Timing& timing) {
  return fmt::format("after {} of silence, every {}, {} {}", policy::format_duration(timing.idle),
                     policy::format_duration(timing.interval), timing.probes,
                     timing.probes == 1 ? "time" : "times");
}

std::string in_short(const policy::Timing& timing) {
  return fmt::format("{} +{} x{}", policy::format_duration(timing.idle),
                     policy::format_duration(timing.interval), timing.probes);
}

std::string in_short(const os::KernelKeepAlive& values) {
  if (values.on == os::Switch::off) return "off";
  return in_short(policy::as_timing({.idle_s = static_cast<std::uint32_t>(values.idle_s),
                                     .interval_s = static_cast<std::uint32_t>(values.interval_s),
                                     .probes = static_cast<std::uint32_t>(values.probes)}));
}

std::string rounding_note(const policy::Timing& wanted, const policy::KernelFit& fit) {
  if (policy::as_timing(fit) == wanted) return {};
  return fmt::format("the kernel keeps whole seconds; wanted {}", in_words(wanted));
}

}  // namespace wsalive::cli
