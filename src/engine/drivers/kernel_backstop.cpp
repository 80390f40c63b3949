#include "engine/drivers/kernel_backstop.hpp"

#include <algorithm>

#include "engine/kernel_values.hpp"
#include "policy/driver_choice.hpp"
#include "policy/series.hpp"

namespace wsalive::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

/// How far behind the wanted instant the kernel stands.
constexpr seconds kBehind{3};
constexpr seconds kIntervalBehind{2};

bool is_connected(os::TcpState state) noexcept {
  return state != os::TcpState::close && state != os::TcpState::listen &&
         state != os::TcpState::syn_sent;
}

/// Not connected yet: looked at once in T, so that its first probe is in time, but not more often than this.
constexpr policy::DwordMillis kLeastWaiting{20};

}  // namespace

policy::Timing KernelBackstop::actual(const Slot& slot, Driver driver) const noexcept {
  const policy::Timing wanted = wanted_of(slot).timing;
  if (driver == Driver::repair) return wanted;
  const auto tick = std::chrono::ceil<std::chrono::microseconds>(parts_.ticks.length);
  return policy::detail::nearest_later_rearm(wanted, {.tick = tick});
}

std::uint32_t KernelBackstop::probes(const policy::Timing& actual) noexcept {
  return policy::probes_before_give_up(actual);
}

bool KernelBackstop::is_plain(const Slot& slot) noexcept {
  const Course course = course_of(slot);
  return course.written != 0 && driver_of(course) == Driver::rearm;
}

int KernelBackstop::interval_seconds(const Slot& slot, const policy::Timing& actual) noexcept {
  const auto behind = std::chrono::ceil<seconds>(milliseconds{actual.interval}) +
                      (is_plain(slot) ? seconds{0} : kIntervalBehind);
  return static_cast<int>(std::min<seconds::rep>(behind.count(), os::kLongestSeconds));
}

int KernelBackstop::count(const policy::Timing& actual, unsigned base) noexcept {
  return static_cast<int>(std::min<std::uint32_t>(probes(actual) + base, os::kLargestCount));
}

Status KernelBackstop::write_all(int fd, Slot& slot, const policy::Timing& actual,
                                 unsigned base) noexcept {
  Status done = parts_.host.set_interval(fd, interval_seconds(slot, actual));
  if (!done) return done;
  write_count(fd, actual, base);
  change(slot, [](Course& course) { course.resting = 0; });
  park(fd, slot,
       is_plain(slot) ? next_instant(fd, actual, base)
                      : std::max<milliseconds>(actual.idle, silence_so_far(fd)));
  return {};
}

milliseconds KernelBackstop::silence_so_far(int fd) noexcept {
  const auto facts = parts_.host.facts(fd);
  return facts && is_connected(facts->state) ? facts->heard : milliseconds::zero();
}

// The first that is to come of a series of whole seconds: TCP_KEEPIDLE is to send nothing now.
milliseconds KernelBackstop::next_instant(int fd, const policy::Timing& actual,
                                          unsigned base) noexcept {
  const auto facts = parts_.host.facts(fd);
  if (!facts || !is_connected(facts->state)) return actual.idle;
  const milliseconds interval = actual.interval;
  const milliseconds next =
      policy::Series{actual}.due(static_cast<std::uint8_t>(facts->probes - base));
  if (next >= facts->heard) return next;
  return next + (facts->heard - next + interval - milliseconds{1}) / interval * interval;
}

void KernelBackstop::park(int fd, Slot& slot, nanoseconds silence) noexcept {
  const auto idle = is_plain(slot) ? std::chrono::ceil<seconds>(silence)
                                   : std::chrono::floor<seconds>(silence) + kBehind;
  const bool was_resting = course_of(slot).resting;
  if (idle.count() > parts_.longest_idle_s) {
    if (!was_resting) (void)parts_.host.set_switch(fd, os::Switch::off);
    change(slot, [](Course& course) { course.resting = 1; });
    return;
  }
  if (was_resting) (void)parts_.host.set_switch(fd, os::Switch::on);
  change(slot, [](Course& course) { course.resting = 0; });
  slot.backstop_idle = static_cast<std::uint16_t>(idle.count()) & 0x7FFFU;
  (void)parts_.host.set_idle(fd, slot.backstop_idle);
}

void KernelBackstop::write_count(int fd, const policy::Timing& actual, unsigned base) noexcept {
  (void)parts_.host.set_count(fd, count(actual, base));
}

bool KernelBackstop::idle_changed_outside(int fd, const Slot& slot) noexcept {
  const auto found = parts_.host.idle(fd);
  return found && *found != slot.backstop_idle;
}

bool KernelBackstop::changed_outside(int fd, const Slot& slot, const policy::Timing& actual,
                                     unsigned base) noexcept {
  const auto found = parts_.host.values(fd);
  if (!found) return false;
  const Course course = course_of(slot);
  if (course.resting) return found->on == os::Switch::on;
  return found->on == os::Switch::off || found->idle_s != slot.backstop_idle ||
         found->interval_s != interval_seconds(slot, actual) ||
         (!course.lowered && found->probes != count(actual, base));
}

Result<policy::SourcedTiming> KernelBackstop::outside_values(int fd, const Slot& slot,
                                                             const policy::Timing& actual,
                                                             unsigned base) noexcept {
  const auto found = parts_.host.values(fd);
  if (!found) return tl::unexpected(found.error());
  policy::SourcedTiming wanted = wanted_of(slot);
  adopt_outside(wanted,
                {.on = os::Switch::on,
                 .idle_s = slot.backstop_idle,
                 .interval_s = interval_seconds(slot, actual),
                 .probes = course_of(slot).lowered ? found->probes : count(actual, base)},
                *found);
  return wanted;
}

std::optional<Next> KernelBackstop::not_driven(os::TcpState state, Slot& slot,
                                               Instant now) noexcept {
  const Course before = course_of(slot);
  const milliseconds least =
      kind_of(before) == policy::DriverKind::late ? policy::kShortestRearmIdle : kLeastWaiting;
  switch (state) {
    case os::TcpState::listen:
      return Next{Verdict::listening};
    case os::TcpState::close:
      if (before.connected) return Next{Verdict::ended};
      [[fallthrough]];
    case os::TcpState::syn_sent:
      return Next{Verdict::again, now + std::max<milliseconds>(wanted_of(slot).timing.idle, least)};
    default:
      break;
  }
  if (before.connected) return std::nullopt;
  change(slot, [](Course& course) { course.connected = 1; });
  // Only now repair, which needs a connection, can take it.
  const bool is_open =
      driver_of(before) == Driver::rearm && kind_of(before) != policy::DriverKind::rearm;
  return is_open ? std::optional<Next>{Next{Verdict::choose}} : std::nullopt;
}

}  // namespace wsalive::engine
