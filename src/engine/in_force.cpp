#include "engine/in_force.hpp"

#include <algorithm>

#include "engine/drivers/repair.hpp"
#include "engine/kernel_values.hpp"
#include "policy/kernel_timer.hpp"
#include "policy/series.hpp"

namespace wsalive::engine {
namespace {

using std::chrono::milliseconds;

/// States in which the kernel sends probes.
bool is_probed(os::TcpState state) noexcept {
  switch (state) {
    case os::TcpState::established:
    case os::TcpState::close_wait:
    case os::TcpState::fin_wait1:
    case os::TcpState::fin_wait2:
      return true;
    default:
      return false;
  }
}

/// What depends on the present silence: the next probe and the end. Neither is reported of a connection
/// that is not established, nor where unacknowledged data keeps the kernel from probing.
/// \param end  After so much silence.
void add_instants(InForce& answer, const os::TcpFacts& facts, milliseconds end,
                  milliseconds kept_late) noexcept {
  if (!is_probed(facts.state) || facts.busy) return;
  const auto left = [&](milliseconds instant) {
    return std::max(instant + kept_late - facts.heard, milliseconds::zero());
  };
  if (answer.unanswered < answer.probes_before_end)
    answer.to_next_probe = left(policy::Series{answer.actual}.due(answer.unanswered));
  answer.to_give_up = left(end);
}

policy::Timing actual_of(const policy::SourcedTiming& wanted, Course course,
                         const TickGrid& ticks) noexcept {
  if (kind_of(course) != DriverKind::late) return wanted.timing;
  if (driver_of(course) == Driver::kernel) {
    return from_kernel(nearest_later_in_kernel(wanted.timing));
  }
  const auto tick = std::chrono::ceil<std::chrono::microseconds>(ticks.length);
  return policy::detail::nearest_later_rearm(wanted.timing, {.tick = tick});
}

/// Whether somebody outside has set values of a connection whose own the kernel has: then those are in force.
bool is_set_outside(const Slot& slot, const os::KernelKeepAlive& found,
                    const os::KernelKeepAlive& own) noexcept {
  const Course course = course_of(slot);
  if (driver_of(course) != Driver::rearm || course.written == 0) return false;
  const int idle = slot.backstop_idle;
  const int count = own.probes + slot.base_probes;
  return found.on == os::Switch::off || (found.idle_s != own.idle_s && found.idle_s != idle) ||
         found.interval_s != own.interval_s ||
         (course.lowered == 0 && found.probes != std::min(count, os::kLargestCount) &&
          found.probes != own.probes);
}

/// By repair: the driver counts what it has sent, and notices an answer when it looks next.
std::uint32_t unanswered_of(const Slot& slot, const policy::Timing& actual,
                            const os::TcpFacts& facts, const TickGrid& ticks) noexcept {
  const std::uint32_t sent = RepairDriver::unanswered(slot);
  if (course_of(slot).kept != 0) return sent;  // By other times.
  return policy::Series{actual}.unanswered(sent, facts.heard, 2 * ticks.length);
}

}  // namespace

InForce in_force_while_off(const policy::SourcedTiming& wanted) noexcept {
  return {.on = false, .wanted = wanted, .actual = wanted.timing};
}

InForce in_force_in_kernel(policy::SourcedTiming wanted, const os::KernelKeepAlive& written,
                           const KernelSays& found, const TickGrid& ticks) noexcept {
  if (found.values.on == os::Switch::off) return in_force_while_off(wanted);
  adopt_outside(wanted, written, found.values);
  policy::Timing actual = from_kernel(found.values);
  const policy::Accuracy alone{policy::KeptBy::kernel, ticks.length};
  const milliseconds user_timeout{found.user_timeout};
  const policy::Span end =
      policy::give_up_span(actual, alone, user_timeout).value_or(policy::Span{});
  const std::uint32_t probes = policy::probes_to_the_end(actual, user_timeout, alone);
  actual.probes = static_cast<std::uint8_t>(std::min<std::uint32_t>(probes, policy::kLargestCount));
  InForce answer{.on = true,
                 .wanted = wanted,
                 .actual = actual,
                 .driver = actual == wanted.timing ? DriverKind::native : DriverKind::late,
                 .lateness = end.latest - end.earliest,
                 .unanswered = found.facts.probes,
                 .probes_before_end = probes};
  add_instants(answer, found.facts, end.earliest, milliseconds::zero());
  return answer;
}

InForce in_force_when_driven(const Slot& slot, const policy::SourcedTiming& cells,
                             const KernelSays& found, const TickGrid& ticks) noexcept {
  const Course course = course_of(slot);
  const DriverKind driver = kind_of(course);
  const policy::SourcedTiming wanted = wanted_of(slot);
  if (driver == DriverKind::off) return in_force_while_off(cells);
  const os::KernelKeepAlive own = nearest_later_in_kernel(wanted.timing);
  if (driver_of(course) == Driver::kernel || is_set_outside(slot, found.values, own)) {
    return in_force_in_kernel(wanted, own, found, ticks);
  }
  InForce answer{
      .on = true, .wanted = wanted, .actual = actual_of(wanted, course, ticks), .driver = driver};
  if (driver == DriverKind::silent || driver_of(course) == Driver::none) {
    return answer;  // Listening, over, or N = 0: nothing is due.
  }
  const bool is_repair = driver_of(course) == Driver::repair;
  answer.lateness = policy::driven_lateness(ticks.length);
  answer.probes_before_end = policy::probes_before_give_up(answer.actual);
  answer.unanswered = is_repair ? unanswered_of(slot, answer.actual, found.facts, ticks)
                                : static_cast<std::uint8_t>(found.facts.probes - slot.base_probes);
  const policy::Series series{answer.actual};
  add_instants(answer, found.facts, series.due(series.probes()),
               milliseconds{is_repair ? 0 : slot.mark});
  return answer;
}

}  // namespace wsalive::engine
