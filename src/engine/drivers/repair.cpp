#include "engine/drivers/repair.hpp"

#include <algorithm>
#include <cerrno>

namespace wsalive::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// The slot's two bytes hold the count of probes (9 bits) and the low bits of the segments received.
constexpr unsigned kSentBits = 9;
constexpr unsigned kSentMask = (1U << kSentBits) - 1;
constexpr unsigned kSegmentMask = 0x7F;

unsigned both_bytes(const Slot& slot) noexcept {
  return slot.base_probes | static_cast<unsigned>(slot.last_probes) << 8U;
}

void remember(Slot& slot, unsigned sent, std::uint32_t segments) noexcept {
  const unsigned both = std::min(sent, kSentMask) | (segments & kSegmentMask) << kSentBits;
  slot.base_probes = static_cast<std::uint8_t>(both & 0xFFU);
  slot.last_probes = static_cast<std::uint8_t>(both >> 8U);
}

unsigned segments_then(const Slot& slot) noexcept { return both_bytes(slot) >> kSentBits; }

}  // namespace

struct RepairDriver::Seen {
  os::TcpFacts facts;
  Instant now;
  policy::Timing actual;
};

std::uint32_t RepairDriver::unanswered(const Slot& slot) noexcept {
  return both_bytes(slot) & kSentMask;
}

Status RepairDriver::attach(int fd, Slot& slot) noexcept {
  return parking_.write_all(fd, slot, parking_.actual(slot, Mechanism::repair), 0);
}

Next RepairDriver::look(int fd, Slot& slot, Instant now) noexcept {
  const auto facts = parts_.host.facts(fd);
  if (!facts) return {Verdict::stranger};
  const Seen seen{*facts, now, parking_.actual(slot, Mechanism::repair)};
  if (const auto other = Parking::not_driven(facts->state, slot, now, seen.actual)) return *other;
  if (facts->state != os::TcpState::established) return {Verdict::choose};
  return look_at_connection(fd, slot, seen);
}

Next RepairDriver::look_at_connection(int fd, Slot& slot, const Seen& seen) noexcept {
  const milliseconds idle = seen.actual.idle;
  if (seen.facts.busy) {  // K-58
    remember(slot, 0, seen.facts.segments_in);
    return {Verdict::again, seen.now + std::max<nanoseconds>(idle, parts_.ticks.length)};
  }
  if (unanswered(slot) != 0 && was_answered(slot, seen)) remember(slot, 0, seen.facts.segments_in);
  if (course_of(slot).lowered) return end_by_kernel(fd, slot, seen);
  if (unanswered(slot) == 0) {
    // Heard in that tick, at its end at the latest.
    const Instant first = parts_.ticks.off_edge(parts_.ticks.floor(seen.now) - seen.facts.heard +
                                                parts_.ticks.length + idle);
    if (first > seen.now) return {Verdict::again, first};
    if (parking_.changed_outside(fd, slot, seen.actual, 0)) return {Verdict::outside};
    return probe(fd, slot, seen, first);
  }
  Instant planned = slot.due + milliseconds{slot.mark};
  if (course_of(slot).kept) {  // The times have changed: the next instant moves with them (K-50).
    planned = parts_.ticks.floor(seen.now) - seen.facts.heard + parts_.ticks.length + idle +
              unanswered(slot) * milliseconds{seen.actual.interval};
    change(slot, [](Course& course) { course.kept = 0; });
  }
  if (planned > seen.now) {
    remember(slot, unanswered(slot), seen.facts.segments_in);
    return wait_for(slot, seen, planned);
  }
  if (unanswered(slot) >= parking_.probes(seen.actual)) return give_up(fd, slot, seen);
  return probe(fd, slot, seen, planned);
}

