#include "engine/read_back.hpp"

#include <algorithm>

#include "engine/plan.hpp"
#include "os/tick.hpp"

namespace wsalive::engine {
namespace {

using std::chrono::milliseconds;

bool is_probed(os::TcpState state) noexcept {
  switch (state) {
    case os::TcpState::established:
    case os::TcpState::close_wait:
    case os::TcpState::fin_wait2:
    case os::TcpState::fin_wait1:
      return true;
    default:
      return false;
  }
}

/// Values of somebody outside take the place of what was asked for, each with its source.
void adopt_outside(policy::SourcedTiming& wanted, const os::KernelKeepAlive& written,
                   const os::KernelKeepAlive& found) noexcept {
  if (found.idle_s != written.idle_s) {
    wanted.timing.idle = from_seconds(found.idle_s);
    wanted.idle_from = policy::Source::outside;
  }
  if (found.interval_s != written.interval_s) {
    wanted.timing.interval = from_seconds(found.interval_s);
    wanted.interval_from = policy::Source::outside;
  }
  if (found.probes != written.probes) {
    wanted.timing.probes = static_cast<std::uint8_t>(found.probes);
    wanted.probes_from = policy::Source::outside;
  }
}

}  // namespace

InForce read_back_off(const policy::SourcedTiming& wanted) noexcept {
  return {.on = false, .wanted = wanted, .actual = wanted.timing};
}

InForce read_back_silent(const policy::SourcedTiming& wanted) noexcept {
  return {.on = true, .wanted = wanted, .actual = wanted.timing, .driver = DriverKind::silent};
}

InForce read_back_kernel(policy::SourcedTiming wanted, const os::KernelKeepAlive& written,
                         const os::KernelKeepAlive& found, const os::TcpFacts& facts) noexcept {
  adopt_outside(wanted, written, found);
  const Plan plan = plan_for(wanted.timing);
  InForce answer{.on = found.on == os::Switch::on,
                 .wanted = wanted,
                 .actual = plan.actual,
                 .driver = found.on == os::Switch::on ? plan.driver : DriverKind::off,
                 .lateness = 2 * os::tick_length()};
  if (answer.on) add_instants(answer, facts);
  return answer;
}

void add_instants(InForce& in_force, const os::TcpFacts& facts) noexcept {
  in_force.unanswered = facts.probes;
  if (!is_probed(facts.state) || facts.busy) return;
  const milliseconds idle = in_force.actual.idle;
  const milliseconds interval = in_force.actual.interval;
  const auto left = [&](milliseconds instant) {
    return std::max(instant - facts.heard, milliseconds::zero());
  };
  in_force.to_next_probe = left(idle + facts.probes * interval);
  in_force.to_give_up = left(idle + in_force.actual.probes * interval);
}

}  // namespace wsalive::engine