// Something was heard since the last look, at most min(T, I) ago. Where T is but a few ticks the
// kernel's measure of silence cannot tell that from the silence before, and the count of segments
// decides.
bool RepairDriver::was_answered(const Slot& slot, const Seen& seen) const noexcept {
  const nanoseconds since =
      std::min(milliseconds{seen.actual.idle}, milliseconds{seen.actual.interval});
  const nanoseconds late = std::max(seen.now - slot.due, nanoseconds::zero());
  if (seen.facts.heard > since + late + 2 * parts_.ticks.length) return false;
  const bool clear = milliseconds{seen.actual.idle} > 4 * parts_.ticks.length;
  return clear || (seen.facts.segments_in & kSegmentMask) != segments_then(slot);
}

Next RepairDriver::probe(int fd, Slot& slot, const Seen& seen, Instant planned) noexcept {
  const Status sent = parts_.host.send_probe(fd);
  if (!sent && sent.error().code == EPERM) return {Verdict::choose};  // The right is gone.
  remember(slot, unanswered(slot) + 1, seen.facts.segments_in);

  const Instant base = seen.now - planned > 2 * parts_.ticks.length ? seen.now : planned;
  const Instant next = base + milliseconds{seen.actual.interval};
  // The kernel stays behind the silence that the next probe will find.
  const nanoseconds silence = seen.facts.heard + (next - seen.now);
  if (silence + seconds{1} > seconds{slot.parked_idle} && !course_of(slot).resting) {
    parking_.park(fd, slot, silence);
  }
  return wait_for(slot, seen, next);
}

// Until `next`, but not longer than T: an answer makes the next probe due T after it.
Next RepairDriver::wait_for(Slot& slot, const Seen& seen, Instant next) const noexcept {
  const milliseconds idle = seen.actual.idle;
  slot.mark = 0;
  if (next - seen.now <= idle) return {Verdict::again, next};
  const auto rest = std::chrono::floor<milliseconds>(next - parts_.ticks.behind(seen.now, idle));
  if (rest <= milliseconds::zero()) return {Verdict::again, next};
  slot.mark = static_cast<std::uint32_t>(rest.count());
  return {Verdict::again, next - rest};
}

Next RepairDriver::give_up(int fd, Slot& slot, const Seen& seen) noexcept {
  const Status ended = parts_.host.destroy(fd, slot.cookie.load(std::memory_order_relaxed));
  if (!ended) return end_by_kernel(fd, slot, seen);
  change(slot, [](Course& course) { course.given_up = 1; });
  return {Verdict::ended};
}

Next RepairDriver::end_by_kernel(int fd, Slot& slot, const Seen& seen) noexcept {
  const nanoseconds least = seconds{1} + parts_.ticks.length;
  if (unanswered(slot) == 0) {  // It has answered after all.
    change(slot, [](Course& course) { course.lowered = 0; });
    parking_.write_count(fd, seen.actual, 0);
    parking_.park(fd, slot, milliseconds{seen.actual.idle});
    return {Verdict::again, seen.now + parts_.ticks.length};
  }
  change(slot, [](Course& course) { course.lowered = 1; });
  if (seen.facts.heard < least) {
    return {Verdict::again, parts_.ticks.behind(seen.now, least - seen.facts.heard)};
  }
  if (course_of(slot).resting) (void)parts_.host.set_switch(fd, os::Switch::on);
  change(slot, [](Course& course) { course.resting = 0; });
  (void)parts_.host.set_count(fd, 1);
  slot.parked_idle = 1;
  (void)parts_.host.set_idle(fd, 1);
  return {Verdict::again, parts_.ticks.behind(seen.now, 2 * parts_.ticks.length)};
}

void RepairDriver::detach(int /*fd*/, Slot& slot) noexcept {
  change(slot, [](Course& course) { course.resting = course.lowered = course.kept = 0; });
  remember(slot, 0, 0);
  slot.mark = 0;
}

Result<policy::SourcedTiming> RepairDriver::outside_values(int fd, const Slot& slot) noexcept {
  return parking_.adopted(fd, slot, parking_.actual(slot, Mechanism::repair), 0);
}

}  // namespace wsalive::engine
